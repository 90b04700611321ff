using System.Diagnostics;
using System.Globalization;

namespace KafkaRestore.Bench;

/// <summary>How long the program takes from a signal to its end, while records flow as fast as they can: it stops, writes its checkpoints and its report.</summary>
internal sealed class StopVerb : BenchVerb
{
    private const int Stopped = 5;

    public override string Name => "stop";

    public override string Usage =>
        "stop --path DIR --bootstrap HOST:PORT --program PATH/kafka-restore --state-dir DIR [--id bench] [--topic bench] [--lanes 4] [--after-ms 2000] [--signal TERM] [--rounds 5]";

    public override async Task RunAsync(BenchArguments arguments, TextWriter output, CancellationToken cancellationToken)
    {
        var (program, stateDirectory) = (arguments.Text("program"), Path.GetFullPath(arguments.Text("state-dir")));
        var (path, bootstrap) = (arguments.Text("path"), arguments.Text("bootstrap"));
        var (id, topic) = (arguments.Text("id", "bench"), arguments.Text("topic", "bench"));
        var (lanes, after) = (arguments.Number("lanes", 4, least: 1), TimeSpan.FromMilliseconds(arguments.Number("after-ms", 2_000)));
        var (signal, rounds) = (arguments.Text("signal", "TERM"), arguments.Number("rounds", 5, least: 1));
        arguments.Done();

        var configuration = Path.GetTempFileName();
        try
        {
            var all = new List<double>();
            for (var round = 1; round <= rounds; round++)
            {
                var target = string.Create(CultureInfo.InvariantCulture, $"stop-{Environment.ProcessId}-{round}");
                await File.WriteAllTextAsync(configuration, RestoreYaml.Of(id, path, topic, target, bootstrap, lanes), cancellationToken).ConfigureAwait(false);
                all.Add(await MeasureAsync(program, configuration, stateDirectory, after, signal, cancellationToken).ConfigureAwait(false));
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"round {round}: {all[^1]:F2} s from SIG{signal} to the end")).ConfigureAwait(false);
            }

            all.Sort();
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"median {all[all.Count / 2]:F2} s, longest {all[^1]:F2} s")).ConfigureAwait(false);
        }
        finally
        {
            File.Delete(configuration);
        }
    }

    private static async Task<double> MeasureAsync(string program, string configuration, string stateDirectory, TimeSpan after, string signal, CancellationToken cancellationToken)
    {
        string[] arguments = ["restore", "--config", configuration, "--state-dir", stateDirectory];
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var report = process.StandardOutput.ReadToEndAsync(cancellationToken);
        while (await process.StandardError.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line && !line.StartsWith("Restoring ", StringComparison.Ordinal))
        {
        }

        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await Task.Delay(after, cancellationToken).ConfigureAwait(false);
        using var kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        var clock = Stopwatch.StartNew();
        await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        var seconds = clock.Elapsed.TotalSeconds;
        _ = await report.ConfigureAwait(false);
        return process.ExitCode == Stopped
            ? seconds
            : throw new InvalidOperationException($"{program} ended with {process.ExitCode}, and was to be stopped: give it more records, or less time; {await errors.ConfigureAwait(false)}");
    }
}
