using System.Text.Json.Serialization;
using KafkaRestore.Engine.Preflight;
using KafkaRestore.Kafka;

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

    /// <summary>Everything that was found, the errors first; <see cref="Errors"/>, <see cref="Warnings"/> and <see cref="Information"/> are the same as text.</summary>
    public required IReadOnlyList<DryRunFinding> Findings { get; init; }

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

    /// <summary>Bytes that would be read from the storage at the most (egress).</summary>
    public required long BytesToRead { get; init; }

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

    /// <summary>How the target was connected to; null when it was not.</summary>
    public ConnectionDescription? TargetConnection { get; init; }
}

/// <summary>One finding of a dry run.</summary>
/// <param name="Severity"><c>error</c>, <c>warning</c> or <c>info</c>.</param>
/// <param name="Kind">Its kind (docs/preflight.md).</param>
/// <param name="Code">The error that it is; null for one that refuses nothing.</param>
/// <param name="What">What was found.</param>
/// <param name="Where">The topic, partition or object; null when <paramref name="What"/> says it.</param>
/// <param name="WhatToDo">What to do; null when there is nothing to be done.</param>
public sealed record DryRunFinding(string Severity, string Kind, string? Code, string What, string? Where, string? WhatToDo)
{
    /// <summary>The finding as the report has it.</summary>
    public static DryRunFinding Of(Finding finding) =>
        new(Words.Of(finding.Severity), finding.Kind.Word, finding.Code?.Word, finding.What, finding.Where, finding.Remedy);
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
