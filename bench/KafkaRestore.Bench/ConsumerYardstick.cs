using System.Diagnostics;
using System.Globalization;

namespace KafkaRestore.Bench;

/// <summary>Kafka's own consumer-perf-test, given as a command; its only line without header holds the figures.</summary>
internal sealed class ConsumerYardstick(string command, string bootstrap)
{
    // start, end, MB, MB/s, records, records/s, rebalance ms, fetch ms, fetch MB/s, fetch records/s
    private const int FetchRecordsPerSecond = 9;

    /// <summary>Whether there is one.</summary>
    public bool IsGiven => command.Length > 0;

    /// <summary>Consumes <paramref name="records"/> records and says how many a second, joining the group not counted.</summary>
    public async Task<double> RunAsync(string topic, long records, CancellationToken cancellationToken)
    {
        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string[] arguments =
        [
            .. words[1..], "--bootstrap-server", bootstrap, "--topic", topic, "--num-records", records.ToString(CultureInfo.InvariantCulture), "--hide-header",
        ];
        using var process = Process.Start(new ProcessStartInfo(words[0], arguments) { RedirectStandardOutput = true })!;
        var text = await process.StandardOutput.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        var figures = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(',', StringSplitOptions.TrimEntries)).LastOrDefault(line => line.Length > FetchRecordsPerSecond);
        return process.ExitCode == 0 && figures is not null
            ? double.Parse(figures[FetchRecordsPerSecond], CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"'{command}' ended with {process.ExitCode} and no figure");
    }
}
