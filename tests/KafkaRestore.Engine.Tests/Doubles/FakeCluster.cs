using KafkaRestore.Kafka;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Doubles;

/// <summary>A target whose topics are a dictionary and whose logs are those of an <see cref="InMemorySinkFactory"/>.</summary>
internal sealed class FakeCluster(InMemorySinkFactory? sinks = null) : ITargetCluster
{
    public Dictionary<string, TopicDescription> Topics { get; } = new(StringComparer.Ordinal);

    public List<TopicToCreate> Created { get; } = [];

    /// <summary>Overrides what a partition's log says.</summary>
    public Dictionary<TargetPartition, PartitionRange> Ranges { get; } = [];

    /// <summary>Partitions whose offsets are markers alone.</summary>
    public HashSet<TargetPartition> OnlyMarkers { get; } = [];

    public RestoreException? Unreachable { get; set; }

    /// <summary>How often somebody connected, or tried to.</summary>
    public int Connections { get; private set; }

    /// <summary>Who it says that it is.</summary>
    public string ClusterId { get; set; } = "cluster-1";

    /// <summary>Called before log ends are read.</summary>
    public Action? BeforeReadRanges { get; set; }

    public FakeCluster With(string topic, int partitions, string? timestampType = "CreateTime")
    {
        Topics[topic] = new TopicDescription(topic, partitions, 1_048_588, timestampType);
        return this;
    }

    public Task<ClusterDescription> ConnectAsync(CancellationToken cancellationToken)
    {
        Connections++;
        return Unreachable is null ? Task.FromResult(new ClusterDescription(ClusterId, 3)) : Task.FromException<ClusterDescription>(Unreachable);
    }

    public Task<IReadOnlyDictionary<string, TopicDescription>> DescribeTopicsAsync(IReadOnlyCollection<string> topics, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<string, TopicDescription>>(Topics.Where(pair => topics.Contains(pair.Key)).ToDictionary());

    public Task CreateTopicsAsync(IReadOnlyCollection<TopicToCreate> topics, CancellationToken cancellationToken)
    {
        foreach (var topic in topics)
        {
            Created.Add(topic);
            With(topic.Name, topic.Partitions);
        }

        return Task.CompletedTask;
    }

    public Task<IReadOnlyDictionary<TargetPartition, PartitionRange>> ReadRangesAsync(IReadOnlyCollection<TargetPartition> partitions, CancellationToken cancellationToken)
    {
        BeforeReadRanges?.Invoke();
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<IReadOnlyDictionary<TargetPartition, PartitionRange>>(partitions.ToDictionary(
            partition => partition,
            partition => Ranges.TryGetValue(partition, out var range) ? range : new PartitionRange(0, sinks?.EndOf(partition) ?? 0)));
    }

    public Task<IReadOnlySet<TargetPartition>> FindRecordsAsync(IReadOnlyDictionary<TargetPartition, PartitionRange> ranges, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlySet<TargetPartition>>(ranges.Where(pair => HoldsRecord(pair.Key, pair.Value)).Select(pair => pair.Key).ToHashSet());

    private bool HoldsRecord(TargetPartition partition, PartitionRange range) =>
        sinks is null || Ranges.ContainsKey(partition) ? range.Offsets > 0 && !OnlyMarkers.Contains(partition) : sinks.Log(partition).Count > 0;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
