using KafkaRestore.Api.Contracts;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;
using Xunit;

namespace KafkaRestore.Service.Testing;

/// <summary>A small archive on disk, of one topic, and the configuration that restores it into the shared broker.</summary>
public sealed class SubmittedRestore
{
    private readonly KafkaBroker _broker;
    private readonly string _path;
    private readonly string _topic;
    private readonly IReadOnlyList<RecordData>[] _partitions;

    private SubmittedRestore(KafkaBroker broker, string path, string topic, IReadOnlyList<RecordData>[] partitions)
    {
        _broker = broker;
        _path = path;
        _topic = topic;
        _partitions = partitions;
    }

    /// <summary>The archive's id.</summary>
    public string BackupId => _topic;

    /// <summary>Makes the archive.</summary>
    /// <param name="records">Records of both partitions together, an even number.</param>
    public static Task<SubmittedRestore> CreateAsync(int records) => CreateAsync(2, records / 2);

    /// <summary>Makes one of more partitions.</summary>
    /// <param name="count">How many partitions.</param>
    /// <param name="records">Records of each.</param>
    public static async Task<SubmittedRestore> CreateAsync(int count, int records)
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = KafkaBroker.NewTopicName("served");
        var folder = Directory.CreateTempSubdirectory("kafka-restore-service-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        IReadOnlyList<RecordData>[] partitions = [.. Enumerable.Range(0, count).Select(partition => TestRecords.Ordinary(records, firstOffset: 7 * partition))];
        var archive = new ArchiveBuilder(topic);
        for (var partition = 0; partition < partitions.Length; partition++)
        {
            archive.Segment(topic, partition, SegmentCompression.Zstd, partitions[partition]);
        }

        var storage = StorageFactory.Open(new FileSystemStorageOptions { Path = folder });
        await using (storage)
        {
            await archive.WriteAsync(storage);
        }

        return new SubmittedRestore(broker, folder, topic, partitions);
    }

    /// <summary>What is submitted.</summary>
    /// <param name="restore">One more line of the section <c>restore</c>.</param>
    public JobSubmission Submission(string restore = "max_concurrent_partitions: 4") => new()
    {
        Document = $"""
            mode: restore
            backup_id: {_topic}
            target:
              bootstrap_servers: ["{_broker.BootstrapServers.Replace(",", "\", \"", StringComparison.Ordinal)}"]
            storage:
              backend: filesystem
              path: {_path}
            restore:
              create_topics: true
              {restore}
            """,
    };

    /// <summary>Every record must stand in the target once, in order, as the official client reads it.</summary>
    public async Task MustBeThereOnceAsync()
    {
        for (var partition = 0; partition < _partitions.Length; partition++)
        {
            var found = await _broker.ReadAsync(_topic, partition);
            Assert.Equal(_partitions[partition].Select(ConsumedRecord.ContentOf), found.Select(static record => record.Content));
        }
    }
}
