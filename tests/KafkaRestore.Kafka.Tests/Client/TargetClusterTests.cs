using KafkaRestore.Kafka.Client;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;

namespace KafkaRestore.Kafka.Tests.Client;

/// <summary>The target over librdkafka.</summary>
public sealed class TargetClusterTests : TargetClusterConformance
{
    protected override string Refused => "Local_Transport";

    [Fact]
    public async Task Settings_that_no_broker_tells_are_unknown()
    {
        await using var mock = new MockCluster();
        var topic = await mock.CreateTopicAsync();
        await using var cluster = new TargetCluster(mock.Connection, new TargetClusterOptions { SettingsDeadline = TimeSpan.FromMilliseconds(100) });

        var described = await cluster.DescribeTopicsAsync([topic], CancellationToken.None);

        Assert.Equal(new TopicDescription(topic, 1, null, null), described[topic] with { TopicId = null });
    }

    [KafkaFact]
    public async Task A_partition_without_a_leader_is_not_missing_and_is_asked_again()
    {
        await using var mock = new MockCluster();
        var topic = await mock.CreateTopicAsync();
        await using var cluster = new TargetCluster(mock.Connection, new TargetClusterOptions { RequestDeadline = TimeSpan.FromSeconds(5) });
        TargetPartition[] partitions = [new TargetPartition(topic, 0)];

        mock.SetLeader(topic, 0, MockCluster.NoLeader);
        var failure = await Assert.ThrowsAsync<RestoreException>(() => cluster.ReadRangesAsync(partitions, CancellationToken.None));
        Assert.Equal(ErrorCodes.TargetUnreachable, failure.Code);
        Assert.Contains("Leader not available", failure.Message, StringComparison.OrdinalIgnoreCase);

        mock.SetLeader(topic, 0, 1);
        Assert.Equal(new PartitionRange(0, 0), (await cluster.ReadRangesAsync(partitions, CancellationToken.None))[partitions[0]]);
    }

    [RealKafkaFact]
    public async Task Reading_passes_over_markers_between_and_behind_records()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync();
        await AbortAsync(broker, topic);
        await AbortAsync(broker, topic);
        using var reader = new PartitionReader(broker.Connection);

        var offsets = await Task.Run(() => reader.Read(new TargetPartition(topic, 0), 0, 4, CancellationToken.None).Select(record => record.Offset).ToList());

        Assert.Equal([0L, 2L], offsets);
    }

    protected override ITargetCluster Open(KafkaConnectionOptions connection, TargetClusterOptions? options = null) => new TargetCluster(connection, options);
}
