using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Cli.Archives;
using KafkaRestore.Engine.Reporting;

namespace KafkaRestore.Cli.Output;

/// <summary>The text of <c>describe</c>.</summary>
internal static class ManifestText
{
    private const int HolesShown = 20;

    public static string Of(Manifest manifest, string location)
    {
        var partitions = manifest.Topics.SelectMany(topic => topic.Partitions).ToList();
        var segments = partitions.SelectMany(partition => partition.Segments);
        var completeness = partitions.ToDictionary(partition => partition, PartitionCompleteness.Of);
        var page = new TextPage().Fields(
            ("Archive", manifest.BackupId),
            ("Location", location),
            ("Created", Show.Time(manifest.CreatedAt)),
            ("Source cluster", manifest.SourceClusterId),
            ("Compression", manifest.Compression.Length == 0 ? "not recorded" : manifest.Compression),
            ("Isolation level", manifest.IsolationLevel ?? "not recorded; transaction markers and aborted records may stand among the records"),
            ("Holds", $"{Show.Count(manifest.Topics.Count, "topic")}, {Show.Count(partitions.Count, "partition")}, {Show.Count(segments.LongCount(), "segment")}, {Show.Count(segments.Sum(segment => segment.RecordCount), "record")}"),
            ("Size", $"{Show.Size(segments.Sum(segment => (double)segment.UncompressedSize))}, {Show.Size(segments.Sum(segment => (double)segment.CompressedSize))} stored"),
            ("Time range", TimeRange(segments) is { } times ? $"{times} (by the segments' first and last records)" : null),
            ("Completeness", Completeness(completeness.Values)),
            ("Missing topics", manifest.MissingTopics.Count == 0 ? null : string.Join(", ", manifest.MissingTopics)));
        foreach (var topic in manifest.Topics)
        {
            page.Line().Line($"{topic.Name}  ({Show.Count(topic.PartitionCount, "partition")}{(topic.OriginalPartitionCount is null ? " or more" : "")} at the source)");
            foreach (var (key, value) in topic.Configurations.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                page.Line($"  {key} = {value}");
            }

            var table = new TextTable(">part", ">segments", ">records", ">size", ">stored", "source offsets", "completeness");
            foreach (var partition in topic.Partitions)
            {
                Add(table, partition, completeness[partition]);
            }

            page.Table(table);
        }

        return page.ToString();
    }

    private static void Add(TextTable table, ManifestPartition partition, PartitionCompleteness completeness)
    {
        var segments = partition.Segments;
        var remarks = new List<string>();
        if (segments.Count > 0)
        {
            remarks.Add(TimeRange(segments)!);
        }

        remarks.AddRange(completeness.Holes.Take(HolesShown).Select(CompletenessWords.Describe));
        if (completeness.Holes.Count > HolesShown)
        {
            remarks.Add($"and {Show.Count(completeness.Holes.Count - HolesShown, "more hole")}");
        }

        table.Add(
            [
                Show.Count(partition.PartitionId),
                Show.Count(segments.Count),
                Show.Count(segments.Sum(segment => segment.RecordCount)),
                Show.Size(segments.Sum(segment => (double)segment.UncompressedSize)),
                Show.Size(segments.Sum(segment => (double)segment.CompressedSize)),
                segments.Count == 0 ? "none" : Show.Offsets(segments.Min(segment => segment.StartOffset), segments.Max(segment => segment.EndOffset)),
                CompletenessWords.Text(Words.Of(completeness.State)),
            ],
            [.. remarks]);
    }

    private static string? TimeRange(IEnumerable<SegmentEntry> segments)
    {
        long first = long.MaxValue, last = long.MinValue;
        foreach (var segment in segments)
        {
            first = Math.Min(first, Math.Min(segment.FirstTimestamp, segment.LastTimestamp));
            last = Math.Max(last, Math.Max(segment.FirstTimestamp, segment.LastTimestamp));
        }

        return first > last ? null : Show.Times(first, last);
    }

    private static string Completeness(IEnumerable<PartitionCompleteness> partitions)
    {
        var counts = partitions.GroupBy(partition => partition.State).ToDictionary(group => group.Key, group => group.Count());
        CompletenessState[] order = [CompletenessState.Proven, CompletenessState.NotProvable, CompletenessState.Incomplete];
        var words = order.Where(counts.ContainsKey).Select(state => $"{Show.Count(counts[state], "partition")} {CompletenessWords.Text(Words.Of(state))}");
        return counts.Count == 0 ? "no partitions" : string.Join(", ", words);
    }
}
