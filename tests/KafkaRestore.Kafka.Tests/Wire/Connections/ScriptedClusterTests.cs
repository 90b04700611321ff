using System.Threading.Channels;
using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Wire;
using KafkaRestore.Kafka.Wire.Connections;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Tests.Wire.Connections;

/// <summary>Which broker is asked, how often, and what is believed.</summary>
public sealed class ScriptedClusterTests
{
    private static readonly Guid Id = Guid.NewGuid();

    [Fact]
    public async Task A_silent_first_broker_does_not_hold_up_the_second()
    {
        var time = new ManualTime();
        await using var silent = new ScriptedBroker();
        await using var lively = new ScriptedBroker();
        await using var cluster = Cluster(time, silent, lively);
        var any = cluster.AnyAsync(CancellationToken.None);
        using var ignored = await silent.AcceptAsync();
        await ignored.ReadAsync();
        Assert.False(any.IsCompleted);

        time.Advance(TimeSpan.FromSeconds(1.5));
        using var peer = await lively.AcceptAsync();
        await peer.AnswerVersionsAsync();

        Assert.Equal(lively.Port, (await any).Address.Port);
    }

    [Fact]
    public async Task A_dead_first_broker_is_passed_over_at_once()
    {
        var dead = new ScriptedBroker();
        await dead.DisposeAsync();
        await using var lively = new ScriptedBroker();
        await using var cluster = Cluster(new ManualTime(), dead, lively);

        var any = cluster.AnyAsync(CancellationToken.None);
        using var peer = await lively.AcceptAsync();
        await peer.AnswerVersionsAsync();

        Assert.Equal(lively.Port, (await any).Address.Port);
    }

    [Fact]
    public async Task A_broker_that_falls_silent_after_connecting_does_not_hold_up_metadata()
    {
        var time = new WatchedTime();
        await using var silent = new ScriptedBroker();
        await using var lively = new ScriptedBroker();
        await using var cluster = Cluster(time, silent, lively);
        var patience = time.TimerOfAsync(TimeSpan.FromSeconds(1.5));
        var refresh = cluster.RefreshAsync([], CancellationToken.None);
        using var ignored = await silent.AcceptAsync();
        await ignored.AnswerVersionsAsync();
        await ignored.ReadAsync();

        await patience.WaitAsync(ScriptedPeer.Patience);
        time.Advance(TimeSpan.FromSeconds(1.5));
        using var peer = await lively.AcceptAsync();
        await peer.AnswerVersionsAsync();
        await peer.AnswerMetadataAsync((await peer.ReadAsync()).CorrelationId, []);
        await refresh;

        Assert.Equal("cluster-1", cluster.ClusterId);
        Assert.Equal(lively.Port, (await cluster.AnyAsync(CancellationToken.None)).Address.Port);
    }

