using KafkaRestore.Engine.Lanes.Skipping;
using KafkaRestore.Kafka;

namespace KafkaRestore.Engine.Verification;

/// <summary>What is compared, and what may differ.</summary>
public sealed record VerificationOptions
{
    /// <summary>How closely.</summary>
    public VerificationLevel Level { get; init; } = VerificationLevel.Hashes;

    /// <summary>Target offsets at which the restored records begin; a partition that is not named begins at its log start.</summary>
    public IReadOnlyDictionary<TargetPartition, long> StartAt { get; init; } = new Dictionary<TargetPartition, long>();

    /// <summary>Keys of headers that are left out on both sides.</summary>
    public IReadOnlyList<string> IgnoredHeaders { get; init; } = [];

    /// <summary>Whether timestamps are left out, for topics that give records their own (LogAppendTime).</summary>
    public bool IgnoreTimestamps { get; init; }

    /// <summary>What the restore has left out because it could not be read or written: it is not expected in the target.</summary>
    public IReadOnlyList<Skip> LeftOut { get; init; } = [];

    /// <summary>Whether records behind the restored ones are no difference; they are counted.</summary>
    public bool AllowNewer { get; init; }
}
