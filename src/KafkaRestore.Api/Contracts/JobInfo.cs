namespace KafkaRestore.Api.Contracts;

/// <summary>A job as it stands. Holds no secret.</summary>
public sealed record JobInfo
{
    /// <summary>Its id, made by the service.</summary>
    public required string Id { get; init; }

    /// <summary>What it does.</summary>
    public JobKind Kind { get; init; }

    /// <summary>Where it stands.</summary>
    public required JobState State { get; init; }

    /// <summary>The archive's id.</summary>
    public required string BackupId { get; init; }

    /// <summary>When it was accepted.</summary>
    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>When its last run began; null before the first one.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When its last run ended; null while it runs and before the first one.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>How far it is; null where nothing is known yet.</summary>
    public JobProgress? Progress { get; init; }

    /// <summary>What has become of its consumer groups, as far as its last run has ended; null where it has none, or nothing is known yet.</summary>
    public GroupCounts? Groups { get; init; }

    /// <summary>The limits that hold; null while it does not run.</summary>
    public JobLimits? Limits { get; init; }

    /// <summary>The exit code that a local run would have ended with; null until it has ended.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Why it ended as it did, for a person: at most 20 lines; empty where all is well.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];
}

/// <summary>How far a job is. Counts are of all its runs together.</summary>
public sealed record JobProgress
{
    /// <summary>Records acknowledged.</summary>
    public required long Records { get; init; }

    /// <summary>Uncompressed bytes of them.</summary>
    public required long Bytes { get; init; }

    /// <summary>Records accounted for: acknowledged, or left out on purpose.</summary>
    public required long RecordsAccountedFor { get; init; }

    /// <summary>Records of the plan.</summary>
    public required long RecordsPlanned { get; init; }

    /// <summary>Uncompressed bytes of the plan.</summary>
    public required long BytesPlanned { get; init; }

    /// <summary>Share of the plan that is accounted for, 0 to 100; 100 only when all is.</summary>
    public required double Percent { get; init; }

    /// <summary>Records a second, over the last seconds; 0 while it does not run.</summary>
    public double RecordsPerSecond { get; init; }

    /// <summary>Uncompressed bytes a second, over the last seconds; 0 while it does not run.</summary>
    public double BytesPerSecond { get; init; }

    /// <summary>Seconds left at that speed; null where nobody can say.</summary>
    public double? SecondsLeft { get; init; }

    /// <summary>Lanes by state.</summary>
    public required LaneCounts Lanes { get; init; }

    /// <summary>Lanes that wait for the target, or for an acknowledgement for long, in words; null when none does.</summary>
    public string? Waiting { get; init; }
}

/// <summary>Numbers of consumer groups.</summary>
/// <param name="Reset">Groups that are where they should be, read back.</param>
/// <param name="Failed">The others.</param>
public sealed record GroupCounts(int Reset, int Failed)
{
    /// <summary>All of them.</summary>
    public int Total => Reset + Failed;
}

/// <summary>Numbers of lanes by state.</summary>
/// <param name="Waiting">Not begun.</param>
/// <param name="Running">At work.</param>
/// <param name="Done">Finished.</param>
/// <param name="Failed">Ended by a failure.</param>
/// <param name="Stopped">Ended on request.</param>
public sealed record LaneCounts(int Waiting, int Running, int Done, int Failed, int Stopped)
{
    /// <summary>All of them.</summary>
    public int Total => Waiting + Running + Done + Failed + Stopped;
}
