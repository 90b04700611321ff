using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Times;
using KafkaRestore.Kafka;

namespace KafkaRestore.Engine.Planning;

/// <summary>
/// What goes where: made once from manifest and options, never changed. Dry run and run use the same object, and the same plan gives the same
/// stream of records in the same order every time.
/// </summary>
public sealed class RestorePlan
{
    /// <summary>The archive's id.</summary>
    public required string BackupId { get; init; }

    /// <summary>When the archive was begun, epoch milliseconds.</summary>
    public required long ArchiveCreatedAt { get; init; }

    /// <summary>What every record passes through on its way.</summary>
    public required StreamRules Rules { get; init; }

    /// <summary>Target topics in order of name, those without a record included.</summary>
    public required IReadOnlyList<TopicPlan> Topics { get; init; }

    /// <summary>One lane per target partition that gets records, in the order in which they start.</summary>
    public required IReadOnlyList<LanePlan> Lanes { get; init; }

    /// <summary>What a person should know before the run.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>
    /// SHA-256 over what the plan means (archive, segments, mappings, rules), in hexadecimal; not over speed, memory or paths.
    /// </summary>
    public required string Hash { get; init; }

    /// <summary>What is known of the times in the segments; makes the run shorter and changes no record and no count. Null where nothing is.</summary>
    public TimeIndex? Times { get; init; }

    /// <summary>The same plan with other lanes.</summary>
    public RestorePlan With(IReadOnlyList<LanePlan> lanes) => new()
    {
        BackupId = BackupId,
        ArchiveCreatedAt = ArchiveCreatedAt,
        Rules = Rules,
        Topics = Topics,
        Lanes = lanes,
        Warnings = Warnings,
        Hash = Hash,
        Times = Times,
    };

    /// <summary>Segments of all lanes.</summary>
    public long SegmentCount => Owners.Sum(lane => lane.SegmentCount);

    /// <summary>Records in these segments, before any window: the most that can be written.</summary>
    public long RecordCount => Owners.Sum(lane => lane.RecordCount);

    /// <summary>Bytes of records in these segments, uncompressed.</summary>
    public long UncompressedBytes => Owners.Sum(lane => lane.UncompressedBytes);

    /// <summary>Bytes stored for these segments.</summary>
    public long StoredBytes => Owners.Sum(lane => lane.StoredBytes);

    /// <summary>Segments that the window's slack leaves out; they are in no lane.</summary>
    public long SegmentsLeftOut => Owners.Sum(lane => lane.Sources.Sum(source => (long)source.LeftOut.Count));

    /// <summary>Records in them, as the manifest counts them.</summary>
    public long RecordsLeftOut => Owners.Sum(lane => lane.Sources.Sum(source => source.LeftOut.Sum(segment => segment.RecordCount)));

    /// <summary>Every source once, with the lane that it is counted with.</summary>
    public IEnumerable<(LanePlan Lane, LaneSource Source)> Sources => Owners.SelectMany(lane => lane.Sources, static (lane, source) => (lane, source));

    private IEnumerable<LanePlan> Owners => Lanes.Where(static lane => lane.OwnsSources);
}

/// <summary>What every record of a run passes through, in this order: generation choice, time window, control records, headers.</summary>
public sealed record StreamRules
{
    /// <summary>First timestamp, epoch milliseconds, inclusive; null is no bound.</summary>
    public long? WindowStart { get; init; }

    /// <summary>Last timestamp, epoch milliseconds, inclusive; null is no bound.</summary>
    public long? WindowEnd { get; init; }

    /// <summary>How far outside the window a segment's first and last timestamps must lie for it to be left out unread; null never leaves one out.</summary>
    public TimeSpan? WindowSlack { get; init; }

    /// <summary>What to do where two segments hold different records at one offset.</summary>
    public GenerationChoice Generation { get; init; }

    /// <summary>Whether records with the exact form of a transaction marker are left out.</summary>
    public bool DropControlRecords { get; init; }

    /// <summary>What happens to tracking headers.</summary>
    public HeaderOptions Headers { get; init; } = new();

    /// <summary>Whether a record of this time is left out by the window.</summary>
    public bool IsOutside(long timestamp) => IsOutside(timestamp, timestamp);

    /// <summary>Whether every record of these times is.</summary>
    public bool IsOutside(long smallest, long largest) => largest < (WindowStart ?? long.MinValue) || smallest > (WindowEnd ?? long.MaxValue);
}

