namespace KafkaRestore.Kafka.Groups;

/// <summary>The committed offsets of a consumer group.</summary>
/// <param name="Group">Its id.</param>
/// <param name="Offsets">By partition; those without a commit are absent.</param>
public sealed record GroupOffsets(string Group, IReadOnlyDictionary<TargetPartition, CommittedOffset> Offsets);

/// <summary>A committed offset.</summary>
/// <param name="Offset">The next offset to read, 0 or more.</param>
/// <param name="Metadata">The words committed with it; null or empty for none (brokers do not tell the two apart).</param>
/// <param name="LeaderEpoch">The epoch committed with it; -1 for none.</param>
public readonly record struct CommittedOffset(long Offset, string? Metadata = null, int LeaderEpoch = -1);

/// <summary>What was read of a group.</summary>
/// <param name="Offsets">What it has committed; empty after an error.</param>
/// <param name="Error">Why nothing is known of the whole group; null when it was read.</param>
/// <param name="PartitionErrors">Partitions whose offset could not be read, with the reason.</param>
public sealed record FetchedOffsets(GroupOffsets Offsets, GroupFailure? Error, IReadOnlyDictionary<TargetPartition, GroupFailure> PartitionErrors)
{
    /// <summary>Whether everything was read.</summary>
    public bool IsWhole => Error is null && PartitionErrors.Count == 0;
}

/// <summary>What became of a group's offsets.</summary>
/// <param name="Group">Its id.</param>
/// <param name="Changed">Number of partitions that were changed.</param>
/// <param name="Failures">The others, with the reason. After a failure whose <see cref="GroupFailure.IsAmbiguous"/> is set, the change may have been made.</param>
/// <param name="Duration">From the first question to the last answer.</param>
/// <param name="Retries">How often something was asked again.</param>
public sealed record GroupChange(string Group, int Changed, IReadOnlyDictionary<TargetPartition, GroupFailure> Failures, TimeSpan Duration, int Retries);

/// <summary>Why something was not done or not learnt.</summary>
/// <param name="Code">Kafka's error code; negative for what no broker said.</param>
/// <param name="Name">Its name, e.g. <c>UNKNOWN_MEMBER_ID</c>.</param>
/// <param name="Reason">For a person: what it means here, and which right is missing where that is it.</param>
/// <param name="IsAmbiguous">Whether the change may have been made all the same (no answer came).</param>
public sealed record GroupFailure(int Code, string Name, string Reason, bool IsAmbiguous = false)
{
    /// <summary>The work was stopped before the group's turn came.</summary>
    public static GroupFailure NotBegun { get; } = new(-10_000, "NOT_BEGUN", "stopped on request before the group's turn came");
}
