using KafkaRestore.Engine.OffsetMaps;
using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Engine.OffsetMaps.Sets;
using KafkaRestore.Engine.OffsetMaps.Storage;
using KafkaRestore.Engine.OffsetMaps.Translation;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;

namespace KafkaRestore.Bench;

/// <summary>Offset maps with a gap of one offset after each run, as transactions leave it, so that what a translation must give can be reckoned without them.</summary>
/// <param name="topic">The topic.</param>
/// <param name="partitions">Its partitions.</param>
/// <param name="runLength">Records in a run; 1 is a compacted topic of which every second record is gone.</param>
internal sealed class GroupMaps(string topic, int partitions, int runLength)
{
    private const int Records = 100_000;

    private readonly int _runs = Math.Max(1, Records / runLength);

    private long SourceEnd => (long)_runs * (runLength + 1);

    /// <summary>The maps in memory.</summary>
    public async Task<OffsetMapSet> BuildAsync(CancellationToken cancellationToken)
    {
        var maps = new List<StoredMap>();
        for (var partition = 0; partition < partitions; partition++)
        {
            var writer = new OffsetMapWriter();
            for (var run = 0L; run < _runs; run++)
            {
                writer.Append(run * (runLength + 1), run * runLength, runLength);
            }

            var chunks = new InMemoryOffsetMapChunks();
            var snapshot = writer.Snapshot();
            await snapshot.PutAsync(chunks, cancellationToken).ConfigureAwait(false);
            var name = new PartitionName(topic, partition);
            var pair = new MapPair(name, name);
            var ends = new OffsetReportEntry
            {
                Pair = pair, SourceFirstOffset = 0, SourceLastOffset = SourceEnd - 2, TargetFirstOffset = 0, TargetLastOffset = ((long)_runs * runLength) - 1, FirstTimestamp = 0, LastTimestamp = 0,
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
            each.Key.Topic == topic && each.Value.Offset == Expected(SourceOffset(group, each.Key.Partition, round)));

    /// <summary>A group's positions as offsets to commit.</summary>
    public static GroupOffsets ToOffsets(string group, Translations translations) => new(
        group, translations.Found.ToDictionary(static found => new TargetPartition(found.Target.Topic, found.Target.Partition), static found => new CommittedOffset(found.Offset)));

    // Within a run the record itself, in the gap behind it the first of the next one.
    private long Expected(long source) => (source / (runLength + 1) * runLength) + Math.Min(source % (runLength + 1), runLength);

    private long SourceOffset(int group, int partition, int round) => ((group * 7_919L) + (partition * 104_729L) + (round * 31L)) % SourceEnd;
}
