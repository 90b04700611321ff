using System.Diagnostics;
using System.Text.Json;

namespace KafkaRestore.Bench;

/// <summary>The built program, run once per measurement with a configuration written for it.</summary>
internal sealed record RestoreProgram(string Program, string Path, string Id, string Topic, string Bootstrap, string Codec, long Lanes, string Memory)
{
    /// <summary>The figures of one run.</summary>
    public sealed record Figures(double RecordsPerSecond, double BytesPerSecond, long PeakBytes, double CpuSeconds);

    /// <summary>Restores into <paramref name="target"/>, which must not exist.</summary>
    public async Task<Figures> RunAsync(string target, CancellationToken cancellationToken)
    {
        var configuration = System.IO.Path.GetTempFileName();
        try
        {
            var yaml = RestoreYaml.Of(Id, Path, Topic, target, Bootstrap, Lanes, $"produce_codec: {Codec}", $"memory_budget: {Memory}");
            await File.WriteAllTextAsync(configuration, yaml, cancellationToken).ConfigureAwait(false);
            using var process = Process.Start(new ProcessStartInfo(Program, ["restore", "--config", configuration, "--format", "json"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            var report = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var (peak, cpu) = await WatchAsync(process, cancellationToken).ConfigureAwait(false);
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException($"{Program} ended with {process.ExitCode}: {await errors.ConfigureAwait(false)}");
            }

            using var json = JsonDocument.Parse(await report.ConfigureAwait(false));
            return new Figures(
                json.RootElement.GetProperty("throughput_records_per_sec").GetDouble(),
                json.RootElement.GetProperty("throughput_bytes_per_sec").GetDouble(),
                peak,
                cpu);
        }
        finally
        {
            File.Delete(configuration);
        }
    }

    /// <summary>The system forgets a process's figures when it ends, so the last ones before that count.</summary>
    private static async Task<(long Peak, double Cpu)> WatchAsync(Process process, CancellationToken cancellationToken)
    {
        long peak = 0;
        double cpu = 0;
        var ended = process.WaitForExitAsync(cancellationToken);
        while (await Task.WhenAny(ended, Task.Delay(50, cancellationToken)).ConfigureAwait(false) != ended)
        {
            try
            {
                process.Refresh();
                peak = Math.Max(peak, process.PeakWorkingSet64);
                cpu = process.TotalProcessorTime.TotalSeconds;
            }
            catch (InvalidOperationException)
            {
                break;
            }
        }

        await ended.ConfigureAwait(false);
        return (peak, cpu);
    }
}
