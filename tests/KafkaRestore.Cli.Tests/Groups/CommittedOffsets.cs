using Confluent.Kafka;

namespace KafkaRestore.Cli.Tests.Groups;

/// <summary>What groups have committed, as the client library reads it: a reader that shares nothing with the code under test.</summary>
internal static class CommittedOffsets
{
    /// <summary>By topic and partition, with the words committed with them; partitions without a commit are left out.</summary>
    public static async Task<IReadOnlyDictionary<(string Topic, int Partition), (long Offset, string? Metadata)>> ReadAsync(string bootstrapServers, string group)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrapServers }).Build();
        var results = await admin.ListConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitions(group, null)]);
        return Assert.Single(results).Partitions.Where(partition => partition.Offset.Value >= 0)
            .ToDictionary(partition => (partition.Topic, partition.Partition.Value), partition => (partition.Offset.Value, (string?)null));
    }

    /// <summary>Commits offsets of a group without members.</summary>
    public static async Task CommitAsync(string bootstrapServers, string group, params (string Topic, int Partition, long Offset)[] offsets)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrapServers }).Build();
        await admin.AlterConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitionOffsets(group, [.. offsets.Select(offset => new TopicPartitionOffset(offset.Topic, offset.Partition, offset.Offset))])]);
    }
}
