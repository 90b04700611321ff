using KafkaRestore.Kafka.Wire;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Testing;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Tests.Wire.Connections;

/// <summary>Brokers, leaders and coordinators, asked of Apache Kafka.</summary>
public sealed class WireClusterTests
{
    [RealKafkaFact]
    public async Task A_topics_leaders_partitions_and_id_are_known_after_a_refresh()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync(partitions: 3);
        await using var cluster = new WireCluster(broker.Connection);
        Assert.Null(cluster.LeaderOf(new TargetPartition(topic, 0)));

        var errors = await cluster.RefreshAsync([topic], CancellationToken.None);

        Assert.Equal(ErrorCode.NoError, Assert.Single(errors).Value);
        Assert.Equal(3, cluster.PartitionCountOf(topic));
        Assert.NotNull(cluster.TopicIdOf(topic));
        Assert.False(string.IsNullOrEmpty(cluster.ClusterId));
        Assert.All(Enumerable.Range(0, 3), partition => Assert.True(cluster.LeaderOf(new TargetPartition(topic, partition))!.Value.Epoch >= 0));
        Assert.Null(cluster.LeaderOf(new TargetPartition(topic, 3)));
    }

    [RealKafkaFact]
    public async Task A_topic_that_does_not_exist_is_said_to_be_missing_and_is_not_created()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = KafkaBroker.NewTopicName("missing");
        await using var cluster = new WireCluster(broker.Connection);

        for (var ask = 0; ask < 2; ask++)
        {
            var errors = await cluster.RefreshAsync([topic], CancellationToken.None);

            Assert.Equal(ErrorCode.UnknownTopicOrPart, errors[topic]);
        }

        Assert.Null(cluster.PartitionCountOf(topic));
        Assert.Null(cluster.TopicIdOf(topic));
    }

    [RealKafkaFact]
    public async Task A_leader_is_reached_by_one_shared_connection_and_by_fresh_ones()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync();
        await using var cluster = new WireCluster(broker.Connection);
        await cluster.RefreshAsync([topic], CancellationToken.None);
        var leader = cluster.LeaderOf(new TargetPartition(topic, 0))!.Value.Broker;

        var shared = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => cluster.BrokerAsync(leader, CancellationToken.None)));
        await using var fresh = await cluster.OpenAsync(leader, CancellationToken.None);

        Assert.Single(shared.Distinct());
        Assert.NotSame(shared[0], fresh);
        Assert.Equal(leader, fresh.Address.Id);
    }

    [RealKafkaFact]
    public async Task A_shared_connection_that_was_closed_is_replaced()
    {
        var broker = await KafkaBroker.SharedAsync();
        await using var cluster = new WireCluster(broker.Connection);
        var first = await cluster.AnyAsync(CancellationToken.None);
        await first.DisposeAsync();

        var second = await cluster.AnyAsync(CancellationToken.None);

        Assert.NotSame(first, second);
        Assert.False(second.Closed.IsCompleted);
    }

    [RealKafkaFact]
    public async Task A_coordinator_is_found_for_groups_and_transactional_ids()
    {
        var broker = await KafkaBroker.SharedAsync();
        await using var cluster = new WireCluster(broker.Connection);

        foreach (var kind in new[] { CoordinatorKind.Group, CoordinatorKind.Transaction })
        {
            CoordinatorAnswer answer;
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
            do
            {
                // The first question of all makes the broker create its internal topic.
                answer = await cluster.CoordinatorAsync(kind, "someone", patience.Token);
            }
            while (answer.Error == ErrorCode.GroupCoordinatorNotAvailable);

            Assert.Equal(ErrorCode.NoError, answer.Error);
            Assert.False(answer.Connection!.Closed.IsCompleted);
        }
    }

    [RealKafkaFact]
    public async Task An_unknown_broker_is_unreachable()
    {
        var broker = await KafkaBroker.SharedAsync();
        await using var cluster = new WireCluster(broker.Connection);

        var failure = await Assert.ThrowsAsync<WireException>(() => cluster.BrokerAsync(4711, CancellationToken.None));

        Assert.Equal(WireFailure.Unreachable, failure.Failure);
        Assert.Contains("4711", failure.Message, StringComparison.Ordinal);
    }
}
