namespace KafkaRestore.Api.Contracts;

/// <summary>Which jobs are asked for.</summary>
/// <param name="State">Only those in this state; null: all.</param>
/// <param name="After">Only those behind this job, in the list's order; null: from the first on.</param>
/// <param name="Limit">At most so many, 1 to 500.</param>
public sealed record JobQuery(JobState? State, string? After, int Limit);

/// <summary>Some jobs, the newest first.</summary>
/// <param name="Jobs">The jobs.</param>
/// <param name="Next">What to ask for after these (<c>after</c>); null when there are no more.</param>
public sealed record JobList(IReadOnlyList<JobInfo> Jobs, string? Next);

/// <summary>Which lanes of a job are asked for.</summary>
/// <param name="State">Only those in this state: <c>waiting</c>, <c>running</c>, <c>done</c>, <c>failed</c>, <c>stopped</c>; null: all.</param>
/// <param name="Offset">Lanes to be passed over, 0 or more.</param>
/// <param name="Limit">At most so many, 1 to 1,000.</param>
public sealed record LaneQuery(string? State, int Offset, int Limit);

/// <summary>Some lanes of a job: those that failed first, then those that run, those that wait, those that are done.</summary>
/// <param name="Lanes">The lanes.</param>
/// <param name="Total">How many there are of the state that was asked for.</param>
public sealed record LaneList(IReadOnlyList<LaneInfo> Lanes, int Total);

/// <summary>A lane: the stream into one target partition.</summary>
public sealed record LaneInfo
{
    /// <summary>The target topic.</summary>
    public required string Topic { get; init; }

    /// <summary>The target partition.</summary>
    public required int Partition { get; init; }

    /// <summary>Where it stands: <c>waiting</c>, <c>running</c>, <c>done</c>, <c>failed</c>, <c>stopped</c>.</summary>
    public required string State { get; init; }

    /// <summary>Records acknowledged.</summary>
    public required long Records { get; init; }

    /// <summary>Records accounted for: acknowledged, or left out on purpose.</summary>
    public required long RecordsAccountedFor { get; init; }

    /// <summary>Records of the plan.</summary>
    public required long RecordsPlanned { get; init; }

    /// <summary>Uncompressed bytes acknowledged.</summary>
    public required long Bytes { get; init; }

    /// <summary>Target offset behind the last record acknowledged; null before the lane has begun.</summary>
    public long? TargetEnd { get; init; }

    /// <summary>The node that works on it; null while none does.</summary>
    public string? Silo { get; init; }

    /// <summary>Why it failed, or what it waits for; null where all is well.</summary>
    public string? Problem { get; init; }
}
