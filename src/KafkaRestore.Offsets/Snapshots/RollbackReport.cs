using System.Text.Json.Serialization;

namespace KafkaRestore.Offsets.Snapshots;

/// <summary>What became of a change of groups.</summary>
public enum ChangeStatus
{
    /// <summary>Everything was done.</summary>
    Success,

    /// <summary>Some of it.</summary>
    PartialSuccess,

    /// <summary>Nothing.</summary>
    Failed,
}

/// <summary>What a rollback did.</summary>
/// <param name="Status">How it went.</param>
/// <param name="SnapshotId">The snapshot.</param>
/// <param name="GroupsRolledBack">Groups that are as they were, as far as the answers say.</param>
/// <param name="GroupsFailed">The others.</param>
/// <param name="OffsetsRestored">Offsets that were committed.</param>
/// <param name="OffsetsRemoved">Offsets that were removed because the snapshot does not have them.</param>
/// <param name="Errors">What was not done, with the reason.</param>
/// <param name="OutOfRange">Offsets outside of the log, and whether they were clamped.</param>
/// <param name="SafetySnapshotId">The snapshot of what was committed before; null when none was taken.</param>
/// <param name="DurationMs">Milliseconds for the changes alone.</param>
public sealed record RollbackResult(
    ChangeStatus Status,
    string SnapshotId,
    int GroupsRolledBack,
    int GroupsFailed,
    int OffsetsRestored,
    int OffsetsRemoved,
    IReadOnlyList<string> Errors,
    IReadOnlyList<OffsetOutOfRange> OutOfRange,
    string? SafetySnapshotId,
    long DurationMs);

/// <summary>A rollback and its check.</summary>
/// <param name="Result">What was done.</param>
/// <param name="Verification">What was read back; null when it was not.</param>
public sealed record RollbackReport(RollbackResult Result, OffsetVerification? Verification)
{
    /// <summary>Whether everything was done and, where it was checked, is so.</summary>
    [JsonIgnore]
    public bool IsWhole => Result.Status == ChangeStatus.Success && Verification is not { Verified: false };
}

/// <summary>An offset that the partition's log does not hold.</summary>
/// <param name="GroupId">The group.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Offset">The offset.</param>
/// <param name="LogStart">Where the log begins.</param>
/// <param name="LogEnd">Where it ends.</param>
/// <param name="ClampedTo">What is committed instead; null: the offset itself.</param>
public sealed record OffsetOutOfRange(string GroupId, string Topic, int Partition, long Offset, long LogStart, long LogEnd, long? ClampedTo)
{
    /// <summary>For a message.</summary>
    public override string ToString() =>
        $"{GroupId}, {Topic}/{Partition}: {Offset} is outside of the log ({LogStart} to {LogEnd}){(ClampedTo is { } offset ? $", clamped to {offset}" : "")}";
}
