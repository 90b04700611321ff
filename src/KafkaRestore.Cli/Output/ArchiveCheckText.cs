using KafkaRestore.Cli.Archives;

namespace KafkaRestore.Cli.Output;

/// <summary>The text of <c>validate</c>.</summary>
internal static class ArchiveCheckText
{
    private const int Shown = 100;

    public static string Of(ArchiveCheckReport report, ConsoleStyle style)
    {
        var page = new TextPage();
        if (report.Valid)
        {
            page.Headline("VALID", report.Deep ? "every segment was read, every checksum and record is good." : "every segment exists in the right size; what is inside was not read (--deep does).", Colour.Green, style);
        }
        else
        {
            page.Headline("INVALID", Verdict(report), Colour.Red, style);
        }

        page.Line().Fields(
            ("Archive", report.BackupId),
            ("Created", Show.Time(report.CreatedAt)),
            ("Segments checked", Show.Count(report.SegmentsChecked)),
            ("  valid", Show.Count(report.SegmentsValid)),
            ("  missing", Show.Count(report.SegmentsMissing)),
            ("  corrupted", Show.Count(report.SegmentsCorrupted)),
            (report.Deep ? "Records read" : "Records (manifest)", Show.Count(report.RecordsValidated)),
            ("Stored bytes", Show.Size(report.BytesChecked)),
            ("Completeness", Completeness(report.Completeness)),
            ("Duration", Show.Duration(TimeSpan.FromMilliseconds(report.DurationMs))));
        page.List("Topics", report.Topics.Select(topic => $"{topic.Name}: {Show.Count(topic.Partitions, "partition")}, {Show.Count(topic.Segments, "segment")}, {Show.Count(topic.Records, "record")}"));
        var unlisted = Math.Max(0, report.Problems.Count - Shown) + report.ProblemsNotListed;
        page.List("Problems", report.Problems.Take(Shown).Select(problem => $"{problem.Object} {problem.Code}: {problem.What}"));
        if (unlisted > 0)
        {
            page.Line($"  and {Show.Count(unlisted, "more problem")}; --format json lists up to {Show.Count(ArchiveCheck.ProblemsKept)}");
        }

        page.List("Offsets that the archive does not hold", report.Completeness.Holes.Take(Shown).Select(hole => $"{hole.Topic}/{hole.Partition}: {CompletenessWords.Describe(hole.StartOffset, hole.EndOffset, hole.Cause, hole.Reason)}"));
        if (report.Completeness.Holes.Count > Shown)
        {
            page.Line($"  and {Show.Count(report.Completeness.Holes.Count - Shown)} more");
        }

        return page.ToString();
    }

    private static string Verdict(ArchiveCheckReport report)
    {
        var bad = report.SegmentsMissing + report.SegmentsCorrupted;
        var reasons = new List<string>();
        if (bad > 0)
        {
            reasons.Add($"{Show.Count(bad)} of {Show.Count(report.SegmentsChecked, "segment")} missing or damaged");
        }

        if (report.Completeness.PartitionsIncomplete > 0)
        {
            reasons.Add($"{Show.Count(report.Completeness.PartitionsIncomplete, "partition")} with offsets that nothing accounts for");
        }

        return string.Join(", ", reasons) + ".";
    }

    private static string Completeness(CompletenessReport report)
    {
        var words = new List<string>();
        Add(report.PartitionsProven, "proven");
        Add(report.PartitionsNotProvable, "not provable (the archive does not record enough)");
        Add(report.PartitionsIncomplete, "incomplete");
        return words.Count == 0 ? "no partitions" : string.Join(", ", words);

        void Add(int count, string word)
        {
            if (count > 0)
            {
                words.Add($"{Show.Count(count, "partition")} {word}");
            }
        }
    }
}
