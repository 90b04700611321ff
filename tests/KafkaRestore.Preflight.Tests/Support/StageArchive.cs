using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Preflight.Tests.Support;

/// <summary>The archive of a situation: one topic with one partition unless a row adds more, written as the newest writers do.</summary>
internal sealed class StageArchive(string topic)
{
    private readonly SortedDictionary<int, List<(byte[] Bytes, SegmentEntry Entry)>> _partitions = [];

    public string BackupId => "nightly";

    public string Topic => topic;

    /// <summary>Null as before 0.25.</summary>
    public string? IsolationLevel { get; set; } = "read_committed";

    /// <summary>How many partitions the source had; null: those that there are.</summary>
    public int? SourcePartitions { get; set; }

    /// <summary>Changes what the manifest says of every segment.</summary>
    public Func<SegmentEntry, SegmentEntry> Describe { get; set; } = static entry => entry;

    public List<OffsetGap> Gaps { get; } = [];

    public bool IsEmpty => _partitions.Count == 0;

    /// <summary>The key of a segment's object.</summary>
    public string KeyOf(int segment, int partition = 0) => Describe(_partitions[partition][segment].Entry).KeyIn(BackupId, topic, partition);

    /// <summary>The bytes of a segment's object.</summary>
    public byte[] BytesOf(int segment, int partition = 0) => _partitions[partition][segment].Bytes;

    public StageArchive Add(IEnumerable<RecordData> records, int partition = 0, long uploadedAt = 1)
    {
        var writer = new SegmentWriter(SegmentCompression.None);
        foreach (var record in records)
        {
            writer.Append(record);
        }

        if (!_partitions.TryGetValue(partition, out var segments))
        {
            _partitions.Add(partition, segments = []);
        }

        var bytes = writer.ToBytes();
        var entry = writer.Describe(bytes, uploadedAt);
        segments.Add((bytes, entry with
        {
            CoveredStart = entry.StartOffset,
            CoveredEnd = entry.EndOffset,
            OddKey = segments.Exists(other => other.Entry.StartOffset == entry.StartOffset) ? $"{BackupId}/topics/{topic}/partition={partition}/again-{segments.Count}.bin" : null,
        }));
        return this;
    }

    public async Task WriteAsync(IArchiveStorage storage)
    {
        foreach (var (partition, segments) in _partitions)
        {
            foreach (var (bytes, entry) in segments)
            {
                await storage.WriteAsync(entry.KeyIn(BackupId, topic, partition), bytes, WriteMode.Replace, CancellationToken.None);
            }
        }

        await ManifestWriter.WriteAsync(storage, ToManifest(), CancellationToken.None);
    }

    private Manifest ToManifest() => new()
    {
        BackupId = BackupId,
        CreatedAt = 1,
        IsolationLevel = IsolationLevel,
        Topics =
        [
            new ManifestTopic
            {
                Name = topic,
                OriginalPartitionCount = SourcePartitions ?? (_partitions.Keys.Last() + 1),
                Partitions =
                [
                    .. _partitions.Select(partition => new ManifestPartition
                    {
                        PartitionId = partition.Key,
                        Segments = [.. partition.Value.Select(segment => Describe(segment.Entry)).OrderBy(entry => entry.StartOffset)],
                        Gaps = Gaps,
                    }),
                ],
            },
        ],
    };
}
