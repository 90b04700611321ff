using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Integration;

/// <summary>An archive on disk with one topic that the client can carry, and one that it cannot from its third record on.</summary>
internal sealed class MixedArchive : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("kafka-restore-mixed-");

    public static IReadOnlyList<RecordData> Plain { get; } = TestRecords.Ordinary(100);

    public static IReadOnlyList<RecordData> Odd { get; } = [.. TestRecords.Ordinary(2), TestRecords.Record(2, 0), .. TestRecords.Ordinary(50, 3)];

    public StorageOptions Options => new FileSystemStorageOptions { Path = _directory.FullName };

    public static async Task<MixedArchive> CreateAsync()
    {
        var archive = new MixedArchive();
        await using var storage = StorageFactory.Open(archive.Options);
        await ManifestWriter.WriteAsync(
            storage,
            new Manifest
            {
                BackupId = "mixed",
                CreatedAt = 1,
                IsolationLevel = "read_committed",
                Topics = [await WriteAsync(storage, "odd", Odd), await WriteAsync(storage, "plain", Plain)],
            },
            CancellationToken.None);
        return archive;
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private static async Task<ManifestTopic> WriteAsync(IArchiveStorage storage, string topic, IReadOnlyList<RecordData> records)
    {
        var writer = new SegmentWriter(SegmentCompression.Zstd);
        foreach (var record in records)
        {
            writer.Append(record);
        }

        var entry = await writer.WriteAsync(storage, "mixed", topic, 0, uploadedAt: 1, CancellationToken.None);
        return new ManifestTopic { Name = topic, Partitions = [new ManifestPartition { PartitionId = 0, Segments = [entry] }] };
    }
}
