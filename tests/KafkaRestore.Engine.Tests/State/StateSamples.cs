using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Lanes.Stream;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.State;
using KafkaRestore.Engine.State.Checkpoints;
using KafkaRestore.Engine.State.Identity;
using KafkaRestore.Kafka;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.State;

/// <summary>Plans without an archive behind them, and what state is made of.</summary>
internal static class StateSamples
{
    public static readonly StorageProperties Storage = new("filesystem", "/archives", 1 << 20, 1, RereadsAreCheap: true);

    public static string GoldenFolder { get; } = Path.GetFullPath(Path.Combine(Golden.Root, "..", "KafkaRestore.Engine.Tests", "State", "Golden"));

    /// <summary>A segment of ordinary form with a record at every offset.</summary>
    public static SegmentEntry Segment(long start, long end) => new()
    {
        StartOffset = start,
        EndOffset = end,
        FirstTimestamp = start * 10,
        LastTimestamp = end * 10,
        RecordCount = end - start + 1,
        UncompressedSize = (end - start + 1) * 100,
        CompressedSize = (end - start + 1) * 30,
        UploadedAt = 1_700_000_000_000 + start,
        KeyEnding = SegmentCompression.Zstd,
    };

    public static RestoreOptions Defaults() => new()
    {
        BackupId = "backup",
        Storage = new FileSystemStorageOptions { Path = "/archives" },
        Target = new KafkaConnectionOptions { BootstrapServers = ["nowhere:1"] },
    };

    /// <summary>A plan of topics with partitions with segments.</summary>
    public static RestorePlan Plan(params (string Topic, int Partition, SegmentEntry[] Segments)[] partitions) => Plan(null, partitions);

    public static RestorePlan Plan(RestoreOptions? options, params (string Topic, int Partition, SegmentEntry[] Segments)[] partitions) =>
        PlanBuilder.Build(
            new Manifest
            {
                BackupId = "backup",
                CreatedAt = 1_700_000_000_000,
                IsolationLevel = "read_committed",
                Topics =
                [
                    .. partitions.GroupBy(partition => partition.Topic).Select(topic => new ManifestTopic
                    {
                        Name = topic.Key,
                        Partitions = [.. topic.Select(partition => new ManifestPartition { PartitionId = partition.Partition, Segments = partition.Segments })],
                    }),
                ],
            },
            options ?? Defaults());

    public static JobIdentity Identity(RestorePlan plan, RestoreOptions? options = null, string? clusterId = "cluster-1") =>
        JobIdentity.Of(options ?? Defaults(), plan, Storage, clusterId);

    public static JobRequest Request(JobLocation location, RestorePlan plan, RestoreOptions? options = null) => new()
    {
        Location = location,
        Plan = plan,
        Identity = Identity(plan, options),
    };

    /// <summary>The checkpoint of a lane that has passed everything before <paramref name="next"/> of its first source.</summary>
    public static LaneCheckpoint Checkpoint(JobLane lane, long next, LaneState state = LaneState.Running) => new()
    {
        Topic = lane.Target.Topic,
        Partition = lane.Target.Partition,
        State = state,
        Baseline = 0,
        ExpectedEnd = next,
        Position = state == LaneState.Done
            ? new StreamPosition(lane.Generations[^1].Number, lane.Generations[^1].Stream.Sources.Count, 0, next)
            : new StreamPosition(1, 0, next, next),
        Tail = TailDigest.None,
        Sources =
        [
            .. lane.Generations[^1].Stream.Sources.Select((source, number) => new SourceCheckpoint
            {
                Topic = source.Topic,
                Partition = source.Partition,
                Records = number == 0 ? next : 0,
                Bytes = number == 0 ? next * 100 : 0,
                FirstSourceOffset = 0,
                LastSourceOffset = next,
                FirstTargetOffset = 0,
                LastTargetOffset = next,
            }),
        ],
    };

    /// <summary>A checkpoint with a value in every member.</summary>
    public static LaneCheckpoint Full() => new()
    {
        Topic = "orders",
        Partition = 3,
        TopicId = new Guid("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"),
        State = LaneState.Stopped,
        CleanStop = true,
        Baseline = 7,
        ExpectedEnd = 1_007,
        Position = new StreamPosition(2, 1, 555, 1_012),
        Tail = new TailDigest(2, new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 255 }),
        WrittenAt = 1_700_000_123_456,
        Sources =
        [
            new SourceCheckpoint
            {
                Topic = "orders",
                Partition = 3,
                Records = 900,
                Bytes = 90_000,
                FirstSourceOffset = 5,
                LastSourceOffset = 1_000,
                FirstTargetOffset = 7,
                LastTargetOffset = 906,
                FirstTimestamp = -1,
                LastTimestamp = 1_699_999_999_999,
                SkippedByWindow = 1,
                Duplicates = 2,
                Control = 3,
                OtherGeneration = 4,
                SkippedUnwritable = 5,
                Damaged = 6,
                MapChunks = 7,
                MapTail = new byte[] { 0, 1, 254, 255 },
            },
            new SourceCheckpoint { Topic = "заказы \"+\"", Partition = 0, Records = 100, Bytes = 10_000, FirstSourceOffset = 0, LastSourceOffset = 554, FirstTargetOffset = 907, LastTargetOffset = 1_006 },
        ],
    };
}
