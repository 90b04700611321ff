namespace KafkaRestore.Engine.Options;

/// <summary>Which records of the archive are meant.</summary>
public sealed record SelectionOptions
{
    /// <summary>Patterns of source topics; empty is all but internal ones. A glob (<c>*</c>, <c>?</c>) or <c>~</c> and a regular expression.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Patterns of source topics left out; they win over <see cref="Include"/>.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Source partitions of every topic; null is all.</summary>
    public IReadOnlySet<int>? SourcePartitions { get; init; }

    /// <summary>First timestamp, epoch milliseconds, inclusive; null is no bound.</summary>
    public long? TimeWindowStart { get; init; }

    /// <summary>Last timestamp, epoch milliseconds, inclusive; null is no bound.</summary>
    public long? TimeWindowEnd { get; init; }

    /// <summary>
    /// Leaves out a segment without reading it when its first and last timestamps lie further than this outside the window (<c>time_window_slack</c>), and nothing exact is known of it:
    /// records are lost where times within a segment differ more than that. Null never does.
    /// </summary>
    public TimeSpan? TimeWindowSlack { get; init; }

    /// <summary>What to do where two segments hold different records at one source offset.</summary>
    public GenerationChoice Generation { get; init; } = GenerationChoice.Refuse;

    /// <summary>Whether transaction markers that were archived as records are left out.</summary>
    public ControlRecordChoice ControlRecords { get; init; } = ControlRecordChoice.Auto;
}

/// <summary>Which copy is taken where segments contradict each other.</summary>
public enum GenerationChoice
{
    /// <summary>Neither: stop with ARCHIVE_GENERATIONS.</summary>
    Refuse,

    /// <summary>The segment uploaded first.</summary>
    Oldest,

    /// <summary>The segment uploaded last.</summary>
    Newest,
}

/// <summary>What happens to transaction markers archived as records (archives made before 0.25 or read uncommitted).</summary>
public enum ControlRecordChoice
{
    /// <summary>Leave out what has a marker's exact form, unless the archive says it holds none; the report counts them.</summary>
    Auto,

    /// <summary>Restore every record.</summary>
    Never,
}
