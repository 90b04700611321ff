using System.Runtime.InteropServices;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Testing;

/// <summary>Reads a partition from its start to its end as it is at the time, through librdkafka itself.</summary>
/// <remarks>Header keys come as raw bytes up to the first NUL. Uncommitted records are read too.</remarks>
public static class ConsumedRecordReader
{
    private const int NoConsumerClose = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>All records of the partition.</summary>
    /// <exception cref="TimeoutException">The end was not told or not reached in time.</exception>
    public static IReadOnlyList<ConsumedRecord> Read(string bootstrapServers, string topic, int partition)
    {
        var end = FindEnd(bootstrapServers, topic, partition);
        return With(bootstrapServers, client =>
        {
            Assign(client, topic, partition);
            return ReadTo(end, client, $"{topic}/{partition}");
        });
    }

    private static T With<T>(string bootstrapServers, Func<nint, T> work)
    {
        var client = KafkaBrokerNative.Create(KafkaBrokerNative.Consumer, new Dictionary<string, string>
        {
            ["bootstrap.servers"] = bootstrapServers,
            ["group.id"] = "test-reader",
            ["enable.auto.commit"] = "false",
            ["enable.partition.eof"] = "true",
            ["isolation.level"] = "read_uncommitted",
            ["fetch.wait.max.ms"] = "20",
            ["auto.offset.reset"] = "error",
        });
        try
        {
            return work(client);
        }
        finally
        {
            KafkaBrokerNative.rd_kafka_destroy_flags(client, NoConsumerClose);
        }
    }

    /// <summary>The high watermark, which a leader that does not know it yet refuses to tell (KIP-207); an answer to a fetch would show the log as shorter.</summary>
    /// <remarks>Each question has a client of its own: one that once saw the partition without a leader says -190 for minutes and does not look again.</remarks>
    private static long FindEnd(string bootstrapServers, string topic, int partition)
    {
        var since = Environment.TickCount64;
        while (true)
        {
            var (error, end) = With(bootstrapServers, client =>
                (KafkaBrokerNative.rd_kafka_query_watermark_offsets(client, topic, partition, out _, out var high, 5_000), high));
            if (error == 0)
            {
                return end;
            }

            if (Environment.TickCount64 - since > Patience.TotalMilliseconds)
            {
                throw new TimeoutException($"the end of {topic}/{partition} was not told in {Patience.TotalSeconds} s: error {error}");
            }
        }
    }

    private static void Assign(nint client, string topic, int partition)
    {
        const long beginning = -2;
        var list = KafkaBrokerNative.rd_kafka_topic_partition_list_new(1);
        KafkaBrokerNative.rd_kafka_topic_partition_list_add(list, topic, partition);
        _ = KafkaBrokerNative.rd_kafka_topic_partition_list_set_offset(list, topic, partition, beginning);
        var error = KafkaBrokerNative.rd_kafka_assign(client, list);
        KafkaBrokerNative.rd_kafka_topic_partition_list_destroy(list);
        if (error != 0)
        {
            throw new InvalidOperationException($"assigning {topic}/{partition}: error {error}");
        }
    }

    private static List<ConsumedRecord> ReadTo(long end, nint client, string what)
    {
        var records = new List<ConsumedRecord>();
        var since = Environment.TickCount64;
        while (true)
        {
            var pointer = KafkaBrokerNative.rd_kafka_consumer_poll(client, 100);
            if (pointer == 0)
            {
                if (Environment.TickCount64 - since > Patience.TotalMilliseconds)
                {
                    throw new TimeoutException($"reading {what}: offset {end} not reached after {Patience.TotalSeconds} s, {records.Count} records read");
                }

                continue;
            }

            try
            {
                var message = Marshal.PtrToStructure<KafkaBrokerNative.Message>(pointer);
                if (message.Error == KafkaBrokerNative.PartitionEnd && message.Offset >= end)
                {
                    return records;
                }

                if (message.Error == 0)
                {
                    records.Add(Copy(pointer, message));
                    since = Environment.TickCount64;
                }
            }
            finally
            {
                KafkaBrokerNative.rd_kafka_message_destroy(pointer);
            }
        }
    }

    private static ConsumedRecord Copy(nint pointer, KafkaBrokerNative.Message message)
    {
        var timestamp = KafkaBrokerNative.rd_kafka_message_timestamp(pointer, out _);
        var headers = new List<HeaderData>();
        if (KafkaBrokerNative.rd_kafka_message_headers(pointer, out var list) == 0)
        {
            for (nint i = 0; KafkaBrokerNative.rd_kafka_header_get_all(list, i, out var name, out var value, out var size) == 0; i++)
            {
                headers.Add(new HeaderData(Bytes(name, TextLength(name))!, Bytes(value, (int)size)));
            }
        }

        return new ConsumedRecord(message.Offset, timestamp, Bytes(message.Key, (int)message.KeyLength), Bytes(message.Payload, (int)message.Length), headers);
    }

    private static int TextLength(nint text)
    {
        var length = 0;
        while (Marshal.ReadByte(text, length) != 0)
        {
            length++;
        }

        return length;
    }

    private static byte[]? Bytes(nint pointer, int length)
    {
        if (pointer == 0)
        {
            return null;
        }

        var bytes = new byte[length];
        Marshal.Copy(pointer, bytes, 0, length);
        return bytes;
    }
}
