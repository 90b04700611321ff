namespace KafkaRestore.Engine.Times;

/// <summary>How complete the time index of an archive is, and what a run has added. Serialised in snake case.</summary>
public sealed record IndexReport
{
    /// <summary>The archive's id.</summary>
    public required string BackupId { get; init; }

    /// <summary>How it stands.</summary>
    public required IndexStatus Status { get; init; }

    /// <summary>Where the index is.</summary>
    public required string IndexFile { get; init; }

    /// <summary>What of the file was damaged and is not used; null is nothing.</summary>
    public required string? Damage { get; init; }

    /// <summary>Segments that the configuration selects.</summary>
    public required long SegmentsSelected { get; init; }

    /// <summary>Of these: segments whose times are known.</summary>
    public required long SegmentsKnown { get; init; }

    /// <summary>Of these: those that were known before this run.</summary>
    public required long SegmentsKnownBefore { get; init; }

    /// <summary>Segments that this run has read.</summary>
    public required long SegmentsRead { get; init; }

    /// <summary>Their stored bytes.</summary>
    public required long StoredBytesRead { get; init; }

    /// <summary>Stored bytes of the segments that are not known.</summary>
    public required long StoredBytesLeft { get; init; }

    /// <summary>The smallest time_window_slack that would lose no record of the segments that are known, milliseconds; null when none is.</summary>
    public required long? SlackNeededMs { get; init; }

    /// <summary>Every selected topic, by name.</summary>
    public required IReadOnlyList<TopicTimes> Topics { get; init; }

    /// <summary>Segments that could not be read, by object, at most <see cref="IndexJob.ProblemsKept"/>.</summary>
    public required IReadOnlyList<IndexProblem> Problems { get; init; }

    /// <summary>Those beyond them.</summary>
    public required long ProblemsNotListed { get; init; }

    /// <summary>How long it took, milliseconds.</summary>
    public required long DurationMs { get; init; }
}

/// <summary>How complete an index is.</summary>
public enum IndexStatus
{
    /// <summary>The times of every selected segment are known.</summary>
    Complete,

    /// <summary>Some are not: they were not read yet, or cannot be.</summary>
    Incomplete,

    /// <summary>The run was stopped on request.</summary>
    Stopped,
}

/// <summary>A segment that could not be read.</summary>
/// <param name="Code">The kind: a word of docs/errors.md.</param>
/// <param name="Object">The object's key.</param>
/// <param name="What">What is wrong.</param>
public sealed record IndexProblem(string Code, string Object, string What);
