using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;

namespace KafkaRestore.Cluster.Groups;

/// <summary>Consumer groups whose offsets one silo commits.</summary>
/// <param name="SnapshotFolder">Where what they have committed before is saved.</param>
/// <param name="Groups">The groups.</param>
internal sealed record GroupShare(string SnapshotFolder, IReadOnlyList<SharedGroup> Groups);

/// <summary>What is to be committed for a group.</summary>
/// <param name="Group">Its id.</param>
/// <param name="Offsets">The offsets.</param>
internal sealed record SharedGroup(string Group, IReadOnlyList<SharedOffset> Offsets)
{
    /// <summary>As a message.</summary>
    public static SharedGroup Of(GroupOffsets group) =>
        new(group.Group, [.. group.Offsets.Select(static pair => new SharedOffset(pair.Key.Topic, pair.Key.Partition, pair.Value.Offset, pair.Value.Metadata, pair.Value.LeaderEpoch))]);

    /// <summary>As the group's offsets.</summary>
    public GroupOffsets ToOffsets() =>
        new(Group, Offsets.ToDictionary(static offset => new TargetPartition(offset.Topic, offset.Partition), static offset => new CommittedOffset(offset.Offset, offset.Metadata, offset.LeaderEpoch)));
}

/// <summary>An offset that is to be committed.</summary>
/// <param name="Topic">The target topic.</param>
/// <param name="Partition">The target partition.</param>
/// <param name="Offset">The offset, 0 or more.</param>
/// <param name="Metadata">The words committed with it; null for none.</param>
/// <param name="LeaderEpoch">The epoch committed with it; -1 for none.</param>
internal sealed record SharedOffset(string Topic, int Partition, long Offset, string? Metadata, int LeaderEpoch);

/// <summary>What became of a share.</summary>
/// <param name="Failures">Why a group is not as it should be, in words; the others are.</param>
/// <param name="Snapshots">The snapshots that were made before, oldest first.</param>
/// <param name="IsCutOff">Whether the silo left before all of it was done: the failures are not the last word.</param>
internal sealed record GroupShareResult(IReadOnlyDictionary<string, IReadOnlyList<string>> Failures, IReadOnlyList<string> Snapshots, bool IsCutOff = false);
