using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace KafkaRestore.Bench;

/// <summary>Kafka's own producer-perf-test, given as a command; its last line holds the figure.</summary>
internal sealed partial class Yardstick(string command, string bootstrap, string codec, long valueSize)
{
    /// <summary>Whether there is one.</summary>
    public bool IsGiven => command.Length > 0;

    /// <summary>Produces <paramref name="records"/> records and says how many a second.</summary>
    public async Task<double> RunAsync(string topic, long records, CancellationToken cancellationToken)
    {
        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string[] arguments =
        [
            .. words[1..],
            "--topic", topic,
            "--num-records", records.ToString(CultureInfo.InvariantCulture),
            "--record-size", valueSize.ToString(CultureInfo.InvariantCulture),
            "--throughput", "-1",
            "--producer-props", $"bootstrap.servers={bootstrap}", "acks=all", "linger.ms=20", "batch.size=262144", $"compression.type={codec}",
        ];
        using var process = Process.Start(new ProcessStartInfo(words[0], arguments) { RedirectStandardOutput = true })!;
        var text = await process.StandardOutput.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        var figures = Figure().Matches(text);
        return process.ExitCode == 0 && figures.Count > 0
            ? double.Parse(figures[^1].Groups[1].Value, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"'{command}' ended with {process.ExitCode} and no figure");
    }

    [GeneratedRegex(@"([0-9.]+) records/sec")]
    private static partial Regex Figure();
}
