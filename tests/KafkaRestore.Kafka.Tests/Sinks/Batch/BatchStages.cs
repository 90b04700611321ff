using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Kafka.Sinks.Batch;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Kafka.Tests.Sinks.Batch;

/// <summary>Stages for the batch sink: on topics that take any timestamp.</summary>
internal static class BatchStages
{
    public static async Task<SinkStage> NewAsync(DeliveryOptions? delivery = null, WireOptions? wire = null, params (string Name, string Value)[] topic)
    {
        var settings = new Dictionary<string, string>
        {
            ["message.timestamp.before.max.ms"] = $"{long.MaxValue}",
            ["message.timestamp.after.max.ms"] = $"{long.MaxValue}",
        };
        foreach (var (name, value) in topic)
        {
            settings[name] = value;
        }

        return await SinkStage.OnAsync(
            await KafkaBroker.SharedAsync(), delivery, settings, sinks: (connection, options) => new BatchSinkFactory(connection, options, wire));
    }

    /// <summary>As <see cref="AssertLogAsync"/>, read by the official client; by librdkafka where there is no launcher.</summary>
    public static async Task AssertDumpAsync(SinkStage stage, IReadOnlyList<RecordData> sent)
    {
        if (KafkaFactConditions.Launcher is null)
        {
            await AssertLogAsync(stage, sent);
            return;
        }

        var log = await ConsumedRecordDump.ReadAsync((await KafkaBroker.SharedAsync()).BootstrapServers, stage.Target.Topic);
        Assert.Equal(sent.Select(ConsumedRecord.ContentOf), log[0].Select(record => record.Content));
        Assert.Equal(stage.Acks.TargetOffsets, log[0].Select(record => record.Offset));
    }

    public static async Task AssertLogAsync(SinkStage stage, IReadOnlyList<RecordData> sent)
    {
        var log = await stage.ReadAsync();
        Assert.Equal(sent.Select(ConsumedRecord.ContentOf), log.Select(record => record.Content));
        Assert.Equal(stage.Acks.TargetOffsets, log.Select(record => record.Offset));
    }
}

/// <summary>The batch sink does what every sink does, behind a fence.</summary>
[RealKafkaOnly]
public sealed class FencedBatchSinkConformance : RecordSinkConformance
{
    protected override Task<SinkStage> StageAsync() => BatchStages.NewAsync();
}

/// <summary>The batch sink does what every sink does, without a fence.</summary>
[RealKafkaOnly]
public sealed class IdempotentBatchSinkConformance : RecordSinkConformance
{
    protected override Task<SinkStage> StageAsync() =>
        BatchStages.NewAsync(new DeliveryOptions { Guarantee = DeliveryGuarantee.Idempotent, Linger = TimeSpan.FromMilliseconds(2) });
}
