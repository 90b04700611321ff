using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Kafka.Sinks.Batch;
using KafkaRestore.Kafka.Sinks.Batch.Fencing;
using KafkaRestore.Kafka.Wire;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;
using static KafkaRestore.Kafka.Tests.Sinks.Batch.FaultyWire;

namespace KafkaRestore.Kafka.Tests.Sinks.Batch;

/// <summary>A partition whose brokers forget who wrote old records, and answers that are lost on the way.</summary>
internal sealed class ForgetfulPartition : IAsyncDisposable
{
    /// <summary>Brokers that look every tenth of a second, and not every ten minutes, whom they may forget.</summary>
    public const string Setting = "producer.id.expiration.check.interval.ms=100";

    /// <summary>What a transactional id's coordinator knows, nobody else does.</summary>
    public static readonly string[] OneCoordinator = ["transaction.state.log.replication.factor=1", "transaction.state.log.min.isr=1"];

    private readonly KafkaBroker _cluster;

    private ForgetfulPartition(KafkaBroker cluster, SinkStage stage)
    {
        _cluster = cluster;
        Stage = stage;
    }

    public SinkStage Stage { get; }

    public TargetPartition Target => Stage.Target;

    /// <summary>Who coordinates the partition's fence.</summary>
    public int Coordinator { get; private set; }

    /// <summary>What happens to the n-th answer to Produce, from 1.</summary>
    public Func<int, TargetPartition, Fault> OnAnswer { get; set; } = static (_, _) => Fault.None;

    public static async Task<ForgetfulPartition> OnAsync(KafkaBroker cluster, DeliveryOptions delivery, short replicas, Func<int, TargetPartition, Fault>? onAnswer = null)
    {
        ForgetfulPartition? partition = null;
        var wire = new FaultyWire { OnAnswer = n => partition!.OnAnswer(n, partition.Target) };
        var stage = await SinkStage.OnAsync(cluster, delivery, replication: replicas, sinks: (connection, options) => new BatchSinkFactory(connection, options, wire.Options));
        partition = new ForgetfulPartition(cluster, stage);
        partition.OnAnswer = onAnswer ?? partition.OnAnswer;
        return partition;
    }

    /// <summary>Its one replica and the coordinator of its fence are on different brokers.</summary>
    public static async Task<ForgetfulPartition> WithCoordinatorElsewhereAsync(KafkaBroker cluster, DeliveryOptions delivery)
    {
        while (true)
        {
            var partition = await OnAsync(cluster, delivery, replicas: 1);
            await partition.Stage.Factory.PrepareAsync(CancellationToken.None);
            partition.Coordinator = await CoordinatorOfAsync(cluster, partition.Target);
            if (partition.Coordinator != await LeaderOfAsync(cluster, partition.Target))
            {
                return partition;
            }

            await partition.DisposeAsync();
        }
    }

    /// <summary>Who leads the partition, once somebody does.</summary>
    public static async Task<int> LeaderOfAsync(KafkaBroker cluster, TargetPartition target)
    {
        await using var wire = new WireCluster(cluster.Connection);
        return await UntilAsync("the partition has a leader", async () =>
        {
            await wire.RefreshAsync([target.Topic], CancellationToken.None);
            return wire.LeaderOf(target)?.Broker;
        });
    }

    /// <summary>Waits until the partition's leader knows no producer any more.</summary>
    public static Task UntilForgottenAsync(KafkaBroker cluster, TargetPartition target) => UntilAsync("the broker has forgotten who wrote", async () =>
    {
        var producers = await cluster.ToolAsync("transactions", "describe-producers", "--topic", target.Topic, "--partition", $"{target.Partition}");
        Assert.StartsWith("ProducerId", producers, StringComparison.Ordinal);
        return producers.TrimEnd().Contains('\n') ? null : (int?)0;
    });

    public static async Task SendAsync(IRecordSink sink, IReadOnlyList<RecordData> records)
    {
        foreach (var block in TestRecords.Blocks(records, 50))
        {
            await sink.SendAsync(block, CancellationToken.None);
        }
    }

    /// <summary>Sends them all; the official client reads each once, in order, where it was acknowledged.</summary>
    public async Task AssertExactAsync(IReadOnlyList<RecordData> records)
    {
        Assert.All(records, static record => Assert.True(record.Timestamp < DateTimeOffset.UtcNow.AddDays(-2).ToUnixTimeMilliseconds()));
        await using var sink = await Stage.OpenAsync();
        await SendAsync(sink, records);
        try
        {
            await sink.FlushAsync(CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromMinutes(2));
        }
        catch (TimeoutException)
        {
            Assert.Fail($"{Stage.Acks.Records} of {records.Count} records are acknowledged; said was: {string.Join(" | ", Stage.Acks.Troubles)}");
        }

        await AssertLogAsync(records);
    }

    public async Task AssertLogAsync(IReadOnlyList<RecordData> records)
    {
        Assert.Equal(records.Count, Stage.Acks.Records);
        Stage.Acks.AssertPrefixOf(records);
        var log = (await ConsumedRecordDump.ReadAsync(_cluster.BootstrapServers, Target.Topic))[0];
        Assert.Equal(records.Select(ConsumedRecord.ContentOf), log.Select(static record => record.Content));
        Assert.Equal(Stage.Acks.TargetOffsets, log.Select(static record => record.Offset));
    }

    public ValueTask DisposeAsync() => Stage.DisposeAsync();

    private static async Task<int> CoordinatorOfAsync(KafkaBroker cluster, TargetPartition target)
    {
        await using var wire = new WireCluster(cluster.Connection);
        return await UntilAsync("the fence has a coordinator", async () =>
            (await wire.FindCoordinatorsAsync(CoordinatorKind.Transaction, [PartitionFence.IdOf(target)], CancellationToken.None))[0].Broker?.Id);
    }

    private static async Task<int> UntilAsync(string what, Func<Task<int?>> ask)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!patience.IsCancellationRequested)
        {
            if (await ask() is { } answer)
            {
                return answer;
            }

            await Task.Delay(50);
        }

        throw new TimeoutException($"not within a minute: {what}");
    }
}