    [Fact]
    public async Task When_nobody_answers_every_address_is_named_with_its_reason()
    {
        ScriptedBroker[] dead = [new(), new()];
        await Task.WhenAll(dead.Select(broker => broker.DisposeAsync().AsTask()));
        await using var cluster = Cluster(TimeProvider.System, dead);

        var failure = await Assert.ThrowsAsync<WireException>(() => cluster.AnyAsync(CancellationToken.None));

        Assert.Equal(WireFailure.Unreachable, failure.Failure);
        Assert.All(dead, broker => Assert.Contains($"{broker.Address}: nothing listens there", failure.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_person_can_correct_wins_over_what_is_down()
    {
        var dead = new ScriptedBroker();
        await dead.DisposeAsync();
        await using var tls = new ScriptedBroker();
        await using var cluster = Cluster(TimeProvider.System, dead, tls);

        var any = cluster.AnyAsync(CancellationToken.None);
        using var peer = await tls.AcceptAsync();
        await peer.SendAsync([0x15, 3, 3, 0, 2, 2, 40]);

        var failure = await Assert.ThrowsAsync<WireException>(() => any);
        Assert.Equal(WireFailure.Tls, failure.Failure);
        Assert.Contains(dead.Address.ToString(), failure.Message, StringComparison.Ordinal);
        Assert.Contains("wants SSL", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refreshes_that_come_together_share_one_request_and_the_rest_share_the_next()
    {
        await using var broker = new ScriptedBroker();
        await using var cluster = Cluster(TimeProvider.System, broker);
        var first = cluster.RefreshAsync(["a", "b"], CancellationToken.None);
        using var peer = await broker.AcceptAsync();
        await peer.AnswerVersionsAsync();
        var question = await peer.ReadAsync();

        var covered = cluster.RefreshAsync(["b"], CancellationToken.None);
        var second = cluster.RefreshAsync(["b", "c"], CancellationToken.None);
        var third = cluster.RefreshAsync(["d"], CancellationToken.None);
        await peer.AnswerMetadataAsync(question.CorrelationId, [], Topic("a"), Topic("b"));

        Assert.Equal(["a", "b"], (await first).Keys.Order());
        Assert.Equal(["b"], (await covered).Keys);
        Assert.False(second.IsCompleted);
        question = await peer.ReadAsync();
        await peer.AnswerMetadataAsync(question.CorrelationId, [], Topic("b"), Topic("c"), Topic("d") with { Error = ErrorCode.TopicAuthorizationFailed });
        Assert.Equal(["b", "c"], (await second).Keys.Order());
        Assert.Equal(ErrorCode.TopicAuthorizationFailed, (await third)["d"]);
        Assert.Equal(2, question.CorrelationId); // versions, and two of metadata
    }

    [Fact]
    public async Task A_failed_refresh_fails_those_who_wait_and_the_next_one_asks_again()
    {
        await using var broker = new ScriptedBroker();
        await using var cluster = Cluster(TimeProvider.System, broker);
        var first = cluster.RefreshAsync(["a"], CancellationToken.None);
        using (var peer = await broker.AcceptAsync())
        {
            await peer.AnswerVersionsAsync();
            await peer.ReadAsync();
        }

        Assert.Equal(WireFailure.Lost, (await Assert.ThrowsAsync<WireException>(() => first)).Failure);
        var second = cluster.RefreshAsync(["a"], CancellationToken.None);
        using var again = await broker.AcceptAsync();
        await again.AnswerVersionsAsync();
        await again.AnswerMetadataAsync((await again.ReadAsync()).CorrelationId, [], Topic("a"));

        Assert.Equal(ErrorCode.NoError, (await second)["a"]);
    }

    [Fact]
    public async Task A_cancelled_refresh_leaves_the_others_theirs()
    {
        using var cancel = new CancellationTokenSource();
        await using var broker = new ScriptedBroker();
        await using var cluster = Cluster(TimeProvider.System, broker);
        var impatient = cluster.RefreshAsync(["a"], cancel.Token);
        var patient = cluster.RefreshAsync(["a"], CancellationToken.None);
        using var peer = await broker.AcceptAsync();
        await peer.AnswerVersionsAsync();
        var question = await peer.ReadAsync();

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        await peer.AnswerMetadataAsync(question.CorrelationId, [], Topic("a"));

        Assert.Equal(ErrorCode.NoError, (await patient)["a"]);
    }

    [Fact]
    public async Task A_leader_of_the_past_is_not_believed_unless_the_topic_is_another()
    {
        await using var broker = new ScriptedBroker();
        await using var cluster = Cluster(TimeProvider.System, broker);
        var partition = new TargetPartition("a", 0);
        ScriptedPeer? peer = null;

        Assert.Equal(new PartitionLeader(1, 7), await HearAsync(Id, new PartitionLeader(1, 7)));
        Assert.Equal(new PartitionLeader(1, 7), await HearAsync(Id, new PartitionLeader(2, 6)));
        Assert.Equal(new PartitionLeader(3, 7), await HearAsync(Id, new PartitionLeader(3, 7)));
        Assert.Null(await HearAsync(Id, new PartitionLeader(-1, 8)));
        Assert.Null(await HearAsync(Id, new PartitionLeader(3, 7)));
        Assert.Equal(new PartitionLeader(2, 0), await HearAsync(Guid.NewGuid(), new PartitionLeader(2, 0)));
        peer!.Dispose();

        async Task<PartitionLeader?> HearAsync(Guid id, PartitionLeader leader)
        {
            var refresh = cluster.RefreshAsync(["a"], CancellationToken.None);
            if (peer is null)
            {
                peer = await broker.AcceptAsync();
                await peer.AnswerVersionsAsync();
            }

            await peer.AnswerMetadataAsync((await peer.ReadAsync()).CorrelationId, [], new ScriptedTopic("a", id, [leader]));
            await refresh;
            return cluster.LeaderOf(partition);
        }
    }

    [Fact]
    public async Task A_broker_is_learned_from_metadata_and_connected_to_once_for_all()
    {
        await using var bootstrap = new ScriptedBroker();
        await using var second = new ScriptedBroker();
        await using var cluster = Cluster(TimeProvider.System, bootstrap);
        var asked = Enumerable.Range(0, 5).Select(_ => cluster.BrokerAsync(4, CancellationToken.None)).ToArray();
        using var peer = await bootstrap.AcceptAsync();
        await peer.AnswerVersionsAsync();
        await peer.AnswerMetadataAsync((await peer.ReadAsync()).CorrelationId, [second.Address with { Id = 4 }]);

        using var other = await second.AcceptAsync();
        await other.AnswerVersionsAsync();

        var connections = await Task.WhenAll(asked);
        Assert.Single(connections.Distinct());
        Assert.Equal(second.Address with { Id = 4 }, connections[0].Address);
    }

    [Fact]
    public async Task A_closed_cluster_answers_no_more_and_hangs_up()
    {
        await using var broker = new ScriptedBroker();
        var cluster = Cluster(TimeProvider.System, broker);
        var any = cluster.AnyAsync(CancellationToken.None);
        using var peer = await broker.AcceptAsync();
        await peer.ReadAsync();

        await cluster.DisposeAsync();

        Assert.Equal(WireFailure.Closed, (await Assert.ThrowsAsync<WireException>(() => any)).Failure);
        Assert.Equal(WireFailure.Closed, (await Assert.ThrowsAsync<WireException>(() => cluster.RefreshAsync([], CancellationToken.None))).Failure);
        Assert.True(await peer.IsHungUpAsync());
    }

    [Fact]
    public async Task A_connection_lost_with_requests_is_a_warning_an_idle_one_or_our_own_is_not()
    {
        var lines = Channel.CreateUnbounded<ClientLogLine>();
        await using var broker = new ScriptedBroker();
        await using var cluster = new WireCluster(broker.Options, log: line => lines.Writer.TryWrite(line));

        await LoseAsync((connection, _) => connection.DisposeAsync().AsTask());
        await LoseAsync((_, peer) =>
        {
            peer.Dispose();
            return Task.CompletedTask;
        });
        await LoseAsync(async (connection, peer) =>
        {
            await connection.BeginAsync(new EchoRequest(), ScriptedPeer.Patience, CancellationToken.None);
            await peer.ReadAsync();
            peer.Dispose();
        });

        var heard = new List<ClientLogLine>();
        while (heard.Count < 5)
        {
            heard.Add(await lines.Reader.ReadAsync().AsTask().WaitAsync(ScriptedPeer.Patience));
        }

        Assert.Equal(3, heard.Count(line => line.Facility == "CONNECT"));
        Assert.Equal([ClientLogLevel.Debug, ClientLogLevel.Warning], heard.Where(line => line.Facility == "DISCONNECT").Select(line => line.Level).Order());
        Assert.All(heard, line => Assert.Contains(broker.Address.ToString(), line.Message, StringComparison.Ordinal));

        async Task LoseAsync(Func<BrokerConnection, ScriptedPeer, Task> how)
        {
            var any = cluster.AnyAsync(CancellationToken.None);
            using var peer = await broker.AcceptAsync();
            await peer.AnswerVersionsAsync();
            var connection = await any;
            await how(connection, peer);
            await connection.Closed.WaitAsync(ScriptedPeer.Patience);
        }
    }

    [Theory]
    [InlineData("Denied", "TARGET_DENIED")]
    [InlineData("Tls", "TARGET_UNREACHABLE")]
    [InlineData("Unreachable", "TARGET_UNREACHABLE")]
    [InlineData("Lost", "TARGET_UNREACHABLE")]
    [InlineData("TimedOut", "TARGET_UNREACHABLE")]
    [InlineData("Malformed", "TARGET_UNREACHABLE")]
    [InlineData("Unsupported", "CONFIG_NOT_SUPPORTED")]
    public void A_failure_has_a_code_and_keeps_its_reason(string failure, string code)
    {
        var shown = WireCluster.ToRestoreException(new WireException(Enum.Parse<WireFailure>(failure), "the reason"), "connecting", "host:9092");

        Assert.Equal(code, shown.Code.Word);
        Assert.Contains("the reason", shown.Message, StringComparison.Ordinal);
        Assert.StartsWith("connecting", shown.Message, StringComparison.Ordinal);
        Assert.Equal("host:9092", shown.Where);
    }

    private static WireCluster Cluster(TimeProvider time, params ScriptedBroker[] brokers) =>
        new(new KafkaConnectionOptions { BootstrapServers = [.. brokers.Select(broker => broker.Address.ToString())] }, time: time);

    private static ScriptedTopic Topic(string name) => new(name, Id, [new PartitionLeader(1, 0)]);
}
