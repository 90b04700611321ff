using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Archive.Storage.InMemory;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Kafka;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Engine.Tests.Doubles;

/// <summary>An archive in memory, made segment by segment. Segments may share a first offset: each has an object of its own.</summary>
internal sealed class TestArchive(string backupId = "backup")
{
    private readonly SortedDictionary<string, SortedDictionary<int, Partition>> _topics = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _partitionCounts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (IReadOnlyDictionary<string, string> Settings, int? Replicas)> _captured = new(StringComparer.Ordinal);
    private int _objects;

    public InMemoryStorage Storage { get; } = new();

    public string BackupId => backupId;

    public string? IsolationLevel { get; init; } = "read_committed";

    public SegmentCompression Compression { get; init; }

    public int ZstdLevel { get; init; } = 3;

    /// <summary>Changes what the manifest says of every segment added from now on.</summary>
    public Func<SegmentEntry, SegmentEntry> Describe { get; set; } = static entry => entry;

    /// <summary>Whether any topic has a segment.</summary>
    public bool HasSegments => _topics.Values.Any(topic => topic.Values.Any(partition => partition.Segments.Count > 0));

    /// <summary>A topic that need not have a record.</summary>
    public TestArchive AddTopic(string topic, int partitions = 1)
    {
        _topics.TryAdd(topic, []);
        _partitionCounts[topic] = partitions;
        return this;
    }

    /// <summary>What the archive has captured of a topic besides its records.</summary>
    public TestArchive Capture(string topic, int? replicas, params (string Name, string Value)[] settings)
    {
        _captured[topic] = (settings.ToDictionary(setting => setting.Name, setting => setting.Value), replicas);
        return this;
    }

    public TestArchive AddSegment(string topic, int partition, IReadOnlyList<RecordData> records, long uploadedAt = 0)
    {
        var writer = new SegmentWriter(Compression, ZstdLevel);
        foreach (var record in records)
        {
            writer.Append(record);
        }

        var bytes = writer.ToBytes();
        var key = $"{backupId}/topics/{topic}/partition={partition}/segment-{++_objects}.bin";
        var entry = Describe(writer.Describe(bytes, uploadedAt) with { OddKey = key });
        Storage.WriteAsync(key, bytes, WriteMode.Replace, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        PartitionOf(topic, partition).Segments.Add(entry);
        return this;
    }

    /// <summary>Several segments of <paramref name="perSegment"/> records each.</summary>
    public TestArchive AddSegments(string topic, int partition, IEnumerable<RecordData> records, int perSegment)
    {
        foreach (var chunk in records.Chunk(perSegment))
        {
            AddSegment(topic, partition, chunk);
        }

        return this;
    }

    public TestArchive AddGap(string topic, int partition, OffsetGap gap)
    {
        PartitionOf(topic, partition).Gaps.Add(gap);
        return this;
    }

    /// <summary>Changes a byte in the middle of a stored segment.</summary>
    public async Task DamageAsync(string topic, int partition, int segment)
    {
        var key = PartitionOf(topic, partition).Segments[segment].OddKey!;
        var size = (int)(await Storage.StatAsync(key, CancellationToken.None))!.Size;
        var bytes = new byte[size];
        await Storage.ReadAsync(key, 0, bytes, CancellationToken.None);
        bytes[size / 2] ^= 0x40;
        await Storage.WriteAsync(key, bytes, WriteMode.Replace, CancellationToken.None);
    }

    public string KeyOf(string topic, int partition, int segment) => PartitionOf(topic, partition).Segments[segment].OddKey!;

    /// <summary>The manifest.</summary>
    /// <param name="without">Keys of segments that it does not list.</param>
    public Manifest ToManifest(IReadOnlyCollection<string>? without = null) => new()
    {
        BackupId = backupId,
        CreatedAt = 1,
        IsolationLevel = IsolationLevel,
        Topics =
        [
            .. _topics.Select(topic => new ManifestTopic
            {
                Name = topic.Key,
                Configurations = _captured.TryGetValue(topic.Key, out var captured) ? captured.Settings : new Dictionary<string, string>(),
                SourceReplicationFactor = captured.Replicas,
                OriginalPartitionCount = _partitionCounts.TryGetValue(topic.Key, out var count) ? count : null,
                Partitions =
                [
                    .. topic.Value.Select(partition => new ManifestPartition
                    {
                        PartitionId = partition.Key,
                        Segments = [.. partition.Value.Segments.Where(segment => without?.Contains(segment.OddKey!) != true).OrderBy(segment => segment.StartOffset)],
                        Gaps = partition.Value.Gaps,
                    }),
                ],
            }),
        ],
    };

    /// <summary>Stores the manifest, for whoever reads the archive from its storage.</summary>
    public async Task<TestArchive> WriteManifestAsync()
    {
        await ManifestWriter.WriteAsync(Storage, ToManifest(), CancellationToken.None);
        return this;
    }

    public RestoreOptions Options() => new()
    {
        BackupId = backupId,
        Storage = new InMemoryStorageOptions(),
        Target = new KafkaConnectionOptions { BootstrapServers = ["nowhere:1"] },
    };

    public RestorePlan Plan(Func<RestoreOptions, RestoreOptions>? change = null) =>
        PlanBuilder.Build(ToManifest(), change is null ? Options() : change(Options()));

    private Partition PartitionOf(string topic, int partition)
    {
        if (!_topics.TryGetValue(topic, out var partitions))
        {
            _topics[topic] = partitions = [];
        }

        if (!partitions.TryGetValue(partition, out var found))
        {
            partitions[partition] = found = new Partition();
        }

        return found;
    }

    private sealed class Partition
    {
        public List<SegmentEntry> Segments { get; } = [];

        public List<OffsetGap> Gaps { get; } = [];
    }
}
