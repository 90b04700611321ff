using KafkaRestore.Kafka.Tests.Wire.Connections;
using KafkaRestore.Kafka.Wire;
using KafkaRestore.Kafka.Wire.Calls;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Testing;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Tests.Wire.Calls;

[Collection(ThreeBrokersCollection.Name)]
public sealed class ClusterCallsTests(ThreeBrokers three)
{
    [RealKafkaFact]
    public async Task A_cluster_of_one_is_described() => await DescribeAsync(await KafkaBroker.SharedAsync(), rack: null);

    [KafkaLauncherFact]
    public async Task A_cluster_of_three_is_described_with_its_racks() => await DescribeAsync(await three.ClusterAsync(), ThreeBrokers.Rack);

    [Fact]
    public async Task A_cluster_that_is_away_is_asked_until_the_deadline_and_the_reason_is_told()
    {
        var away = new ScriptedBroker();
        await away.DisposeAsync();
        await using var cluster = new WireCluster(away.Options);

        var failure = await Assert.ThrowsAsync<WireException>(() => new ClusterCalls(cluster, TimeProvider.System).DescribeAsync(TimeSpan.FromMilliseconds(200), default));

        Assert.Equal((WireFailure.Unreachable, true), (failure.Failure, failure.Message.Contains(away.Address.ToString(), StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_broker_that_is_too_old_is_not_asked_again()
    {
        await using var broker = new ScriptedBroker();
        await using var cluster = new WireCluster(broker.Options);
        var describing = new ClusterCalls(cluster, new ManualTime()).DescribeAsync(ThreeBrokers.Deadline, default);
        using var peer = await broker.AcceptAsync();
        await peer.AnswerVersionsAsync();

        Assert.Equal(WireFailure.Unsupported, (await Assert.ThrowsAsync<WireException>(() => describing)).Failure);
    }

    [Fact]
    public async Task Who_gives_up_gets_a_cancellation()
    {
        using var cancel = new CancellationTokenSource();
        await using var broker = new ScriptedBroker();
        await using var cluster = new WireCluster(broker.Options);
        var describing = new ClusterCalls(cluster, TimeProvider.System).DescribeAsync(ThreeBrokers.Deadline, cancel.Token);
        using var peer = await broker.AcceptAsync();
        await peer.ReadAsync();

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => describing);
    }

    private static async Task DescribeAsync(KafkaBroker broker, string? rack)
    {
        await using var cluster = ThreeBrokers.Client(broker);
        await cluster.RefreshAsync([], default);

        var described = await new ClusterCalls(cluster, TimeProvider.System).DescribeAsync(ThreeBrokers.Deadline, default);

        Assert.Equal((ErrorCode.NoError, cluster.ClusterId), (described.Error, described.ClusterId));
        Assert.Equal(broker.BootstrapServers.Split(','), described.Brokers.OrderBy(each => each.Address.Id).Select(each => each.Address.ToString()));
        Assert.All(described.Brokers, each => Assert.Equal(rack, each.Rack));
        Assert.Contains(described.ControllerId, described.Brokers.Select(each => each.Address.Id));
        Assert.Equal(described.Brokers.ToHashSet(), (await new ClusterCalls(cluster, TimeProvider.System).BrokersAsync(ThreeBrokers.Deadline, default)).ToHashSet());
    }
}
