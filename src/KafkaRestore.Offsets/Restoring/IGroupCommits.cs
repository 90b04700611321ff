using KafkaRestore.Kafka.Groups;

namespace KafkaRestore.Offsets.Restoring;

/// <summary>Commits offsets of groups for a restore: waits for members to leave as allowed, saves what is there before, commits, reads back.</summary>
public interface IGroupCommits
{
    /// <summary>Where snapshots of what was committed before are; null when none are made.</summary>
    string? SnapshotPath { get; }

    /// <summary>The snapshots that were made, oldest first.</summary>
    IReadOnlyList<string> Snapshots { get; }

    /// <summary>Commits.</summary>
    /// <returns>Why a group is not as it should be, in words; groups that were committed, read back and found right are absent.</returns>
    /// <exception cref="Records.Errors.RestoreException">No snapshot could be made, or the target does not answer: nothing was committed.</exception>
    Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> CommitAsync(IReadOnlyList<GroupOffsets> groups, CancellationToken cancellationToken);
}
