using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Kafka.Tests.Sinks;

/// <summary>Brokers that die and brokers that hang.</summary>
public sealed class ClientSinkChaosTests
{
    [KafkaLauncherFact]
    public async Task Each_broker_killed_in_turn_loses_and_repeats_nothing()
    {
        await using var cluster = await KafkaBrokerLauncher.StartAsync(brokers: 3);
        await using var stage = await SinkStage.OnAsync(cluster);
        var records = TestRecords.Ordinary(30_000);
        await using var sink = await stage.OpenAsync(queueBytes: 200_000);

        for (var round = 0; round < 3; round++)
        {
            var sending = SendAsync(sink, records.Skip(round * 10_000).Take(10_000));
            await stage.Acks.FirstAsync;
            await cluster.KillAsync(round + 1);
            await sending;
            await cluster.ReviveAsync(round + 1);
        }

        await sink.FlushAsync(CancellationToken.None);

        Assert.Equal(records.Count, stage.Acks.Records);
        stage.Acks.AssertPrefixOf(records);
        var log = await stage.ReadAsync();
        Assert.Equal(records.Select(ConsumedRecord.ContentOf), log.Select(record => record.Content));
    }

    [KafkaLauncherFact]
    public async Task A_broker_that_hangs_beyond_the_deadline_ends_the_sink_with_the_exact_prefix()
    {
        await using var cluster = await KafkaBrokerLauncher.StartAsync();
        var delivery = new DeliveryOptions { AcknowledgementDeadline = TimeSpan.FromSeconds(15), Linger = TimeSpan.Zero };
        await using var stage = await SinkStage.OnAsync(cluster, delivery);
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

        Assert.Equal(ErrorCodes.TargetUnavailable, failure.Code);
        Assert.Equal(stage.Target.ToString(), failure.Where);
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
        await using var stage = await SinkStage.OnAsync(cluster);
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
        var log = await stage.ReadAsync();
        Assert.Equal(records.Select(ConsumedRecord.ContentOf), log.Select(record => record.Content));
    }

    private static async Task SendAsync(IRecordSink sink, IEnumerable<RecordData> records)
    {
        foreach (var block in TestRecords.Blocks(records, 250))
        {
            await sink.SendAsync(block, CancellationToken.None);
        }
    }
}
