using KafkaRestore.Offsets.Snapshots;

namespace KafkaRestore.Offsets.Exports;

/// <summary>What an import did.</summary>
/// <param name="Status">How it went.</param>
/// <param name="GroupsImported">Groups whose offsets are set, as far as the answers say.</param>
/// <param name="GroupsFailed">The others.</param>
/// <param name="OffsetsCommitted">Offsets that were committed.</param>
/// <param name="Errors">What was not done, with the reason.</param>
/// <param name="SnapshotId">The snapshot of what was committed before; null when none was taken.</param>
/// <param name="Verification">What was read back.</param>
/// <param name="DurationMs">Milliseconds for the commits alone.</param>
public sealed record ImportReport(
    ChangeStatus Status, int GroupsImported, int GroupsFailed, int OffsetsCommitted, IReadOnlyList<string> Errors, string? SnapshotId, OffsetVerification Verification, long DurationMs)
{
    /// <summary>Whether everything was done and is so.</summary>
    public bool IsWhole => Status == ChangeStatus.Success && Verification.Verified;
}
