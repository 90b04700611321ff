using System.Globalization;
using System.Text;
using KafkaRestore.Engine.OffsetMaps.Rebuilding;
using KafkaRestore.Engine.OffsetMaps.Translation;

namespace KafkaRestore.Cli.Commands.OffsetMaps;

/// <summary>The text of the commands about offset maps.</summary>
internal static class OffsetMapText
{
    public static string Of(OutputFile file, ConsoleStyle style) => new TextPage()
        .Headline("WRITTEN", $"{Show.Count(file.Maps, "map")} in {file.File} ({file.Format}, {Show.Size(file.Bytes)}).", Colour.Green, style).ToString();

    public static string Of(MapListing listing) => List(new TextPage(), listing).ToString();

    public static string Of(ImportedMaps report, ConsoleStyle style)
    {
        var page = new TextPage();
        page = report.Contradictions.Count == 0
            ? page.Headline("SOUND", "the offset report was read to its end.", Colour.Green, style)
            : page.Headline("CONTRADICTORY", "the entries of the offset report and its mappings say different things; the mappings are what counts here.", Colour.Red, style);
        page.Line().Fields(
            ("Form", report.ReportFormat),
            ("Made", report.CreatedAt is { } made ? Show.Time(made) : null),
            ("Groups", report.ConsumerGroups == 0 ? null : Show.Count(report.ConsumerGroups)),
            ("Repeated", report.Repeated == 0 ? null : $"{Show.Count(report.Repeated, "record")} mapped a second time; the first mapping counts"));
        return List(page, report.Maps).List("Contradictions", report.Contradictions).ToString();
    }

    public static string Of(TranslationView view)
    {
        var table = new TextTable("source", "record", "target", ">offset", "label");
        foreach (var row in view.Translations)
        {
            for (var i = 0; i < row.Sources.Count; i++)
            {
                var asked = row.Sources[i];
                var last = i == row.Sources.Count - 1;
                table.Add(
                    [
                        $"{asked.SourceTopic}:{asked.SourcePartition}:{asked.SourceOffset}",
                        asked.RecordOffset?.ToString(CultureInfo.InvariantCulture) ?? (row.Label == TranslationLabel.Approximate ? "unknown" : "end"),
                        $"{row.TargetTopic}/{row.TargetPartition}",
                        row.TargetOffset.ToString(CultureInfo.InvariantCulture),
                        row.AtEnd ? $"{Word(row.Label)}, end" : Word(row.Label),
                    ],
                    last ? [.. Remarks(row)] : []);
            }
        }

        foreach (var unknown in view.Unknown)
        {
            table.Add([$"{unknown.SourceTopic}:{unknown.SourcePartition}:{unknown.SourceOffset}", "-", "-", "-", "none"], unknown.Reason);
        }

        return new TextPage().Table(table).ToString();
    }

    /// <summary>The target offsets as Kafka's own tools read them: no header. A partition that several positions lead to has the least of them.</summary>
    public static string Csv(TranslationView view)
    {
        var text = new StringBuilder();
        foreach (var target in view.Translations.GroupBy(row => (row.TargetTopic, row.TargetPartition)))
        {
            text.Append(CultureInfo.InvariantCulture, $"{target.Key.TargetTopic},{target.Key.TargetPartition},{target.Min(row => row.TargetOffset)}\n");
        }

        return text.ToString();
    }

    public static string Of(RebuildResult result, ConsoleStyle style)
    {
        var page = new TextPage();
        page = result.Complete
            ? page.Headline("REBUILT", "every record up to the last restored one is in the map.", Colour.Green, style)
            : page.Headline("PARTIAL", result.Report is null ? "no record could be mapped; no report was written." : "the map lacks what is named below.", Colour.Red, style);
        page.Line().Fields(("Report", result.Report is { } file ? $"{file.File} ({file.Format}, {Show.Size(file.Bytes)})" : null));
        foreach (var topic in result.Partitions.GroupBy(partition => partition.TargetTopic))
        {
            page.Line().Line(topic.Key);
            var table = new TextTable(">part", ">read", ">mapped");
            foreach (var row in topic)
            {
                table.Add([Show.Count(row.TargetPartition), Show.Count(row.Records), Show.Count(row.Mapped)], [.. Remarks(row)]);
            }

            page.Table(table);
        }

        return page.ToString();
    }

    private static TextPage List(TextPage page, MapListing listing)
    {
        page.Fields(("Maps of", listing.Where), ("Target cluster", listing.TargetClusterId), ("Records", Show.Count(listing.Records)));
        var table = new TextTable("source", "target", ">records", ">runs", "source offsets", "target offsets", ">size");
        foreach (var map in listing.Maps)
        {
            table.Add(
            [
                map.SourceTopic is null ? "not named" : $"{map.SourceTopic}/{map.SourcePartition}",
                $"{map.TargetTopic}/{map.TargetPartition}",
                Counted(map.Records),
                Counted(map.Runs),
                Show.Offsets(map.SourceFirstOffset, map.SourceLastOffset),
                Show.Offsets(map.TargetFirstOffset, map.TargetLastOffset),
                Show.Size(map.StoredBytes),
            ]);
        }

        return page.Line().Table(table);
    }

    private static string Counted(long? count) => count is { } known ? Show.Count(known) : "unknown";

    private static string Word(TranslationLabel label) => label.ToString().ToLowerInvariant();

    private static IEnumerable<string> Remarks(TranslationRow row)
    {
        if (row.ReadAgain > 0)
        {
            yield return $"at most {Show.Count(row.ReadAgain, "record")} will be read again";
        }

        if (row.OtherSources.Count > 0)
        {
            yield return $"also fed by {string.Join(", ", row.OtherSources.Take(4))}{(row.OtherSources.Count > 4 ? $" and {Show.Count(row.OtherSources.Count - 4)} more" : "")}";
        }
    }

    private static IEnumerable<string> Remarks(RebuildRow row)
    {
        if (row.Error is { } error)
        {
            yield return error;
        }

        (Stray Stray, string What)[] strays =
        [
            (row.WithoutHeaders, "without a source offset in the headers"),
            (row.WithoutSource, "whose headers do not tell the source"),
            (row.Repeated, "that stand there a second time"),
            (row.Newer, "behind the restored ones"),
        ];
        foreach (var (stray, what) in strays.Where(stray => stray.Stray.Count > 0))
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{Show.Count(stray.Count, "record")} {what}, the first at target offset {stray.FirstOffset}");
        }
    }
}
