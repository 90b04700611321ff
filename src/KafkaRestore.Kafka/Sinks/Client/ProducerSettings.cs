using System.Globalization;
using KafkaRestore.Kafka.Client;

namespace KafkaRestore.Kafka.Sinks.Client;

/// <summary>The properties of the producer instance behind one lane.</summary>
internal static class ProducerSettings
{
    // Room for a batch's own header and for the record headers' varints, which the client estimates.
    internal const int BatchOverhead = 512;
    private const int LargestRecord = 1_000_000_000;

    internal static Dictionary<string, string> For(KafkaConnectionOptions connection, DeliveryOptions delivery, SinkLane lane)
    {
        var requestTimeout = Math.Clamp((long)delivery.RequestTimeout.TotalMilliseconds, 1, 240_000);
        var properties = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["linger.ms"] = Text(delivery.Linger.TotalMilliseconds),
            ["compression.type"] = CodecName(delivery.Codec),

            // The client must not give up on a request before the broker does.
            ["socket.timeout.ms"] = Text(Math.Max(60_000, requestTimeout + 5_000)),
        };
        foreach (var (name, value) in ClientConfiguration.Common(connection))
        {
            properties[name] = value;
        }

        // From here on exactness needs our values; ClientConfiguration refuses these names in target.client.
        properties["enable.idempotence"] = "true";
        properties["acks"] = "all";
        properties["max.in.flight"] = "5";

        // A batch that is refused for good stops the instance: without this, batches behind it would be sent past the gap.
        properties["enable.gapless.guarantee"] = "true";

        // No time-out of the client's own: a record that timed out would let later ones pass. The sink has a deadline instead.
        properties["message.timeout.ms"] = "0";
        properties["request.timeout.ms"] = Text(requestTimeout);
        properties["batch.num.messages"] = Text(Math.Clamp(delivery.BatchRecords, 1, 1_000_000));
        properties["batch.size"] = Text(BatchBytes(delivery, lane.MaxMessageBytes));

        // The broker compares the compressed size, so a record may be larger than the topic takes before compression.
        properties["message.max.bytes"] = Text(LargestRecord);

        // The sink's own window bounds the queue. The client's bounds would be reached by it only to throw.
        properties["queue.buffering.max.messages"] = Text(int.MaxValue);
        properties["queue.buffering.max.kbytes"] = Text(int.MaxValue);
        properties["dotnet.producer.delivery.report.fields"] = "status";
        return properties;
    }

    internal static int BatchBytes(DeliveryOptions delivery, int? topicTakes)
    {
        var most = topicTakes is { } bytes ? Math.Max(1, bytes - BatchOverhead) : int.MaxValue;
        return Math.Min(Math.Max(1, delivery.BatchBytes), most);
    }

    private static string CodecName(ProduceCodec codec) => codec switch
    {
        ProduceCodec.None => "none",
        ProduceCodec.Lz4 => "lz4",
        ProduceCodec.Zstd => "zstd",
        ProduceCodec.Snappy => "snappy",
        ProduceCodec.Gzip => "gzip",
        _ => throw new ArgumentOutOfRangeException(nameof(codec), codec, null),
    };

    private static string Text(double number) => number.ToString("0.###", CultureInfo.InvariantCulture);
}
