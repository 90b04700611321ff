namespace KafkaRestore.Engine.Steering;

/// <summary>What is asked of the limits of a running job; what is not named stays as it is.</summary>
public sealed record LimitsRequest
{
    /// <summary>Records a second.</summary>
    public RateRequest? RecordsPerSecond { get; init; }

    /// <summary>Uncompressed bytes a second.</summary>
    public RateRequest? BytesPerSecond { get; init; }

    /// <summary>Lanes at once.</summary>
    public int? MaxConcurrentPartitions { get; init; }

    /// <summary>Whether nothing is asked for.</summary>
    public bool IsEmpty => RecordsPerSecond is null && BytesPerSecond is null && MaxConcurrentPartitions is null;

    /// <summary>The limits that would hold afterwards.</summary>
    public RunLimits ApplyTo(RunLimits now)
    {
        ArgumentNullException.ThrowIfNull(now);
        return new RunLimits
        {
            RecordsPerSecond = RecordsPerSecond is { } records ? records.PerSecond : now.RecordsPerSecond,
            BytesPerSecond = BytesPerSecond is { } bytes ? bytes.PerSecond : now.BytesPerSecond,
            MaxConcurrentPartitions = MaxConcurrentPartitions ?? now.MaxConcurrentPartitions,
        };
    }
}

/// <summary>A rate that is asked for.</summary>
/// <param name="PerSecond">Units a second, 1 or more; null asks for no limit.</param>
public readonly record struct RateRequest(long? PerSecond);
