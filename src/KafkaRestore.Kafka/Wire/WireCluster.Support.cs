namespace KafkaRestore.Kafka.Wire;

/// <content>What this client can do.</content>
internal sealed partial class WireCluster
{
    /// <summary>What of <paramref name="options"/> this client cannot do, for a person; null when it can do all of it.</summary>
    public static string? WhyNot(KafkaConnectionOptions options) => options.Security.Protocol == SecurityProtocolKind.Plaintext ? null : "not yet";
}
