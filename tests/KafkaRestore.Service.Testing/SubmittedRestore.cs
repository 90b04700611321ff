using System.Text.Json;
using KafkaRestore.Api.Contracts;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;
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

    /// <summary>Adds consumer groups to the archive, each of which has read some records of both partitions.</summary>
    /// <param name="count">How many.</param>
    /// <returns>The groups, by name, with the number of the record that each reads next in every partition.</returns>
    public IReadOnlyDictionary<string, int> AddGroups(int count)
    {
        var groups = Enumerable.Range(0, count).ToDictionary(number => $"{_topic}-reader-{number:000}", number => number % _partitions[0].Count, StringComparer.Ordinal);
        var snapshot = new
        {
            snapshot_time = 1_700_000_000_000,
            groups = groups.Select(group => new
            {
                group_id = group.Key,
                offsets = new Dictionary<string, Dictionary<string, long>>
                {
                    [_topic] = Enumerable.Range(0, _partitions.Length).ToDictionary(static partition => $"{partition}", partition => _partitions[partition][group.Value].Offset),
                },
            }),
        };
        File.WriteAllText(Path.Combine(_path, _topic, "consumer-groups-snapshot.json"), JsonSerializer.Serialize(snapshot));
        return groups;
    }

    /// <summary>Every group must have committed the offset of the record that it reads next, as the official client finds it in the target, and nothing else.</summary>
    public async Task GroupsMustStandAsync(IReadOnlyDictionary<string, int> groups)
    {
        var found = await Task.WhenAll(Enumerable.Range(0, _partitions.Length).Select(partition => _broker.ReadAsync(_topic, partition)));
        await using var cluster = ConsumerGroups.Open(_broker.Connection);
        foreach (var fetched in await cluster.FetchAsync([.. groups.Keys], default))
        {
            Assert.Null(fetched.Error);
            Assert.Equal(
                Enumerable.Range(0, _partitions.Length).Select(partition => (new TargetPartition(_topic, partition), found[partition][groups[fetched.Offsets.Group]].Offset)),
                fetched.Offsets.Offsets.Select(static pair => (pair.Key, pair.Value.Offset)).OrderBy(static pair => pair.Key.Partition));
        }
    }

    /// <summary>Commits an offset for a group by itself.</summary>
    public async Task MoveAsync(string group, long offset)
    {
        await using var cluster = ConsumerGroups.Open(_broker.Connection);
        var changed = await cluster.CommitAsync(
            [new GroupOffsets(group, new Dictionary<TargetPartition, CommittedOffset> { [new TargetPartition(_topic, 0)] = new(offset) })], 1, TimeSpan.FromSeconds(30), default);
        Assert.Empty(Assert.Single(changed).Failures);
    }

    /// <summary>A member of a group, which reads in it until it leaves.</summary>
    public Task<LiveMember> JoinAsync(string group) => LiveMember.JoinAsync(_broker, group, _topic, "an-application");

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
