using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Archive.Storage.InMemory;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Testing;

/// <summary>Makes small archives out of records, segment by segment.</summary>
public sealed class ArchiveBuilder(string backupId = "sample")
{
    private readonly SortedDictionary<string, SortedDictionary<int, List<SegmentWriter>>> _topics = new(StringComparer.Ordinal);

    /// <summary>The archive's id.</summary>
    public string BackupId => backupId;

    /// <summary>Adds a segment to a partition.</summary>
    public ArchiveBuilder Segment(string topic, int partition, SegmentCompression compression, IEnumerable<RecordData> records)
    {
        if (!_topics.TryGetValue(topic, out var partitions))
        {
            _topics.Add(topic, partitions = []);
        }

        if (!partitions.TryGetValue(partition, out var segments))
        {
            partitions.Add(partition, segments = []);
        }

        segments.Add(Write(compression, records));
        return this;
    }

    /// <summary>Stores segments and manifest.</summary>
    public async Task<Manifest> WriteAsync(IArchiveStorage storage)
    {
        var topics = new List<ManifestTopic>();
        foreach (var (topic, partitions) in _topics)
        {
            var described = new List<ManifestPartition>();
            foreach (var (partition, segments) in partitions)
            {
                var entries = new List<SegmentEntry>();
                foreach (var segment in segments)
                {
                    entries.Add(await segment.WriteAsync(storage, backupId, topic, partition, uploadedAt: 1, default));
                }

                described.Add(new ManifestPartition { PartitionId = partition, Segments = entries });
            }

            topics.Add(new ManifestTopic { Name = topic, OriginalPartitionCount = described[^1].PartitionId + 1, Partitions = described });
        }

        var manifest = new Manifest { BackupId = backupId, CreatedAt = 1, Topics = topics, IsolationLevel = "read_committed" };
        await ManifestWriter.WriteAsync(storage, manifest, default);
        return manifest;
    }

    /// <summary>A writer that holds the records.</summary>
    public static SegmentWriter Write(SegmentCompression compression, IEnumerable<RecordData> records, int zstdLevel = 3)
    {
        var writer = new SegmentWriter(compression, zstdLevel);
        foreach (var record in records)
        {
            writer.Append(record);
        }

        return writer;
    }

    /// <summary>A storage that holds one segment, and the reference to it.</summary>
    public static async Task<(InMemoryStorage Storage, SegmentReference Segment)> StoreAsync(SegmentWriter writer)
    {
        var storage = new InMemoryStorage();
        var entry = await writer.WriteAsync(storage, "sample", "t", 0, uploadedAt: 1, default);
        return (storage, new SegmentReference("sample", "t", 0, entry));
    }
}
