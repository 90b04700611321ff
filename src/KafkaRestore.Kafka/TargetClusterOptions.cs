namespace KafkaRestore.Kafka;

/// <summary>How long the target may take.</summary>
public sealed record TargetClusterOptions
{
    /// <summary>How long to look for a broker that answers.</summary>
    public TimeSpan ConnectDeadline { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long one question may take in all, retries included.</summary>
    public TimeSpan RequestDeadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long topic settings may take; after that they count as unknown, which a restore can do with.</summary>
    public TimeSpan SettingsDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a new topic may take until each of its partitions has a leader.</summary>
    public TimeSpan TopicReadyDeadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How many partitions are asked at once for their ends; 1 or more.</summary>
    public int Parallelism { get; init; } = 8;
}
