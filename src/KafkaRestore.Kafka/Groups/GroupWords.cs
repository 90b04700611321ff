namespace KafkaRestore.Kafka.Groups;

/// <summary>What coordinators call kinds and states.</summary>
internal static class GroupWords
{
    /// <summary>A kind; brokers that do not tell (before Kafka 3.8) know classic groups.</summary>
    public static GroupKind Kind(string? word) => word?.ToUpperInvariant() switch
    {
        null or "CLASSIC" => GroupKind.Classic,
        "CONSUMER" => GroupKind.Consumer,
        "SHARE" => GroupKind.Share,
        "STREAMS" => GroupKind.Streams,
        _ => GroupKind.Unknown,
    };

    /// <summary>A state; null where the broker does not tell (before Kafka 2.6).</summary>
    public static GroupState State(string? word) => word switch
    {
        "Empty" => GroupState.Empty,
        "Dead" => GroupState.Dead,
        "Stable" => GroupState.Stable,
        "PreparingRebalance" or "CompletingRebalance" or "Assigning" or "Reconciling" or "NotReady" => GroupState.Rebalancing,
        _ => GroupState.Unknown,
    };
}
