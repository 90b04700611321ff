using KafkaRestore.Kafka.Batches;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;
using KafkaRestore.Testing;

namespace KafkaRestore.Kafka.Tests.Batches;

/// <summary>What Apache Kafka and its readers say of our batches.</summary>
public sealed class RecordBatchOnBrokerTests
{
    private const short MessageTooLarge = 10;

    private static readonly Dictionary<string, string> AnyTimeAndSize = new()
    {
        ["message.timestamp.after.max.ms"] = $"{long.MaxValue}",
        ["message.timestamp.before.max.ms"] = $"{long.MaxValue}",
        ["max.message.bytes"] = "30000000",
    };

    // What every reader can give back.
    private static readonly IReadOnlyList<RecordData> Odd =
    [
        .. TestRecords.Nasty(),
        TestRecords.Record(100, timestamp: 0, key: [1], value: [1]),
        TestRecords.Record(101, timestamp: -1),
        TestRecords.Record(102, timestamp: TestRecords.Year9999, value: []),
        TestRecords.Record(103, timestamp: long.MaxValue),
        TestRecords.Record(104, timestamp: long.MinValue),
        TestRecords.Record(105, value: TestRecords.Bytes(5_000_000, 4)),
        TestRecords.Record(106, value: new byte[3_000_000]),
        .. TestRecords.Ordinary(2_000, 200),
    ];

    [RealKafkaFact]
    public async Task Librdkafka_reads_what_was_encoded()
    {
        IReadOnlyList<RecordData> records =
        [
            .. Odd,
            TestRecords.Record(5_000, headers: [new HeaderData([0xFF, 0xFE, 0xC3, 0x28], [1]), new HeaderData([0x80], null), new HeaderData([0xFF, 0xFE, 0xC3, 0x28], [])]),
        ];
        var broker = await KafkaBroker.SharedAsync();
        foreach (var codec in BatchRecords.Codecs)
        {
            var topic = await SendAsync(broker, codec, records);
            var log = await broker.ReadAsync(topic);
            Assert.Equal(records.Select(ConsumedRecord.ContentOf), log.Select(record => record.Content));
            Assert.Equal(Enumerable.Range(0, records.Count).Select(i => (long)i), log.Select(record => record.Offset));
        }
    }

    [KafkaLauncherFact]
    public async Task The_official_client_reads_what_was_encoded()
    {
        IReadOnlyList<RecordData> records =
        [
            .. Odd,
            TestRecords.Record(5_000, headers: [TestRecords.Header("nul\0inside", [1]), TestRecords.Header("\0", null)]),
        ];
        var broker = await KafkaBroker.SharedAsync();
        foreach (var codec in BatchRecords.Codecs)
        {
            var topic = await SendAsync(broker, codec, records);
            var log = (await ConsumedRecordDump.ReadAsync(broker.BootstrapServers, topic))[0];
            Assert.Equal(records.Select(ConsumedRecord.ContentOf), log.Select(record => record.Content));
            Assert.Equal(Enumerable.Range(0, records.Count).Select(i => (long)i), log.Select(record => record.Offset));
        }
    }

    [RealKafkaFact]
    public async Task Batches_without_a_timestamp_of_today_are_taken()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync(1, AnyTimeAndSize);
        using var sender = new ProduceSender(broker.BootstrapServers);
        long[] timestamps = [-1, -2, 0, long.MinValue, long.MaxValue, TestRecords.Year9999];
        for (var i = 0; i < timestamps.Length; i++)
        {
            using var batch = BatchRecords.Build(ProduceCodec.Lz4, [TestRecords.Record(i, timestamps[i], value: [1])]);
            batch.Stamp(-1, -1, -1);
            Assert.Equal(((short)0, (long)i), sender.Send(topic, batch));
        }

        Assert.Equal(timestamps, (await broker.ReadAsync(topic)).Select(record => record.Timestamp));
    }

    [RealKafkaFact]
    public async Task A_batch_that_is_too_large_goes_through_in_halves()
    {
        var broker = await KafkaBroker.SharedAsync();
        var records = TestRecords.Ordinary(1_000, valueBytes: 200);
        foreach (var codec in BatchRecords.Codecs)
        {
            var topic = await broker.CreateTopicAsync(1, new Dictionary<string, string> { ["max.message.bytes"] = "100000" });
            using var sender = new ProduceSender(broker.BootstrapServers);
            var splitter = new RecordBatchSplitter(codec, null, BufferPool.Shared);
            var waiting = new Stack<RecordBatch>([BatchRecords.Build(codec, records)]);
            var refused = 0;
            while (waiting.TryPop(out var batch))
            {
                using (batch)
                {
                    batch.Stamp(-1, -1, -1);
                    var (error, _) = sender.Send(topic, batch);
                    if (error == 0)
                    {
                        continue;
                    }

                    Assert.Equal(MessageTooLarge, error);
                    refused++;
                    var (first, second) = splitter.Split(batch);
                    waiting.Push(second);
                    waiting.Push(first);
                }
            }

            Assert.NotEqual(0, refused);
            var log = await broker.ReadAsync(topic);
            Assert.Equal(records.Select(ConsumedRecord.ContentOf), log.Select(record => record.Content));
        }
    }

    [RealKafkaFact]
    public async Task A_batch_that_was_not_stamped_is_refused()
    {
        const short corruptMessage = 2;
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync();
        using var sender = new ProduceSender(broker.BootstrapServers);
        using var batch = BatchRecords.Build(ProduceCodec.Lz4, TestRecords.Ordinary(10));
        Assert.Equal(corruptMessage, sender.Send(topic, batch).Error);
        Assert.Empty(await broker.ReadAsync(topic));
    }

    /// <summary>Sends the records in batches of at most 100,000 bytes or one record and gives the topic.</summary>
    private static async Task<string> SendAsync(KafkaBroker broker, ProduceCodec codec, IReadOnlyList<RecordData> records)
    {
        var topic = await broker.CreateTopicAsync(1, AnyTimeAndSize);
        using var sender = new ProduceSender(broker.BootstrapServers);
        using var builder = new RecordBatchBuilder(codec, null, BufferPool.Shared);
        var bytes = BatchRecords.Encode(records);
        var sent = 0;
        for (var position = 0; position < bytes.Length;)
        {
            var count = builder.AppendMany(bytes.AsSpan(position), 100_000, int.MaxValue, out var consumed);
            using var batch = builder.Finish();
            batch.Stamp(-1, -1, -1);
            Assert.Equal(((short)0, (long)sent), sender.Send(topic, batch));
            sent += count;
            position += consumed;
        }

        Assert.Equal(records.Count, sent);
        return topic;
    }
}