/// <summary>A target topic of a plan.</summary>
/// <param name="Name">Its name at the target.</param>
/// <param name="Sources">The source topics that go into it, in order.</param>
/// <param name="PartitionsNeeded">Partitions that it must have: one more than the highest that gets records.</param>
/// <param name="PartitionsToCreate">Partitions that it gets when it is created: as many as the sources had, mapped.</param>
public sealed record TopicPlan(string Name, IReadOnlyList<string> Sources, int PartitionsNeeded, int PartitionsToCreate)
{
    /// <summary>What the archive knows of the source topics besides their records, in the order of <see cref="Sources"/>. No part of what the plan means.</summary>
    public IReadOnlyList<CapturedTopic> Captured { get; init; } = [];
}

/// <summary>How a source topic was set up when it was archived.</summary>
/// <param name="Name">Its name at the source.</param>
/// <param name="Settings">The settings that it had of its own; empty when none were captured.</param>
/// <param name="ReplicationFactor">Its replicas; null when not captured.</param>
public sealed record CapturedTopic(string Name, IReadOnlyDictionary<string, string> Settings, int? ReplicationFactor);

/// <summary>The ordered stream into one target partition.</summary>
public sealed class LanePlan
{
    /// <summary>Where it goes.</summary>
    public required TargetPartition Target { get; init; }

    /// <summary>
    /// What goes in: one source after the other, each whole, in order of topic name and partition. Order within each source is kept.
    /// </summary>
    public required IReadOnlyList<LaneSource> Sources { get; init; }

    /// <summary>
    /// How the sources' records are spread over the topic's partitions, when this lane gets only those of its own; null when it gets all. The lanes of such a topic have
    /// the same sources, whose segments, sizes and counts stand in each of them whole.
    /// </summary>
    public Repartitioning? Repartitioning { get; init; }

    /// <summary>Whether the sources are counted with this lane: those of a repartitioned topic are with partition 0.</summary>
    public bool OwnsSources => Repartitioning is null || Target.Partition == 0;

    /// <summary>The same lane with other sources.</summary>
    public LanePlan With(IReadOnlyList<LaneSource> sources) => new() { Target = Target, Repartitioning = Repartitioning, Sources = sources };

    /// <summary>Number of segments.</summary>
    public long SegmentCount => Sources.Sum(source => (long)source.Segments.Count);

    /// <summary>Records in them, before any window.</summary>
    public long RecordCount => Sources.Sum(source => source.RecordCount);

    /// <summary>Bytes of records, uncompressed.</summary>
    public long UncompressedBytes => Sources.Sum(source => source.UncompressedBytes);

    /// <summary>Bytes stored.</summary>
    public long StoredBytes => Sources.Sum(source => source.StoredBytes);
}

/// <summary>One source partition of a lane.</summary>
public sealed class LaneSource
{
    /// <summary>Source topic.</summary>
    public required string Topic { get; init; }

    /// <summary>Source partition.</summary>
    public required int Partition { get; init; }

    /// <summary>Its segments by first offset; they may overlap.</summary>
    public required IReadOnlyList<SegmentEntry> Segments { get; init; }

    /// <summary>
    /// Segments that the window's slack leaves out without anyone looking at them; not in <see cref="Segments"/>. A job decides it once for each segment.
    /// </summary>
    public IReadOnlyList<SegmentEntry> LeftOut { get; init; } = [];

    /// <summary>What the archive can say of its completeness.</summary>
    public required PartitionCompleteness Completeness { get; init; }

    /// <summary>The same source with other segments to be read and left out.</summary>
    internal LaneSource With(IReadOnlyList<SegmentEntry> segments, IReadOnlyList<SegmentEntry> leftOut) =>
        new() { Topic = Topic, Partition = Partition, Completeness = Completeness, Segments = segments, LeftOut = leftOut };

    /// <summary>A source of which the archive holds nothing, or nothing any more.</summary>
    public static LaneSource Empty(string topic, int partition) => new()
    {
        Topic = topic,
        Partition = partition,
        Segments = [],
        Completeness = PartitionCompleteness.Of(new ManifestPartition { PartitionId = partition, Segments = [] }),
    };

    /// <summary>Records, as the manifest counts them.</summary>
    public long RecordCount => Segments.Sum(segment => segment.RecordCount);

    /// <summary>Bytes of records, uncompressed; the stored size where the manifest does not say.</summary>
    public long UncompressedBytes => Segments.Sum(segment => segment.UnpackedBytes);

    /// <summary>Bytes stored.</summary>
    public long StoredBytes => Segments.Sum(segment => segment.CompressedSize);

    /// <inheritdoc/>
    public override string ToString() => $"{Topic}/{Partition}";
}
