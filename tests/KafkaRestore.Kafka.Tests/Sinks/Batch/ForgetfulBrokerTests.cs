using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Kafka.Sinks.Batch;
using KafkaRestore.Testing;
using static KafkaRestore.Kafka.Tests.Sinks.Batch.FaultyWire;

namespace KafkaRestore.Kafka.Tests.Sinks.Batch;

/// <summary>
/// A broker forgets a producer whose last record is old: at its next start, and at its next look at the list of producers. Then it takes a batch that it has already for a new one.
/// </summary>
public sealed class ForgetfulBrokerTests
{
    [KafkaLauncherFact]
    public async Task A_batch_of_old_records_whose_answer_a_restart_of_the_broker_took_away_stands_in_the_log_once()
    {
        await using var cluster = await KafkaBrokerLauncher.StartAsync();

        // The answer is there, so the batch is in the log; nobody hears it, and the broker comes back without a memory of it.
        var wire = new FaultyWire { OnAnswer = n => n == 3 ? Restarted() : Fault.None };
        var delivery = new DeliveryOptions { BatchRecords = 50, ConnectionsPerBroker = 1 };
        await using var stage = await SinkStage.OnAsync(cluster, delivery, sinks: (connection, options) => new BatchSinkFactory(connection, options, wire.Options));
        var records = TestRecords.Ordinary(500);
        Assert.All(records, static record => Assert.True(record.Timestamp < DateTimeOffset.UtcNow.AddDays(-2).ToUnixTimeMilliseconds()));
        await using var sink = await stage.OpenAsync();

        foreach (var block in TestRecords.Blocks(records, 50))
        {
            await sink.SendAsync(block, CancellationToken.None);
        }

        await sink.FlushAsync(CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromMinutes(2));

        Assert.Equal(records.Count, stage.Acks.Records);
        Assert.Equal(records.Select(ConsumedRecord.ContentOf), (await stage.ReadAsync()).Select(static record => record.Content));

        Fault Restarted()
        {
            cluster.KillAsync(1).GetAwaiter().GetResult();
            cluster.ReviveAsync(1).GetAwaiter().GetResult();
            return new Fault(FaultKind.Cut);
        }
    }
}
