using KafkaRestore.Configuration.Binding;
using KafkaRestore.Kafka.Sinks;

namespace KafkaRestore.Configuration.Rules;

/// <summary>What the keys of producing say together.</summary>
internal static class DeliveryRules
{
    private const string Codec = "restore.produce_codec";
    private const string Level = "restore.produce_codec_level";
    private const string BrokerLimit = "restore.rate_limit_broker_bytes_per_sec";

    private const int HighestGzipLevel = 9;

    public static void Check(BindingContext context)
    {
        CheckLevel(context);
        if (context.Draft.Delivery.Sink == SinkKind.Client)
        {
            CheckClient(context);
        }
    }

    private static void CheckLevel(BindingContext context)
    {
        if (context.Draft.Delivery.CodecLevel is not { } level || context.IsBroken(Codec))
        {
            return;
        }

        switch (context.Draft.Delivery.Codec)
        {
            case ProduceCodec.Zstd:
            case ProduceCodec.Gzip when level <= HighestGzipLevel:
                break;
            case ProduceCodec.Gzip:
                context.Contradiction(Level, $"gzip has levels from 1 to {HighestGzipLevel}", "Use one of them, or leave it out.");
                break;
            case var codec:
                context.Contradiction(Level, $"{codec.ToString().ToLowerInvariant()} has no level", $"Leave it out, or set {Codec} to zstd or gzip.");
                break;
        }
    }

    /// <summary>What the client sink cannot do is refused where a promise would be broken, else shown.</summary>
    private static void CheckClient(BindingContext context)
    {
        if (context.Draft.Delivery.Guarantee == DeliveryGuarantee.Fenced)
        {
            context.Contradiction("restore.delivery", "the client sink (restore.sink) cannot fence other writers off", "Use idempotent, or another sink.");
        }

        if (context.Draft.Delivery.BrokerBytesPerSecond is not null)
        {
            context.Contradiction(BrokerLimit, "the client sink (restore.sink) cannot keep a limit for each broker", "Use restore.rate_limit_bytes_per_sec, or another sink.");
        }

        foreach (var path in (string[])[Level, "target.connection.connections_per_broker"])
        {
            if (context.IsSet(path))
            {
                context.NoticeAt(path, "has no effect: restore.sink is client");
            }
        }
    }
}
