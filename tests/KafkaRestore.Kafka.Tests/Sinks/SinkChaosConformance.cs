using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Kafka.Tests.Sinks;

/// <summary>What every sink does when brokers die or hang.</summary>
public abstract class SinkChaosConformance
{
    /// <summary>Long enough for every broker to be missed and a new leader to be chosen.</summary>
    protected static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>How long the sink waits in the test in which a broker hangs for good.</summary>
    protected abstract TimeSpan ShortDeadline { get; }

    [KafkaLauncherFact]
    public async Task A_broker_that_hangs_beyond_the_deadline_ends_the_sink_with_the_exact_prefix()
    {
        await using var cluster = await KafkaBrokerLauncher.StartAsync();
        await using var stage = await StageAsync(cluster, new DeliveryOptions { AcknowledgementDeadline = ShortDeadline, Linger = TimeSpan.Zero });
        var records = TestRecords.Ordinary(20_000);
        var sink = await stage.OpenAsync(queueBytes: 400_000);
        await SendAsync(sink, records.Take(1_000));
        await sink.FlushAsync(CancellationToken.None);

        var sending = SendAsync(sink, records.Skip(1_000));
        await cluster.PauseAsync(1);
        var failure = await Assert.ThrowsAsync<RestoreException>(async () =>
        {
            await sending;
            await sink.FlushAsync(CancellationToken.None);
        });
        await sink.DisposeAsync();
        await cluster.ResumeAsync(1);

        Assert.Equal((ErrorCodes.TargetUnavailable, stage.Target.ToString()), (failure.Code, failure.Where));
        Assert.InRange(stage.Acks.Records, 1_000, records.Count - 1);
        stage.Acks.AssertPrefixOf(records);

        // What was in flight may have arrived: the log holds at least what was acknowledged, in order and without a repetition.
        var log = await stage.ReadAsync();
        Assert.InRange(log.Count, stage.Acks.Records, records.Count);
        Assert.Equal(records.Take(log.Count).Select(ConsumedRecord.ContentOf), log.Select(record => record.Content));
    }

    [KafkaLauncherFact]
    public async Task A_broker_that_comes_back_within_the_deadline_is_waited_for()
    {
        await using var cluster = await KafkaBrokerLauncher.StartAsync();
        await using var stage = await StageAsync(cluster, new DeliveryOptions { Linger = TimeSpan.Zero });
        var records = TestRecords.Ordinary(10_000);
        await using var sink = await stage.OpenAsync(queueBytes: 200_000);
        await SendAsync(sink, records.Take(1_000));
        await sink.FlushAsync(CancellationToken.None);

        await cluster.KillAsync(1);
        var sending = SendAsync(sink, records.Skip(1_000));
        await cluster.ReviveAsync(1);
        await sending;
        await sink.FlushAsync(CancellationToken.None);

        stage.Acks.AssertPrefixOf(records);
        await AssertDumpAsync(cluster, stage, records);
    }

    protected abstract Task<SinkStage> StageAsync(KafkaBroker cluster, DeliveryOptions delivery);

    protected static async Task SendAsync(IRecordSink sink, IEnumerable<RecordData> records)
    {
        foreach (var block in TestRecords.Blocks(records, 250))
        {
            await sink.SendAsync(block, CancellationToken.None);
        }
    }

    /// <summary>The official client reads exactly <paramref name="records"/>, at the offsets that were acknowledged.</summary>
    protected static async Task AssertDumpAsync(KafkaBroker cluster, SinkStage stage, IReadOnlyList<RecordData> records)
    {
        var log = await ConsumedRecordDump.ReadAsync(cluster.BootstrapServers, stage.Target.Topic);
        Assert.Equal(records.Select(ConsumedRecord.ContentOf), log[0].Select(record => record.Content));
        Assert.Equal(stage.Acks.TargetOffsets, log[0].Select(record => record.Offset));
    }

    /// <summary>Sends a share of <paramref name="records"/> each round, and takes a broker away after the round's beginning and gives it back at its end.</summary>
    protected static async Task SendInRoundsAsync(
        SinkStage stage, IRecordSink sink, IReadOnlyList<RecordData> records, int rounds, Func<int, Task> take, Func<int, Task> giveBack)
    {
        var share = records.Count / rounds;
        for (var round = 0; round < rounds; round++)
        {
            var sending = SendAsync(sink, records.Skip(round * share).Take(share));
            await stage.Acks.FirstAsync;
            await take(round);
            await sending.WaitAsync(Patience);
            await giveBack(round);
        }

        await sink.FlushAsync(CancellationToken.None).AsTask().WaitAsync(Patience);
    }
}
