using KafkaRestore.Engine.Verification.Comparison;

namespace KafkaRestore.Engine.Verification.Reporting;

/// <summary>What a comparison of target and archive found.</summary>
public sealed record VerificationReport
{
    /// <summary>The archive's id.</summary>
    public required string BackupId { get; init; }

    /// <summary>How it ended.</summary>
    public required VerificationStatus Status { get; init; }

    /// <summary>How closely was compared.</summary>
    public required VerificationLevel Level { get; init; }

    /// <summary>The plan's hash.</summary>
    public required string PlanHash { get; init; }

    /// <summary>The target's cluster id; null when the broker gives none.</summary>
    public required string? TargetClusterId { get; init; }

    /// <summary>Keys of headers that were left out.</summary>
    public required IReadOnlyList<string> IgnoredHeaders { get; init; }

    /// <summary>Whether timestamps were left out.</summary>
    public required bool TimestampsIgnored { get; init; }

    /// <summary>When it began, epoch milliseconds.</summary>
    public required long StartTime { get; init; }

    /// <summary>Duration in milliseconds.</summary>
    public required long DurationMs { get; init; }

    /// <summary>Records that should be in the target, as far as they were counted.</summary>
    public required long RecordsExpected { get; init; }

    /// <summary>Records read from the target, newer ones included.</summary>
    public required long RecordsInTarget { get; init; }

    /// <summary>Records behind the restored ones that were allowed.</summary>
    public required long RecordsNewer { get; init; }

    /// <summary>Bytes of the target's records, uncompressed.</summary>
    public required long BytesRead { get; init; }

    /// <summary>Bytes a second, on average.</summary>
    public required double ThroughputBytesPerSec { get; init; }

    /// <summary>Every target partition, by topic and number.</summary>
    public required IReadOnlyList<PartitionVerification> Partitions { get; init; }

    /// <summary>What could not be compared, and why; empty when all could.</summary>
    public required IReadOnlyList<string> Errors { get; init; }

    /// <summary>What a person should look at.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>What was not checked.</summary>
    public required IReadOnlyList<string> NotChecked { get; init; }
}

/// <summary>How a comparison ended.</summary>
public enum VerificationStatus
{
    /// <summary>Every partition was read to both ends and is equal.</summary>
    Equal,

    /// <summary>There is a difference.</summary>
    Different,

    /// <summary>No difference was found, but something could not be compared to the end.</summary>
    Partial,

    /// <summary>Stopped on request.</summary>
    Stopped,

    /// <summary>Nothing could be compared.</summary>
    Refused,
}

/// <summary>What was found of one target partition.</summary>
public sealed record PartitionVerification
{
    /// <summary>Target topic.</summary>
    public required string Topic { get; init; }

    /// <summary>Target partition.</summary>
    public required int Partition { get; init; }

    /// <summary>The source partitions that it holds, in the order of their records.</summary>
    public required IReadOnlyList<string> Sources { get; init; }

    /// <summary>How it ended.</summary>
    public required LaneVerificationState State { get; init; }

    /// <summary>First target offset compared; null when none was.</summary>
    public required long? TargetStartOffset { get; init; }

    /// <summary>The target offset behind the last one compared.</summary>
    public required long? TargetEndOffset { get; init; }

    /// <summary>Records that should be there, as far as they were counted.</summary>
    public required long RecordsExpected { get; init; }

    /// <summary>Records that were read there, newer ones included.</summary>
    public required long RecordsInTarget { get; init; }

    /// <summary>Records behind the restored ones that were allowed.</summary>
    public required long RecordsNewer { get; init; }

    /// <summary>SHA-256 of the archive's records; null where none was made.</summary>
    public required string? ExpectedSha256 { get; init; }

    /// <summary>SHA-256 of the target's records, newer ones left out.</summary>
    public required string? TargetSha256 { get; init; }

    /// <summary>The first difference; null when none was found.</summary>
    public required DifferenceReport? Difference { get; init; }

    /// <summary>Why it could not be compared to the end; null otherwise.</summary>
    public required string? Error { get; init; }
}

/// <summary>The first difference of a partition.</summary>
public sealed record DifferenceReport
{
    /// <summary>What is different.</summary>
    public required DifferenceKind Kind { get; init; }

    /// <summary>How many records equal each other before it; null where only counts were compared.</summary>
    public required long? EqualBefore { get; init; }

    /// <summary>How many records are missing or too many at this place, as far as that is known; null for other kinds.</summary>
    public required long? Records { get; init; }

    /// <summary>The source partition of the archive's record; null when the archive has none here.</summary>
    public required string? Source { get; init; }

    /// <summary>Source offset of the archive's record; null when the archive has none here.</summary>
    public required long? SourceOffset { get; init; }

    /// <summary>Target offset of the target's record; null when the target has none here.</summary>
    public required long? TargetOffset { get; init; }
}
