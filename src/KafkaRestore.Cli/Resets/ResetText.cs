using System.Globalization;
using KafkaRestore.Offsets.Resetting;

namespace KafkaRestore.Cli.Resets;

/// <summary>The text of what became of a reset.</summary>
internal static class ResetText
{
    private const int MostGroups = 50;
    private const int MostErrors = 3;

    public static string Of(GroupResetReport report, ConsoleStyle style)
    {
        var page = new TextPage();
        var (word, meaning, colour) = report.Status switch
        {
            _ when report.Stopped => ("STOPPED", $"stopped on request; {Show.Count(report.SuccessfulGroups)} of {Show.Count(report.TotalGroups, "group")} are reset.", Colour.Yellow),
            GroupResetStatus.Success => ("SUCCESS", $"{Show.Count(report.TotalGroups, "group")} reset, every offset read back and as it should be.", Colour.Green),
            GroupResetStatus.PartialSuccess => ("PARTIAL SUCCESS", $"{Show.Count(report.SuccessfulGroups)} of {Show.Count(report.TotalGroups, "group")} are reset; the others are below.", Colour.Yellow),
            _ => ("FAILED", "no group is reset; the reasons are below.", Colour.Red),
        };
        page.Headline(word, meaning, colour, style).Line().Fields(
            ("Offsets", $"{Show.Count(report.TotalOffsetsReset)} reset, {Show.Count(report.TotalOffsetsFailed)} not"),
            ("Snapshot", report.SnapshotId is { } id ? $"{id}; `kafka-restore offset-rollback rollback -s {id} …` goes back to it" : "none"),
            ("Kept", GroupsText.Kept(report.OffsetRetentionMinutes)),
            ("Took", $"{Milliseconds(report.Duration)}: looking {Milliseconds(report.Times.Describe + report.Times.Read)}, saving {Milliseconds(report.Times.Snapshot)}, committing {Milliseconds(report.Times.Commit)}, reading back {Milliseconds(report.Times.ReadBack)}"),
            ("Waited", report.Times.Wait > TimeSpan.Zero ? Show.Duration(report.Times.Wait) : null),
            ("Each group", $"{Milliseconds(report.Performance.P50Latency)} at the median, {Milliseconds(report.Performance.P99Latency)} at the 99th percentile, {Show.Count(report.Performance.MaxConcurrency)} at once, {Show.Count(report.Performance.TotalRetries)} asked again"),
            ("Rate", $"{Show.Count((long)report.Performance.OffsetsPerSecond)} offsets/s"));
        var failed = report.GroupOutcomes.Where(static group => group.State != GroupOutcomeState.Reset).ToList();
        page.List("Not reset", failed.Take(MostGroups).Select(Words));
        if (failed.Count > MostGroups)
        {
            page.Line($"  and {Show.Count(failed.Count - MostGroups)} more; --format json names all");
        }

        return page.ToString();
    }

    private static string Words(GroupOutcome outcome)
    {
        var parts = outcome.Errors.Take(MostErrors).Select(static error => $"{error.Topic}/{error.Partition}: {error.Message}").ToList();
        if (outcome.Errors.Count > MostErrors)
        {
            parts.Add($"and {outcome.Errors.Count - MostErrors} more partitions");
        }

        return $"{outcome.GroupId}: {(outcome.Problem is { } problem ? $"{problem.Code}: {problem.Message}" : $"{Show.Count(outcome.PartitionsReset)} of {Show.Count(outcome.PartitionsReset + outcome.PartitionsFailed, "offset")} reset")}{(parts.Count == 0 ? "" : $"; {string.Join("; ", parts)}")}";
    }

    private static string Milliseconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:N0} ms");
}
