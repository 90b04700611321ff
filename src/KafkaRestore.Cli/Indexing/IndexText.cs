using KafkaRestore.Engine.Times;

namespace KafkaRestore.Cli.Indexing;

/// <summary>The text of <c>index</c>.</summary>
internal static class IndexText
{
    private const int Shown = 100;

    public static string Of(IndexReport report, ConsoleStyle style)
    {
        var page = new TextPage();
        var (word, meaning, colour) = Verdict(report);
        page.Headline(word, meaning, colour, style).Line().Fields(
            ("Archive", report.BackupId),
            ("Index", report.IndexFile + (report.Damage is { } damage ? $" ({damage})" : "")),
            ("Segments", $"{Show.Count(report.SegmentsKnown)} of {Show.Count(report.SegmentsSelected)} known{(report.SegmentsKnownBefore == 0 ? "" : $", {Show.Count(report.SegmentsKnownBefore)} of them before")}"),
            ("Read", report.SegmentsRead == 0 ? null : $"{Show.Count(report.SegmentsRead, "segment")}, {Show.Size(report.StoredBytesRead)} stored, in {Show.Duration(TimeSpan.FromMilliseconds(report.DurationMs))}"),
            ("Left", report.StoredBytesLeft == 0 ? null : $"{Show.Size(report.StoredBytesLeft)} stored"),
            ("Slack needed", report.SlackNeededMs is { } slack ? $"{Slack(slack)} would lose no record of the segments that are known" : null));
        page.Line();
        var table = new TextTable("topic", ">segments", ">known", ">disordered", "slack needed", "times of the known records");
        foreach (var topic in report.Topics)
        {
            table.Add(
            [
                topic.Topic,
                Show.Count(topic.Segments),
                Show.Count(topic.SegmentsKnown),
                Show.Count(topic.SegmentsDisordered),
                topic.SlackNeededMs is { } needed ? Slack(needed) : "-",
                topic is { FirstTimestamp: { } first, LastTimestamp: { } last } ? Show.Times(first, last) : "-",
            ]);
        }

        page.Table(table);
        page.List("Problems", report.Problems.Take(Shown).Select(problem => $"{problem.Object} {problem.Code}: {problem.What}"));
        var unlisted = Math.Max(0, report.Problems.Count - Shown) + report.ProblemsNotListed;
        if (unlisted > 0)
        {
            page.Line($"  and {Show.Count(unlisted, "more problem")}; --format json lists up to {Show.Count(IndexJob.ProblemsKept)}");
        }

        return page.ToString();
    }

    // As a configuration takes it, rounded up to what a person reads: a larger slack loses nothing either.
    private static string Slack(long milliseconds) => milliseconds switch
    {
        < 1_000 => $"{milliseconds}ms",
        < 60_000 => $"{Up(milliseconds, 1_000)}s",
        < 2 * 86_400_000 => $"{Up(milliseconds, 60_000)}m",
        _ => $"{Up(milliseconds, 3_600_000)}h",
    };

    private static long Up(long milliseconds, long unit) => (milliseconds / unit) + (milliseconds % unit == 0 ? 0 : 1);

    private static (string Word, string Meaning, Colour Colour) Verdict(IndexReport report) => report.Status switch
    {
        IndexStatus.Complete => ("COMPLETE", "the times of every selected segment are known.", Colour.Green),
        IndexStatus.Stopped => ("STOPPED", "stopped on request; what was read is noted.", Colour.Yellow),
        _ when report.Problems.Count > 0 => ("INCOMPLETE", "some segments are damaged or missing; the problems below say which.", Colour.Red),
        _ => ("INCOMPLETE", "some segments were not read yet; a time window reads them.", Colour.Yellow),
    };
}
