using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Engine.OffsetMaps.Translation;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Offsets.Sources;

namespace KafkaRestore.Offsets.Plans;

/// <summary>Which offsets are to be committed for which groups; nothing is committed by making one.</summary>
public sealed record OffsetResetPlan
{
    /// <summary>When it was made.</summary>
    public required DateTimeOffset GeneratedAt { get; init; }

    /// <summary>How offsets were translated: <c>map</c>, <c>header-based</c>, <c>timestamp-based</c>, <c>cluster-scan</c>; of a foreign plan, what it says.</summary>
    public required string Strategy { get; init; }

    /// <summary>The archive; null when the offsets come from elsewhere.</summary>
    public string? BackupId { get; init; }

    /// <summary>The cluster that it is for; null when it was made without one.</summary>
    public string? TargetClusterId { get; init; }

    /// <summary>Brokers of that cluster.</summary>
    public IReadOnlyList<string> BootstrapServers { get; init; } = [];

    /// <summary>Where the groups' source offsets come from, for people.</summary>
    public string? OffsetsFrom { get; init; }

    /// <summary>When the source offsets were read from their cluster; null when that is not known.</summary>
    public DateTimeOffset? OffsetsTakenAt { get; init; }

    /// <summary>The groups, by name.</summary>
    public required IReadOnlyList<GroupPlan> Groups { get; init; }

    /// <summary>Whether everything that the groups have committed has an offset at the target.</summary>
    public bool IsComplete => Groups.All(static group => group.IsComplete);

    /// <summary>What is committed, in the form that a cluster takes; groups without an offset are left out.</summary>
    public IReadOnlyList<GroupOffsets> ToCommit() =>
        [.. Groups.Where(static group => group.Offsets.Count > 0).Select(static group => new GroupOffsets(
            group.Group, group.Offsets.ToDictionary(static offset => offset.Target, static offset => new CommittedOffset(offset.Offset, offset.Metadata))))];
}

/// <summary>What is to be committed for one group.</summary>
/// <param name="Group">Its id.</param>
/// <param name="Offsets">By topic and partition, each partition once.</param>
/// <param name="Missing">What it had committed at the source and has no place at the target.</param>
public sealed record GroupPlan(string Group, IReadOnlyList<PlannedOffset> Offsets, IReadOnlyList<MissingOffset> Missing)
{
    /// <summary>Whether nothing is missing.</summary>
    public bool IsComplete => Missing.Count == 0;
}

/// <summary>An offset that is to be committed.</summary>
public sealed record PlannedOffset
{
    /// <summary>The target partition.</summary>
    public required TargetPartition Target { get; init; }

    /// <summary>The offset to commit, 0 or more.</summary>
    public required long Offset { get; init; }

    /// <summary>The words committed with it; null for none.</summary>
    public string? Metadata { get; init; }

    /// <summary>How much it can be relied on; null in a plan that was not made here.</summary>
    public TranslationLabel? Label { get; init; }

    /// <summary>Whether it is one behind the last restored record.</summary>
    public bool IsEnd { get; init; }

    /// <summary>Records at or behind it that the group has read already, at most; null when nobody can say.</summary>
    public long? ReadAgain { get; init; }

    /// <summary>What the group had committed at the source.</summary>
    public IReadOnlyList<SourceCommit> From { get; init; } = [];

    /// <summary>Source partitions that go into the same target partition and of which the group had committed nothing.</summary>
    public IReadOnlyList<PartitionName> NotCommitted { get; init; } = [];

    /// <summary>The translated offset, where the target's log does not reach it and the nearest one that it holds was taken; null otherwise.</summary>
    public long? ClampedFrom { get; init; }

    /// <summary>What the group had committed at the target when the plan was made; null when nobody looked, <see cref="NoCommit"/> for nothing.</summary>
    public long? CurrentOffset { get; init; }

    /// <summary>Nothing is committed.</summary>
    public const long NoCommit = -1;
}

/// <summary>A commit that has no place at the target.</summary>
/// <param name="Commit">The commit.</param>
/// <param name="Reason">Why, for a person.</param>
public sealed record MissingOffset(SourceCommit Commit, string Reason);
