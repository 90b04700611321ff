namespace KafkaRestore.Engine.Reporting;

/// <summary>What became of consumer groups.</summary>
public sealed record ConsumerGroupsReport
{
    /// <summary>How offsets were translated: <c>map</c>, <c>timestamp-based</c>, <c>cluster-scan</c>, <c>manual</c>.</summary>
    public required string Strategy { get; init; }

    /// <summary>Where the groups' source offsets come from.</summary>
    public required string OffsetsFrom { get; init; }

    /// <summary>When they were read from the source cluster, epoch milliseconds; null when that is not known.</summary>
    public long? OffsetsTakenAt { get; init; }

    /// <summary>Folder or URL of the snapshots of what the groups had committed before; null when nothing was committed.</summary>
    public string? SnapshotPath { get; init; }

    /// <summary>The snapshots of this run, oldest first: <c>kafka-restore offset-rollback rollback</c> goes back to one.</summary>
    public IReadOnlyList<string> Snapshots { get; init; } = [];

    /// <summary>Minutes for which the brokers keep offsets of a group without members; null when they do not say, or nothing was committed.</summary>
    public long? OffsetRetentionMinutes { get; init; }

    /// <summary>The plan as a file; null when none was asked for.</summary>
    public string? Plan { get; init; }

    /// <summary>A script that carries the plan out with Kafka's own tool; null when none was asked for.</summary>
    public string? Script { get; init; }

    /// <summary>The groups by name.</summary>
    public required IReadOnlyList<ConsumerGroupReport> Groups { get; init; }

    /// <summary>Whether everything else of the restore is done.</summary>
    public bool RecordsComplete { get; init; }

    /// <summary>Whether every group is as it should be.</summary>
    public bool IsDone => Groups.All(static group => group.State is ConsumerGroupState.Reset or ConsumerGroupState.ResetBefore or ConsumerGroupState.Planned);
}

/// <summary>What became of one group.</summary>
public sealed record ConsumerGroupReport
{
    /// <summary>Its id.</summary>
    public required string Group { get; init; }

    /// <summary>Where it stands.</summary>
    public required ConsumerGroupState State { get; init; }

    /// <summary>Offsets of the plan; those that were committed, where it is <see cref="ConsumerGroupState.Reset"/>.</summary>
    public int Offsets { get; init; }

    /// <summary>Of these: exact.</summary>
    public int Exact { get; init; }

    /// <summary>Of these: bounded, because several sources share the target partition.</summary>
    public int Bounded { get; init; }

    /// <summary>Of these: approximate.</summary>
    public int Approximate { get; init; }

    /// <summary>Records that it will read again, at most, as far as that is known.</summary>
    public long ReadAgain { get; init; }

    /// <summary>Offsets that the target's log does not reach, with what was taken instead.</summary>
    public IReadOnlyList<string> Clamped { get; init; } = [];

    /// <summary>Commits of the source that have no place at the target, with the reason.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>Why it is not reset.</summary>
    public IReadOnlyList<string> Errors { get; init; } = [];
}

/// <summary>Where a group stands.</summary>
public enum ConsumerGroupState
{
    /// <summary>Something that it reads is not restored.</summary>
    Waiting,

    /// <summary>Planned, and nothing is to be committed.</summary>
    Planned,

    /// <summary>Committed, read back and compared.</summary>
    Reset,

    /// <summary>The same, but some of its commits have no place at the target.</summary>
    ResetInPart,

    /// <summary>An earlier run of the job has reset it.</summary>
    ResetBefore,

    /// <summary>It has committed offsets of its own since an earlier run had begun to reset it; they were left alone.</summary>
    Moved,

    /// <summary>It could not be reset.</summary>
    Failed,
}
