using System.Diagnostics;
using System.Globalization;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Client;

namespace KafkaRestore.Bench;

/// <summary>
/// How long the program takes from its start to new records in the target when it goes on with a job that was killed: it reads the manifest and its state, checks, and
/// compares the target's end. The archive must be too large to be finished in the rounds.
/// </summary>
internal sealed class RestartVerb : BenchVerb
{
    // A takeover may leave a marker in a partition; this many offsets hold records.
    private const int SurelyRecords = 1_000;

    // Asking all the time would take from the program what is measured.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(30);

    public override string Name => "restart";

    public override string Usage =>
        "restart --path DIR --bootstrap HOST:PORT --program PATH/kafka-restore --state-dir DIR [--id bench] [--topic bench] [--partitions 8] [--lanes 4] [--after-ms 2000] [--rounds 3]";

    public override async Task RunAsync(BenchArguments arguments, TextWriter output, CancellationToken cancellationToken)
    {
        var (program, stateDirectory) = (arguments.Text("program"), Path.GetFullPath(arguments.Text("state-dir")));
        var (path, bootstrap) = (arguments.Text("path"), arguments.Text("bootstrap"));
        var (id, topic) = (arguments.Text("id", "bench"), arguments.Text("topic", "bench"));
        var partitions = (int)arguments.Number("partitions", 8, least: 1);
        var (lanes, after) = (arguments.Number("lanes", 4, least: 1), TimeSpan.FromMilliseconds(arguments.Number("after-ms", 2_000)));
        var rounds = arguments.Number("rounds", 3, least: 1);
        arguments.Done();

        var target = string.Create(CultureInfo.InvariantCulture, $"restart-{Environment.ProcessId}");
        var configuration = Path.GetTempFileName();
        var cluster = new TargetCluster(new KafkaConnectionOptions { BootstrapServers = [bootstrap] });
        await using var closed = cluster.ConfigureAwait(false);
        try
        {
            await File.WriteAllTextAsync(configuration, RestoreYaml.Of(id, path, topic, target, bootstrap, lanes), cancellationToken).ConfigureAwait(false);
            await cluster.CreateTopicsAsync([new TopicToCreate(target, partitions, -1, new Dictionary<string, string>())], cancellationToken).ConfigureAwait(false);
            var all = new List<double>();
            for (var round = 0; round <= rounds; round++)
            {
                var seconds = await MeasureAsync().ConfigureAwait(false);
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{(round == 0 ? "new job" : $"restart {round}")}: {seconds:F2} s to new records")).ConfigureAwait(false);
                if (round > 0)
                {
                    all.Add(seconds);
                }
            }

            all.Sort();
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"restarts: median {all[all.Count / 2]:F2} s, longest {all[^1]:F2} s")).ConfigureAwait(false);
        }
        finally
        {
            File.Delete(configuration);
        }

        async Task<double> MeasureAsync()
        {
            var before = await OffsetsAsync().ConfigureAwait(false);
            var clock = Stopwatch.StartNew();
            using var process = Process.Start(new ProcessStartInfo(program, ["restore", "--config", configuration, "--state-dir", stateDirectory])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var streams = Task.WhenAll(process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
            while (await OffsetsAsync().ConfigureAwait(false) < before + SurelyRecords)
            {
                if (process.HasExited)
                {
                    throw new InvalidOperationException($"{program} ended with {process.ExitCode} before that: {(await streams.ConfigureAwait(false))[1]}");
                }

                await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
            }

            var seconds = clock.Elapsed.TotalSeconds;
            await Task.Delay(after, cancellationToken).ConfigureAwait(false);
            process.Kill();
            await streams.ConfigureAwait(false);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return seconds;
        }

        async Task<long> OffsetsAsync()
        {
            var ranges = await cluster.ReadRangesAsync([.. Enumerable.Range(0, partitions).Select(partition => new TargetPartition(target, partition))], cancellationToken).ConfigureAwait(false);
            return ranges.Values.Sum(range => range.End);
        }
    }
}
