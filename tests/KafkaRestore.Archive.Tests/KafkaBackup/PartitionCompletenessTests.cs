using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Testing;

namespace KafkaRestore.Archive.Tests.KafkaBackup;

public sealed class PartitionCompletenessTests
{
    public static TheoryData<string, string, string> Cases => new()
    {
        // segments start-end[:coveredStart-coveredEnd], then g(ap, end exclusive), p(runed, end inclusive), t(hrough), s(napshot end); expected state, range and holes
        { "", "", "Proven" },
        { "0-9:0-9", "", "Proven 0..9" },
        { "0-9:0-9 10-19:10-19", "", "Proven 0..19" },
        { "5-9:5-9", "", "Proven 5..9" },
        { "531-600:0-600", "", "Proven 0..600" },
        { "0-9:0-12 15-19:13-22", "t25 s26", "Proven 0..25" },
        { "0-9:0-9 20-29:20-29", "", "Incomplete 0..29 Unexplained 10-19" },
        { "0-9:0-9 20-29:20-29", "g10-20", "Proven 0..29 KnownGap 10-19" },
        { "0-9:0-9 20-29:20-29", "p10-19", "Proven 0..29 Pruned 10-19" },
        { "0-9:0-9 20-29:20-29", "g10-15 p15-19", "Proven 0..29 KnownGap 10-14 Pruned 15-19" },
        { "0-9:0-9 20-29:20-29", "p15-19 g10-15", "Proven 0..29 KnownGap 10-14 Pruned 15-19" },
        { "0-9:0-9 20-29:20-29", "g12-15", "Incomplete 0..29 Unexplained 10-11 KnownGap 12-14 Unexplained 15-19" },
        { "0-9:0-9 20-29:20-29", "g0-100", "Proven 0..29 KnownGap 10-19" },
        { "0-9:0-9 20-29:20-29", "g10-18 p12-14 g16-20", "Proven 0..29 KnownGap 10-17 KnownGap 18-19" },
        { "0-9:0-9 20-29:20-29", "g15-15", "Incomplete 0..29 Unexplained 10-19" },
        { "0-9:0-9 20-29:20-29", "g30-40 p0-5", "Incomplete 0..29 Unexplained 10-19" },
        { "0-9:0-9 5-19:5-19 20-29:20-29", "", "Proven 0..29" },
        { "0-29:0-29 5-9:5-9 30-39:30-39", "", "Proven 0..39" },
        { "0-9:0-9", "s20", "Incomplete 0..9 Unexplained 10-19" },
        { "0-9:0-9", "t15 s20", "Incomplete 0..15 Unexplained 16-19" },
        { "0-9:0-9", "s10", "Proven 0..9" },
        { "0-9:0-9", "s5", "Proven 0..9" },
        { "0-9:0-9", "s20 g10-20", "Proven 0..9 KnownGap 10-19" },
        { "", "t41", "Proven 41..41" },
        { "", "s20", "Proven" },
        { "0-9", "", "NotProvable 0..9" },
        { "0-9 10-19", "", "NotProvable 0..19" },
        { "0-9 15-19", "", "NotProvable 0..19 Unknown 10-14" },
        { "0-9 15-19", "g10-15", "NotProvable 0..19 KnownGap 10-14" },
        { "0-9 15-19", "p10-12", "NotProvable 0..19 Pruned 10-12 Unknown 13-14" },
        { "0-9 10-19:10-19 30-39:30-39", "", "NotProvable 0..39 Unknown 20-29" },
        { "0-9:0-9 20-29:20-29 40-49", "", "Incomplete 0..49 Unexplained 10-19 Unknown 30-39" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_the_manifest_says_is_judged(string segments, string more, string expected) =>
        Assert.Equal(expected, Show(PartitionCompleteness.Of(Partition(segments, more))));

    [Theory]
    [InlineData("incremental", "inc.events", 0, "Proven 0..399")]
    [InlineData("incremental", "inc.events", 2, "Proven 0..399 KnownGap 200-259")]
    [InlineData("edges", "edge.compacted", 0, "Proven 0..600")]
    [InlineData("edges", "edge.compacted", 1, "Proven 0..600")]
    [InlineData("edges", "edge.deleted", 0, "Proven 120..199")]
    [InlineData("edges", "edge.txn", 0, "Proven 0..83")]
    [InlineData("edges", "edge.txn", 1, "Proven 0..63")]
    [InlineData("shop-0.17", "orders", 0, "NotProvable 0..1011")]
    public async Task Golden_partitions_are_judged(string id, string topic, int partition, string expected)
    {
        await using var storage = Golden.OpenStorage();
        var manifest = await ManifestReader.ReadAsync(storage, id, default);
        var judged = manifest.Topics.Single(t => t.Name == topic).Partitions.Single(p => p.PartitionId == partition);
        Assert.Equal(expected, Show(PartitionCompleteness.Of(judged)));
    }

    [Theory]
    [InlineData("edges-0.17")]
    [InlineData("shop-0.17")]
    public async Task Nothing_written_before_0_25_can_be_proven(string id)
    {
        await using var storage = Golden.OpenStorage();
        var manifest = await ManifestReader.ReadAsync(storage, id, default);
        Assert.All(manifest.Topics.SelectMany(topic => topic.Partitions), partition => Assert.NotEqual(CompletenessState.Proven, PartitionCompleteness.Of(partition).State));
    }

    private static ManifestPartition Partition(string segments, string more)
    {
        var words = more.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new ManifestPartition
        {
            PartitionId = 0,
            Segments = [.. segments.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Segment)],
            Gaps = [.. words.Where(word => word[0] == 'g').Select(word => Range(word[1..])).Select(range => new OffsetGap(range.Start, range.End, "g"))],
            Pruned = [.. words.Where(word => word[0] == 'p').Select(word => Range(word[1..])).Select(range => new PrunedRange(range.Start, range.End, 1, "p"))],
            CoveredThrough = Number(words, 't'),
            SnapshotEndOffset = Number(words, 's'),
        };
    }

    private static SegmentEntry Segment(string text)
    {
        var parts = text.Split(':');
        var (start, end) = Range(parts[0]);
        (long Start, long End)? covered = parts.Length == 1 ? null : Range(parts[1]);
        return new SegmentEntry { StartOffset = start, EndOffset = end, FirstTimestamp = 0, LastTimestamp = 0, RecordCount = 1, CoveredStart = covered?.Start, CoveredEnd = covered?.End };
    }

    private static (long Start, long End) Range(string text) => (Parse(text.Split('-')[0]), Parse(text.Split('-')[1]));

    private static long? Number(string[] words, char letter) => words.FirstOrDefault(word => word[0] == letter) is { } word ? Parse(word[1..]) : null;

    private static long Parse(string text) => long.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static string Show(PartitionCompleteness judged) =>
        string.Join(' ', [judged.State.ToString(), .. judged.FirstOffset is { } first ? [$"{first}..{judged.LastOffset}"] : Array.Empty<string>(), .. judged.Holes.Select(hole => $"{hole.Cause} {hole.Start}-{hole.End}")]);
}
