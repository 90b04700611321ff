namespace KafkaRestore.Cli.Archives;

/// <summary>What a check of an archive found.</summary>
internal sealed record ArchiveCheckReport
{
    /// <summary>The archive's id.</summary>
    public required string BackupId { get; init; }

    /// <summary>When it was begun, epoch milliseconds.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>Whether every record was read, or only that objects exist in the right size.</summary>
    public required bool Deep { get; init; }

    /// <summary>Whether nothing is damaged, missing, or absent without explanation.</summary>
    public required bool Valid { get; init; }

    /// <summary>Segments looked at: all of the manifest.</summary>
    public required long SegmentsChecked { get; init; }

    /// <summary>Those without a problem.</summary>
    public required long SegmentsValid { get; init; }

    /// <summary>Those that do not exist.</summary>
    public required long SegmentsMissing { get; init; }

    /// <summary>Those that are damaged or not as the manifest says.</summary>
    public required long SegmentsCorrupted { get; init; }

    /// <summary>Records in valid segments: read one by one in a deep check, else as the manifest counts them.</summary>
    public required long RecordsValidated { get; init; }

    /// <summary>Stored bytes of valid segments.</summary>
    public required long BytesChecked { get; init; }

    /// <summary>Every problem by object, at most <see cref="ArchiveCheck.ProblemsKept"/>.</summary>
    public required IReadOnlyList<ArchiveProblem> Problems { get; init; }

    /// <summary>Problems beyond those.</summary>
    public required long ProblemsNotListed { get; init; }

    /// <summary>What was looked at, by topic.</summary>
    public required IReadOnlyList<TopicSummary> Topics { get; init; }

    /// <summary>Whether the archive can prove that no record is absent.</summary>
    public required CompletenessReport Completeness { get; init; }

    /// <summary>How long the check took, milliseconds.</summary>
    public required long DurationMs { get; init; }
}

/// <summary>One object with a problem.</summary>
/// <param name="Code">The kind: a word of docs/errors.md.</param>
/// <param name="Object">The object's key.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="What">What is wrong and where in the object.</param>
internal sealed record ArchiveProblem(string Code, string Object, string Topic, int Partition, string What);

/// <summary>What an archive can prove of its completeness.</summary>
/// <param name="PartitionsProven">Partitions whose every offset is accounted for.</param>
/// <param name="PartitionsNotProvable">Partitions of which the archive does not record enough.</param>
/// <param name="PartitionsIncomplete">Partitions that lack offsets without explanation.</param>
/// <param name="Holes">Source offsets that the archive does not hold, but for those of which it cannot tell.</param>
internal sealed record CompletenessReport(int PartitionsProven, int PartitionsNotProvable, int PartitionsIncomplete, IReadOnlyList<HoleReport> Holes);

/// <summary>Source offsets that the archive does not hold.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="StartOffset">First offset.</param>
/// <param name="EndOffset">Last offset, inclusive.</param>
/// <param name="Cause"><c>known_gap</c>, <c>pruned</c> or <c>unexplained</c>.</param>
/// <param name="Reason">The writer's word, or ours.</param>
internal sealed record HoleReport(string Topic, int Partition, long StartOffset, long EndOffset, string Cause, string Reason);
