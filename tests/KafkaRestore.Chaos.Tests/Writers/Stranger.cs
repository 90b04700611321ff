using Confluent.Kafka;
using KafkaRestore.Kafka;
using KafkaRestore.Testing;

namespace KafkaRestore.Chaos.Tests.Writers;

/// <summary>An application that writes into the target.</summary>
internal static class Stranger
{
    /// <summary>Writes one record and gives its offset.</summary>
    public static async Task<long> WriteAsync(KafkaBroker broker, TargetPartition target)
    {
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = broker.BootstrapServers }).SetLogHandler((_, _) => { }).Build();
        var report = await producer.ProduceAsync(
            new TopicPartition(target.Topic, target.Partition), new Message<byte[], byte[]> { Key = "stranger"u8.ToArray(), Value = "stranger"u8.ToArray() });
        return report.Offset.Value;
    }
}
