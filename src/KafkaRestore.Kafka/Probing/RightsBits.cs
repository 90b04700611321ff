namespace KafkaRestore.Kafka.Probing;

/// <summary>Authorized operations as brokers send them.</summary>
internal static class RightsBits
{
    private const int NotSaid = int.MinValue;

    /// <summary>The rights; null where the broker does not say.</summary>
    public static TargetRights? Read(int bits) => bits == NotSaid ? null : (TargetRights)bits;
}
