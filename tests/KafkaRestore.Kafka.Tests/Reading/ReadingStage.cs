using System.Text;
using Confluent.Kafka;
using KafkaRestore.Kafka.Reading;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Kafka.Tests.Batches;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Kafka.Tests.Reading;

/// <summary>Fills topics in ways that readers must cope with, and collects what they give.</summary>
internal static class ReadingStage
{
    /// <summary>Everything between two offsets, copied out of the blocks.</summary>
    public static async Task<IReadOnlyList<RecordData>> ReadAsync(
        ITargetReader reader, TargetPartition partition, long from, long to, ReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        var records = new List<RecordData>();
        await foreach (var block in reader.ReadAsync(partition, from, to, options ?? new ReadOptions(), cancellationToken))
        {
            using (block)
            {
                records.AddRange(Copy(block));
            }
        }

        return records;
    }

    public static IReadOnlyList<RecordData> Copy(RecordBlock block)
    {
        var records = new List<RecordData>(block.Count);
        foreach (var record in block)
        {
            Assert.Equal(RecordCheckResult.Whole, RecordCheck.Check(record.Encoded, out var length, out var problem));
            Assert.Equal((record.Encoded.Length, null), (length, problem));
            records.Add(RecordData.From(record));
        }

        Assert.Equal(block.Count, records.Count);
        return records;
    }

    /// <summary>Fails unless the records are those that were sent, at these offsets.</summary>
    public static void AssertRead(IEnumerable<RecordData> sent, IReadOnlyList<RecordData> read, long firstOffset = 0) =>
        RecordComparison.AssertEqual([.. sent.Select((record, i) => record with { Offset = firstOffset + i })], read, "read back");

    /// <summary>One batch, byte for byte as our encoder makes it.</summary>
    public static long SendBatch(KafkaBroker broker, string topic, IReadOnlyList<RecordData> records, ProduceCodec codec = ProduceCodec.None)
    {
        using var sender = new ProduceSender(broker.BootstrapServers);
        using var batch = BatchRecords.Build(codec, records);
        batch.Stamp(-1, -1, -1);
        var (error, offset) = sender.Send(topic, batch);
        Assert.Equal(0, error);
        return offset;
    }

    public static IProducer<byte[]?, byte[]?> NewProducer(KafkaBroker broker, string? transactionalId = null, CompressionType codec = CompressionType.None) =>
        new ProducerBuilder<byte[]?, byte[]?>(new ProducerConfig
        {
            BootstrapServers = broker.BootstrapServers,
            TransactionalId = transactionalId,
            CompressionType = codec,
            LingerMs = 20,
        }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();

    /// <summary>Sends records to partition 0 and waits for all.</summary>
    public static async Task ProduceAsync(IProducer<byte[]?, byte[]?> producer, string topic, params string[] values) =>
        await Task.WhenAll(values.Select(value => producer.ProduceAsync(new TopicPartition(topic, 0), new Message<byte[]?, byte[]?> { Key = Encoding.UTF8.GetBytes(value), Value = Encoding.UTF8.GetBytes(value) })));

    public static IEnumerable<string> Values(IEnumerable<RecordData> records) => records.Select(record => Encoding.UTF8.GetString(record.Value!));

    /// <summary>Moves a partition's log start.</summary>
    public static async Task DeleteBeforeAsync(KafkaBroker broker, string topic, long offset)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, $$"""{"version":1,"partitions":[{"topic":"{{topic}}","partition":0,"offset":{{offset}}}]}""");
        await broker.ToolAsync("delete-records", "--offset-json-file", file);
        File.Delete(file);
    }
}
