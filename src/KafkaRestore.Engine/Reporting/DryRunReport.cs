using System.Text.Json.Serialization;

namespace KafkaRestore.Engine.Reporting;

/// <summary>
/// What a restore would do. Serialised in snake case it has the fields of kafka-backup's DryRunReport, and more. Counts are those of whole segments: a
/// time window is decided record by record, which a dry run does not read; segments that are known to hold no record of it are counted apart.
/// </summary>
public sealed record DryRunReport
{
    /// <summary>The archive's id.</summary>
    public required string BackupId { get; init; }

    /// <summary>Whether the run would begin.</summary>
    public required bool Valid { get; init; }

    /// <summary>What refuses it.</summary>
    public required IReadOnlyList<string> Errors { get; init; }

    /// <summary>What a person should look at.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Further findings.</summary>
    public required IReadOnlyList<string> Information { get; init; }

    /// <summary>Segments that would be read.</summary>
    public required long SegmentsToProcess { get; init; }

    /// <summary>Records in them.</summary>
    public required long RecordsToRestore { get; init; }

    /// <summary>Uncompressed bytes of them.</summary>
    public required long BytesToRestore { get; init; }

    /// <summary>Segments that would not be read, because the time index knows that they hold no record of the window.</summary>
    public required long SegmentsOutsideWindow { get; init; }

    /// <summary>Records in them.</summary>
    public required long RecordsOutsideWindow { get; init; }

    /// <summary>Segments that time_window_slack would leave out unread.</summary>
    public required long SegmentsLeftOutBySlack { get; init; }

    /// <summary>Records in them, of which some may belong to the window.</summary>
    public required long RecordsLeftOutBySlack { get; init; }

    /// <summary>Smallest and largest of the segments' first and last timestamps; null when nothing is selected.</summary>
    public required IReadOnlyList<long>? TimeRange { get; init; }

    /// <summary>What goes where.</summary>
    public required IReadOnlyList<DryRunTopic> TopicsToRestore { get; init; }

    /// <summary>Target topics that would be created.</summary>
    public required IReadOnlyList<string> TopicsToCreate { get; init; }

    /// <summary>What would be done to the target's topics and their settings; left out where they would be left alone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PreparationReport? Preparation { get; init; }

    /// <summary>What would happen to consumer offsets, in words.</summary>
    public required IReadOnlyList<string> ConsumerOffsetActions { get; init; }

    /// <summary>Which sink would write: <c>batch</c> or <c>client</c>; null when that cannot be known.</summary>
    public required string? Sink { get; init; }

    /// <summary>Why it would be this one.</summary>
    public required string? SinkReason { get; init; }

    /// <summary>What would be done about other writers: <c>fenced</c> or <c>idempotent</c>.</summary>
    public required string? Delivery { get; init; }

    /// <summary>The plan's hash.</summary>
    public required string PlanHash { get; init; }

    /// <summary>The target's cluster id; null when it could not be reached or gives none.</summary>
    public required string? TargetClusterId { get; init; }
}

/// <summary>One source topic of a dry run.</summary>
/// <param name="SourceTopic">Source topic.</param>
/// <param name="TargetTopic">Target topic.</param>
/// <param name="Repartitioning">How its records are spread over the target's partitions; left out where each source partition goes to one target partition.</param>
/// <param name="Partitions">Its partitions.</param>
public sealed record DryRunTopic(
    string SourceTopic,
    string TargetTopic,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] RepartitioningReport? Repartitioning,
    IReadOnlyList<DryRunPartition> Partitions);

/// <summary>One source partition of a dry run.</summary>
/// <param name="SourcePartition">Source partition.</param>
/// <param name="TargetPartition">Target partition; <see cref="Spread"/> where the topic is repartitioned.</param>
/// <param name="Segments">Segments that would be read.</param>
/// <param name="Records">Records in them.</param>
/// <param name="OffsetRange">First and last source offset.</param>
/// <param name="TimestampRange">Smallest and largest of the segments' first and last timestamps.</param>
/// <param name="ArchiveCompleteness"><c>proven</c>, <c>not_provable</c> or <c>incomplete</c>.</param>
public sealed record DryRunPartition(
    int SourcePartition,
    int TargetPartition,
    long Segments,
    long Records,
    IReadOnlyList<long> OffsetRange,
    IReadOnlyList<long> TimestampRange,
    string ArchiveCompleteness)
{
    /// <summary>Stands for all partitions of the target topic.</summary>
    public const int Spread = -1;
}
