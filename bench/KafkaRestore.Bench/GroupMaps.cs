using KafkaRestore.Engine.OffsetMaps;
using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Engine.OffsetMaps.Sets;
using KafkaRestore.Engine.OffsetMaps.Storage;
using KafkaRestore.Engine.OffsetMaps.Translation;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;

namespace KafkaRestore.Bench;

/// <summary>Offset maps of a compacted topic of which every third record survived, so that what a translation must give can be reckoned without them.</summary>
internal sealed class GroupMaps(string topic, int partitions)
{
    private const int Records = 100_000;
    private const int Gap = 3;

    /// <summary>The maps in memory.</summary>
    public async Task<OffsetMapSet> BuildAsync(CancellationToken cancellationToken)
    {
        var maps = new List<StoredMap>();
        for (var partition = 0; partition < partitions; partition++)
        {
            var writer = new OffsetMapWriter();
            for (var i = 0L; i < Records; i++)
            {
                writer.Append(i * Gap, i, 1);
            }

            var chunks = new InMemoryOffsetMapChunks();
            var snapshot = writer.Snapshot();
            await snapshot.PutAsync(chunks, cancellationToken).ConfigureAwait(false);
            var name = new PartitionName(topic, partition);
            var pair = new MapPair(name, name);
            var ends = new OffsetReportEntry
            {
                Pair = pair, SourceFirstOffset = 0, SourceLastOffset = (Records - 1) * Gap, TargetFirstOffset = 0, TargetLastOffset = Records - 1, FirstTimestamp = 0, LastTimestamp = 0,
            };
            maps.Add(new StoredMap(pair, ends, token => OffsetMap.OpenAsync(chunks, snapshot.State, new OffsetMapCache(), token)));
        }

        return new OffsetMapSet("benchmark", new OffsetReportSummary(), maps);
    }

    /// <summary>What a group has committed at the source.</summary>
    public SourcePosition[] SourceOf(int group, int round) =>
        [.. Enumerable.Range(0, partitions).Select(partition => new SourcePosition(new PartitionName(topic, partition), SourceOffset(group, partition, round)))];

    /// <summary>Whether what a group has committed at the target is the translation of that.</summary>
    public bool IsRight(int group, int round, FetchedOffsets found) =>
        found.IsWhole && found.Offsets.Offsets.Count == partitions && found.Offsets.Offsets.All(each =>
            each.Key.Topic == topic && each.Value.Offset == (SourceOffset(group, each.Key.Partition, round) + Gap - 1) / Gap);

    /// <summary>A group's positions as offsets to commit.</summary>
    public static GroupOffsets ToOffsets(string group, Translations translations) => new(
        group, translations.Found.ToDictionary(static found => new TargetPartition(found.Target.Topic, found.Target.Partition), static found => new CommittedOffset(found.Offset)));

    private static long SourceOffset(int group, int partition, int round) => ((group * 7_919L) + (partition * 104_729L) + (round * 31L)) % (Records * Gap);
}
