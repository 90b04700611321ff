namespace KafkaRestore.Engine.OffsetMaps.Reports;

/// <summary>What an offset report holds beside its mappings.</summary>
public sealed record OffsetReportSummary
{
    /// <summary>First and last offsets and times of each map.</summary>
    public IReadOnlyList<OffsetReportEntry> Entries { get; init; } = [];

    /// <summary>Consumer groups with the offsets that they had and get.</summary>
    public IReadOnlyList<OffsetReportGroup> Groups { get; init; } = [];

    /// <summary>The source's cluster id; null when it is not known.</summary>
    public string? SourceClusterId { get; init; }

    /// <summary>The target's cluster id; null when it is not known.</summary>
    public string? TargetClusterId { get; init; }

    /// <summary>When the report was made, epoch milliseconds; null when a file does not say.</summary>
    public long? CreatedAt { get; init; }
}

/// <summary>First and last offsets and times of one map.</summary>
public sealed record OffsetReportEntry
{
    /// <summary>From where to where.</summary>
    public required MapPair Pair { get; init; }

    /// <summary>Source offset of the first record.</summary>
    public required long SourceFirstOffset { get; init; }

    /// <summary>Source offset of the last record.</summary>
    public required long SourceLastOffset { get; init; }

    /// <summary>Target offset of the first record; null when nothing was written.</summary>
    public long? TargetFirstOffset { get; init; }

    /// <summary>Target offset of the last record; null when nothing was written.</summary>
    public long? TargetLastOffset { get; init; }

    /// <summary>Timestamp of the first record, epoch milliseconds; -1 when it is not known.</summary>
    public required long FirstTimestamp { get; init; }

    /// <summary>Timestamp of the last record, epoch milliseconds; -1 when it is not known.</summary>
    public required long LastTimestamp { get; init; }
}

/// <summary>A consumer group of a report.</summary>
/// <param name="GroupId">Its id.</param>
/// <param name="Offsets">Its offsets, each topic and partition once.</param>
public sealed record OffsetReportGroup(string GroupId, IReadOnlyList<OffsetReportGroupOffset> Offsets);

/// <summary>An offset of a consumer group.</summary>
/// <param name="Topic">Target topic.</param>
/// <param name="Partition">Target partition.</param>
/// <param name="SourceOffset">What the group had committed at the source.</param>
/// <param name="TargetOffset">What it gets at the target; null when there is no answer.</param>
/// <param name="Timestamp">When it was committed or seen, epoch milliseconds.</param>
/// <param name="Metadata">The commit's metadata; null when it is not known.</param>
public sealed record OffsetReportGroupOffset(string Topic, int Partition, long SourceOffset, long? TargetOffset, long Timestamp, string? Metadata);
