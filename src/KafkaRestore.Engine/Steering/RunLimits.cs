using System.Text.Json.Serialization;
using KafkaRestore.Engine.Options;

namespace KafkaRestore.Engine.Steering;

/// <summary>The limits of a run that can be changed while it runs, under the names of their configuration keys.</summary>
public sealed record RunLimits
{
    /// <summary>The key of <see cref="RecordsPerSecond"/> without its section.</summary>
    public const string RecordsPerSecondKey = "rate_limit_records_per_sec";

    /// <summary>The key of <see cref="BytesPerSecond"/> without its section.</summary>
    public const string BytesPerSecondKey = "rate_limit_bytes_per_sec";

    /// <summary>The key of <see cref="MaxConcurrentPartitions"/> without its section.</summary>
    public const string MaxConcurrentPartitionsKey = "max_concurrent_partitions";

    /// <summary>The highest <see cref="MaxConcurrentPartitions"/> that the configuration takes.</summary>
    public const int HighestConcurrency = 10_000;

    /// <summary>Most records a second over all lanes, 1 or more; null is no limit.</summary>
    [JsonPropertyName(RecordsPerSecondKey)]
    public required long? RecordsPerSecond { get; init; }

    /// <summary>Most uncompressed bytes a second over all lanes, 1 or more; null is no limit.</summary>
    [JsonPropertyName(BytesPerSecondKey)]
    public required long? BytesPerSecond { get; init; }

    /// <summary>Lanes that run at once, 1 to <see cref="HighestConcurrency"/>.</summary>
    [JsonPropertyName(MaxConcurrentPartitionsKey)]
    public required int MaxConcurrentPartitions { get; init; }

    /// <summary>The limits that a run begins with.</summary>
    public static RunLimits Of(ExecutionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new RunLimits { RecordsPerSecond = options.RecordsPerSecond, BytesPerSecond = options.BytesPerSecond, MaxConcurrentPartitions = options.MaxConcurrentLanes };
    }
}
