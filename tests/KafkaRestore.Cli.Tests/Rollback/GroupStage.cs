using KafkaRestore.Cli.Tests.Support;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Rollback;

/// <summary>A topic with records, a group that has committed in it, and a directory, on a real broker.</summary>
internal sealed class GroupStage : IAsyncDisposable
{
    private readonly Scratch _scratch = new();
    private readonly IConsumerGroups _groups;

    private GroupStage(KafkaBroker broker, string topic)
    {
        Broker = broker;
        Topic = topic;
        Group = $"group {topic} 'q' $HOME";
        _groups = ConsumerGroups.Open(broker.Connection);
    }

    public const int Records = 20;

    public KafkaBroker Broker { get; }

    /// <summary>Two partitions with <see cref="Records"/> records each, a minute apart.</summary>
    public string Topic { get; }

    public string Group { get; }

    /// <summary>Where snapshots go.</summary>
    public string Store => Directory.CreateDirectory(_scratch.PathOf("store")).FullName;

    /// <summary>The id of the one snapshot that is there.</summary>
    public string SnapshotId => Path.GetFileName(Directory.EnumerateDirectories(Path.Combine(Store, "offset-snapshots")).Order(StringComparer.Ordinal).First());

    public static async Task<GroupStage> CreateAsync()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync(2);
        using var producer = new Confluent.Kafka.ProducerBuilder<string, string>(new Confluent.Kafka.ProducerConfig { BootstrapServers = broker.BootstrapServers }).Build();
        foreach (var partition in new[] { 0, 1 })
        {
            for (var i = 0; i < Records; i++)
            {
                await producer.ProduceAsync(
                    new Confluent.Kafka.TopicPartition(topic, partition),
                    new Confluent.Kafka.Message<string, string> { Key = "k", Value = "v", Timestamp = new Confluent.Kafka.Timestamp(DateTimeOffset.UnixEpoch.AddMinutes(1_000_000 + i)) });
            }
        }

        var stage = new GroupStage(broker, topic);
        await stage.CommitAsync(5, 6);
        return stage;
    }

    /// <summary>Commits with metadata, one offset for each partition from 0; null commits nothing.</summary>
    public async Task CommitAsync(params long?[] offsets)
    {
        var commits = offsets.Index().Where(offset => offset.Item is not null)
            .ToDictionary(offset => new TargetPartition(Topic, offset.Index), offset => new CommittedOffset(offset.Item!.Value, $"words {offset.Item}"));
        var change = Assert.Single(await _groups.CommitAsync([new GroupOffsets(Group, commits)], 1, TimeSpan.FromSeconds(30), CancellationToken.None));
        Assert.Empty(change.Failures);
    }

    /// <summary>Returns when the group has members.</summary>
    public async Task HasMembersAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (Assert.Single(await _groups.DescribeAsync([Group], patience.Token)).State != GroupState.Stable)
        {
            await Task.Delay(100, patience.Token);
        }
    }

    /// <summary>What the group has committed.</summary>
    public async Task<IReadOnlyList<(int Partition, long Offset, string? Metadata)>> CommittedAsync()
    {
        var fetched = Assert.Single(await _groups.FetchAsync([Group], CancellationToken.None));
        return [.. fetched.Offsets.Offsets.OrderBy(offset => offset.Key.Partition).Select(offset => (offset.Key.Partition, offset.Value.Offset, offset.Value.Metadata))];
    }

    public string PathOf(string name) => _scratch.PathOf(name);

    public string Write(string name, string text) => _scratch.Write(name, text);

    /// <summary>A file that names the group.</summary>
    public string GroupsFile => Write("groups.txt", Group + "\n");

    /// <summary>Runs a command of the group at the broker.</summary>
    public Task<CliResult> RunAsync(params string[] arguments) => CliProgram.RunAsync([.. arguments, "--bootstrap-servers", Broker.BootstrapServers]);

    public Task<CliResult> SnapshotAsync() => RunAsync("offset-rollback", "snapshot", "--path", Store, "--groups-file", GroupsFile, "--format", "json");

    public async ValueTask DisposeAsync()
    {
        await _groups.DisposeAsync();
        _scratch.Dispose();
    }
}
