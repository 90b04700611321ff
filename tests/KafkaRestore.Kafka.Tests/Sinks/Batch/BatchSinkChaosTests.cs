using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Kafka.Sinks.Batch;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;

namespace KafkaRestore.Kafka.Tests.Sinks.Batch;

/// <summary>Brokers that die, hang, throttle and move leaders, judged by the official client's dump where it matters most.</summary>
public sealed class BatchSinkChaosTests : SinkChaosConformance
{
    private static readonly string[] ThreeReplicas = ["default.replication.factor=3", "min.insync.replicas=2", "replica.lag.time.max.ms=4000"];

    protected override TimeSpan ShortDeadline => TimeSpan.FromSeconds(8);

    [KafkaLauncherFact]
    public async Task Each_broker_killed_or_paused_in_turn_loses_and_repeats_nothing()
    {
        await using var cluster = await KafkaBrokerLauncher.StartAsync(3, false, ThreeReplicas);
        var delivery = new DeliveryOptions { BatchRecords = 200, Linger = TimeSpan.Zero, RequestTimeout = TimeSpan.FromSeconds(10) };
        await using var stage = await StageAsync(cluster, delivery);
        var records = TestRecords.Ordinary(60_000);
        await using var sink = await stage.OpenAsync(queueBytes: 200_000);

        await SendInRoundsAsync(
            stage,
            sink,
            records,
            6,
            round => round < 3 ? cluster.KillAsync(round + 1) : cluster.PauseAsync(round - 2),
            round => round < 3 ? cluster.ReviveAsync(round + 1) : cluster.ResumeAsync(round - 2));

        Assert.Equal(records.Count, stage.Acks.Records);
        stage.Acks.AssertPrefixOf(records);
        await AssertDumpAsync(cluster, stage, records);
    }

    [KafkaLauncherFact]
    public async Task A_quota_is_honoured()
    {
        await using var cluster = await KafkaBrokerLauncher.StartAsync();
        await cluster.ToolAsync(
            "configs", "--alter", "--add-config", "producer_byte_rate=50000", "--entity-type", "clients", "--entity-name", ClientConfiguration.ClientId);
        var lines = new System.Collections.Concurrent.ConcurrentQueue<ClientLogLine>();
        var delivery = new DeliveryOptions { Codec = ProduceCodec.None, BatchRecords = 200, Linger = TimeSpan.Zero };
        await using var stage = await SinkStage.OnAsync(cluster, delivery, sinks: (connection, options) => new BatchSinkFactory(connection, options, lines.Enqueue));
        var records = TestRecords.Ordinary(6_000, valueBytes: 200);
        await using var sink = await stage.OpenAsync();

        await SendAsync(sink, records);
        await sink.FlushAsync(CancellationToken.None);

        Assert.Contains(lines, line => line.Facility == "THROTTLE");
        await AssertDumpAsync(cluster, stage, records);
    }

    /// <summary>The trap: the end of the fence's transaction is answered before its marker is in the log, and what the older writer has under way lands before the marker.</summary>
    [KafkaLauncherFact]
    public async Task A_fence_that_begins_while_the_leader_is_paused_is_complete_only_when_it_is_back()
    {
        await using var cluster = await KafkaBrokerLauncher.StartAsync(3, false, "offsets.topic.replication.factor=3", "transaction.state.log.replication.factor=3");
        await using var stage = await StageAsync(cluster, new DeliveryOptions { BatchRecords = 1, Linger = TimeSpan.Zero }, replication: 1);
        var older = await stage.OpenAsync();
        await SendAsync(older, TestRecords.Ordinary(1));
        await older.FlushAsync(CancellationToken.None);
        var leader = await LeaderOfAsync(cluster, stage.Target);

        await cluster.PauseAsync(leader);
        await SendAsync(older, TestRecords.Ordinary(1, firstOffset: 1));
        await using var newerFactory = new BatchSinkFactory(cluster.Connection, new DeliveryOptions());
        var acks = new SinkRecorder();
        var opening = newerFactory.OpenAsync(new SinkLane(stage.Target, stage.Start!.Value + 1, 1 << 20, null), acks, CancellationToken.None).AsTask();
        await cluster.ResumeAsync(leader);
        var failure = await Record.ExceptionAsync(() => opening.WaitAsync(TimeSpan.FromMinutes(1)));
        var olderFailure = await Record.ExceptionAsync(() => older.FlushAsync(CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromMinutes(1)));
        await older.DisposeAsync();

        // Either the older writer's record came before the marker, and the newer one saw it; or after it, and the log refused it.
        var log = await stage.ReadAsync();
        if (failure is null)
        {
            Assert.Equal(ErrorCodes.Fenced, Assert.IsType<RestoreException>(olderFailure).Code);
            Assert.Single(log);
            await (await opening).DisposeAsync();
        }
        else
        {
            Assert.Equal(ErrorCodes.ForeignWriter, Assert.IsType<RestoreException>(failure).Code);
            Assert.Equal(2, log.Count);
        }
    }

    /// <summary>The trap: what a dead writer has left behind the high watermark is invisible until it is replicated, and then stands in the log.</summary>
    [KafkaLauncherFact]
    public async Task What_a_dead_writer_left_unreplicated_is_seen_by_the_fence()
    {
        await using var cluster = await KafkaBrokerLauncher.StartAsync(3, false, ThreeReplicas);
        await using var stage = await StageAsync(cluster, new DeliveryOptions { BatchRecords = 1, Linger = TimeSpan.Zero });
        var older = await stage.OpenAsync();
        await SendAsync(older, TestRecords.Ordinary(1));
        await older.FlushAsync(CancellationToken.None);
        var leader = await LeaderOfAsync(cluster, stage.Target);
        var follower = (leader % 3) + 1;

        await cluster.PauseAsync(follower);
        await SendAsync(older, TestRecords.Ordinary(1, firstOffset: 1));
        await older.DisposeAsync();
        await using var newerFactory = new BatchSinkFactory(cluster.Connection, new DeliveryOptions());
        var acks = new SinkRecorder();
        var failure = await Record.ExceptionAsync(() =>
            newerFactory.OpenAsync(new SinkLane(stage.Target, stage.Start!.Value + 1, 1 << 20, null), acks, CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromMinutes(2)));
        await cluster.ResumeAsync(follower);

        // The dead writer's request had reached the leader or it had not; the fence knows which.
        var log = await stage.ReadAsync();
        Assert.Equal(log.Count == 2 ? ErrorCodes.ForeignWriter : null, (failure as RestoreException)?.Code);
    }

    protected override Task<SinkStage> StageAsync(KafkaBroker cluster, DeliveryOptions delivery) => StageAsync(cluster, delivery, replication: -1);

    private static Task<SinkStage> StageAsync(KafkaBroker cluster, DeliveryOptions delivery, short replication) =>
        SinkStage.OnAsync(cluster, delivery, replication: replication, sinks: (connection, options) => new BatchSinkFactory(connection, options));

    private static async Task<int> LeaderOfAsync(KafkaBroker cluster, TargetPartition target)
    {
        await using var wire = new Kafka.Wire.WireCluster(cluster.Connection);
        await wire.RefreshAsync([target.Topic], CancellationToken.None);
        return wire.LeaderOf(target)!.Value.Broker;
    }
}
