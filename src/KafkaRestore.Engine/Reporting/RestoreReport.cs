using System.Text.Json.Serialization;
using KafkaRestore.Engine.Steering;
using KafkaRestore.Kafka;

namespace KafkaRestore.Engine.Reporting;

/// <summary>
/// What a restore did and did not do. Serialised in snake case it has the fields of kafka-backup's RestoreReport (archive format, section 7),
/// and more. Offsets and times are null where no record was restored.
/// </summary>
public sealed record RestoreReport
{
    /// <summary>The archive's id.</summary>
    public required string BackupId { get; init; }

    /// <summary>Always false: a dry run has a report of its own.</summary>
    public bool DryRun { get; init; }

    /// <summary>How the run ended.</summary>
    public required RestoreStatus Status { get; init; }

    /// <summary>The plan's hash.</summary>
    public required string PlanHash { get; init; }

    /// <summary>The target's cluster id; null when the broker gives none.</summary>
    public string? TargetClusterId { get; init; }

    /// <summary>How the target was connected to; null when it was not.</summary>
    public ConnectionDescription? TargetConnection { get; init; }

    /// <summary>Which sink wrote: <c>batch</c> or <c>client</c>; null when the run was refused before one was chosen.</summary>
    public required string? Sink { get; init; }

    /// <summary>Why it was this one.</summary>
    public required string? SinkReason { get; init; }

    /// <summary>What was done about other writers: <c>fenced</c> or <c>idempotent</c>.</summary>
    public required string? Delivery { get; init; }

    /// <summary>When the run began, epoch milliseconds.</summary>
    public required long StartTime { get; init; }

    /// <summary>When it ended, epoch milliseconds.</summary>
    public required long EndTime { get; init; }

    /// <summary>Duration in milliseconds.</summary>
    public required long DurationMs { get; init; }

    /// <summary>What was restored, by source and target topic.</summary>
    public required IReadOnlyList<TopicReport> TopicsRestored { get; init; }

    /// <summary>Segments done with: read to their end, or known to hold no record of the time window.</summary>
    public required long SegmentsProcessed { get; init; }

    /// <summary>Of these: segments that this run did not read, because the time index knows that they hold no record of the window. Their records are counted as outside it.</summary>
    public required long SegmentsNotRead { get; init; }

    /// <summary>Segments of the plan.</summary>
    public required long SegmentsPlanned { get; init; }

    /// <summary>Segments that time_window_slack has left out unread; they are not in the plan.</summary>
    public required long SegmentsLeftOutBySlack { get; init; }

    /// <summary>Records in them, as the manifest counts them; some may belong to the window. They are in no other count.</summary>
    public required long RecordsLeftOutBySlack { get; init; }

    /// <summary>Records acknowledged, in this run and in earlier runs of the same job.</summary>
    public required long RecordsRestored { get; init; }

    /// <summary>Of <see cref="RecordsRestored"/>: those that earlier runs have restored and noted.</summary>
    public required long RecordsRestoredBefore { get; init; }

    /// <summary>Of <see cref="RecordsRestored"/>: those that an earlier run had written without having noted it, found in the target's log and not sent again.</summary>
    public required long RecordsRecognised { get; init; }

    /// <summary>Records in the segments of the plan.</summary>
    public required long RecordsPlanned { get; init; }

    /// <summary>Uncompressed bytes of the records acknowledged.</summary>
    public required long BytesRestored { get; init; }

    /// <summary>Records outside the time window.</summary>
    public required long RecordsSkippedByWindow { get; init; }

    /// <summary>Second copies from overlapping segments.</summary>
    public required long RecordsDeduplicated { get; init; }

    /// <summary>Records left out because they have a transaction marker's form.</summary>
    public required long ControlRecordsDropped { get; init; }

    /// <summary>Records left out because the other generation was chosen.</summary>
    public required long OtherGenerationDropped { get; init; }

    /// <summary>Records lost with damaged or missing segments that were left out, as many as the manifest says; overlapping segments may have given them.</summary>
    public required long RecordsInDamagedSegments { get; init; }

    /// <summary>Records left out because the target or the sink cannot take them.</summary>
    public required long UnwritableRecords { get; init; }

    /// <summary>What was left out because it cannot be read or written: how much, and the first of it.</summary>
    public required SkipReport Skips { get; init; }

    /// <summary>Records restored a second by this run, on average.</summary>
    public required double ThroughputRecordsPerSec { get; init; }

    /// <summary>Uncompressed bytes restored a second by this run, on average.</summary>
    public required double ThroughputBytesPerSec { get; init; }

    /// <summary>Limits that were changed under way, in order.</summary>
    public required IReadOnlyList<LimitChange> LimitChanges { get; init; }

    /// <summary>What failed; empty when nothing did.</summary>
    public required IReadOnlyList<string> Errors { get; init; }

    /// <summary>What a person should look at.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>What this run did not check.</summary>
    public required IReadOnlyList<string> NotChecked { get; init; }

    /// <summary>First and last offsets on both sides, by target topic and partition.</summary>
    public required OffsetMappingSummary OffsetMapping { get; init; }

    /// <summary>What was done to the target's topics and their settings; left out where they were left alone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PreparationReport? Preparation { get; init; }

    /// <summary>Settings that the target does not take; left out when there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<SkippedSettingReport>? TopicConfigsSkipped => Some(Preparation?.Settings.Where(static setting => setting.Skipped is not null)
        .Select(static setting => new SkippedSettingReport(setting.Topic, setting.Name, setting.Source, setting.Skipped!.Value, setting.Reason)));

    /// <summary>Settings that limits have changed; left out when there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<AdjustedSettingReport>? TopicConfigsAdjusted => Some(Preparation?.Settings.Where(static setting => setting.IsClamped)
        .Select(static setting => new AdjustedSettingReport(setting.Topic, setting.Name, setting.Source, setting.Final, setting.Reason)));

    private static IReadOnlyList<T>? Some<T>(IEnumerable<T>? all) => all?.ToList() is { Count: > 0 } some ? some : null;

    /// <summary>What became of consumer groups; left out where nothing was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ConsumerGroupsReport? ConsumerGroups { get; init; }

    /// <summary>Consumer groups that are reset.</summary>
    public IReadOnlyList<string> ResolvedConsumerGroups =>
        [.. (ConsumerGroups?.Groups ?? []).Where(static group => group.State is ConsumerGroupState.Reset or ConsumerGroupState.ResetBefore).Select(static group => group.Group)];
}

/// <summary>How a run ended.</summary>
public enum RestoreStatus
{
    /// <summary>Everything selected is acknowledged and accounted for.</summary>
    Done,

    /// <summary>Something selected is missing at the target.</summary>
    Partial,

    /// <summary>Stopped on request.</summary>
    Stopped,

    /// <summary>Refused before the first record.</summary>
    Refused,
}

/// <summary>What was restored of one source topic.</summary>
public sealed record TopicReport
{
    /// <summary>Source topic.</summary>
    public required string SourceTopic { get; init; }

    /// <summary>Target topic.</summary>
    public required string TargetTopic { get; init; }

    /// <summary>How its records are spread over the target's partitions; left out where each source partition goes to one target partition.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RepartitioningReport? Repartitioning { get; init; }

    /// <summary>Each source partition in each target partition. Segments and what the archive lacks stand with target partition 0 where the topic is repartitioned.</summary>
    public required IReadOnlyList<PartitionReport> Partitions { get; init; }

    /// <summary>Records acknowledged.</summary>
    public required long Records { get; init; }

    /// <summary>Uncompressed bytes of them.</summary>
    public required long Bytes { get; init; }
}

/// <summary>What was restored of one source partition.</summary>
public sealed record PartitionReport
{
    /// <summary>Source partition.</summary>
    public required int SourcePartition { get; init; }

    /// <summary>Target partition.</summary>
    public required int TargetPartition { get; init; }

    /// <summary>How its lane ended: <c>done</c>, <c>failed</c>, <c>stopped</c> or <c>waiting</c>.</summary>
    public required string State { get; init; }

    /// <summary>Segments done with: read to their end, or known to hold no record of the time window.</summary>
    public required long SegmentsProcessed { get; init; }

    /// <summary>Segments of the plan.</summary>
    public required long SegmentsPlanned { get; init; }

    /// <summary>Records in segments that time_window_slack has left out unread; in no other count.</summary>
    public required long LeftOutBySlack { get; init; }

    /// <summary>Records acknowledged.</summary>
    public required long Records { get; init; }

    /// <summary>Uncompressed bytes of them.</summary>
    public required long Bytes { get; init; }

    /// <summary>Source offset of the first record restored.</summary>
    public required long? FirstOffset { get; init; }

    /// <summary>Source offset of the last record restored.</summary>
    public required long? LastOffset { get; init; }

    /// <summary>Target offset of the first record restored.</summary>
    public required long? TargetFirstOffset { get; init; }

    /// <summary>Target offset of the last record restored.</summary>
    public required long? TargetLastOffset { get; init; }

    /// <summary>Timestamp of the first record restored, epoch milliseconds.</summary>
    public required long? FirstTimestamp { get; init; }

    /// <summary>Timestamp of the last record restored, epoch milliseconds.</summary>
    public required long? LastTimestamp { get; init; }

    /// <summary>Records outside the time window.</summary>
    public required long SkippedByWindow { get; init; }

    /// <summary>Second copies from overlapping segments.</summary>
    public required long Deduplicated { get; init; }

    /// <summary>Records left out because they have a transaction marker's form.</summary>
    public required long ControlRecordsDropped { get; init; }

    /// <summary>Source offsets of the first of them.</summary>
    public required IReadOnlyList<long> ControlRecordOffsets { get; init; }

    /// <summary>Records left out because the other generation was chosen.</summary>
    public required long OtherGenerationDropped { get; init; }

    /// <summary>Records lost with damaged or missing segments that were left out, as many as the manifest says.</summary>
    public required long InDamagedSegments { get; init; }

    /// <summary>Records left out because the target or the sink cannot take them.</summary>
    public required long Unwritable { get; init; }

    /// <summary>Whether the archive is complete here: <c>proven</c>, <c>not_provable</c> or <c>incomplete</c>.</summary>
    public required string ArchiveCompleteness { get; init; }

    /// <summary>Source offsets that the archive does not hold.</summary>
    public required IReadOnlyList<GapReport> Gaps { get; init; }
}

/// <summary>Source offsets that the archive does not hold.</summary>
/// <param name="StartOffset">First offset.</param>
/// <param name="EndOffset">Last offset, inclusive.</param>
/// <param name="Cause"><c>known_gap</c>, <c>pruned</c>, <c>unknown</c> or <c>unexplained</c>.</param>
/// <param name="Reason">The writer's word, or ours.</param>
public sealed record GapReport(long StartOffset, long EndOffset, string Cause, string Reason);

/// <summary>First and last offsets on both sides.</summary>
/// <param name="Entries">By <c>topic/partition</c> of the target.</param>
public sealed record OffsetMappingSummary(IReadOnlyDictionary<string, OffsetMappingEntry> Entries);

/// <summary>One entry of an offset mapping (archive format, section 7).</summary>
public sealed record OffsetMappingEntry
{
    /// <summary>Target topic (source topic where no target is known).</summary>
    public required string Topic { get; init; }

    /// <summary>Target partition.</summary>
    public required int Partition { get; init; }

    /// <summary>First source offset.</summary>
    public required long SourceFirstOffset { get; init; }

    /// <summary>Last source offset.</summary>
    public required long SourceLastOffset { get; init; }

    /// <summary>Its target offset; null when nothing was written.</summary>
    public required long? TargetFirstOffset { get; init; }

    /// <summary>The last record's target offset; null when nothing was written.</summary>
    public required long? TargetLastOffset { get; init; }

    /// <summary>Timestamp of the first record, epoch milliseconds.</summary>
    public required long FirstTimestamp { get; init; }

    /// <summary>Timestamp of the last record, epoch milliseconds.</summary>
    public required long LastTimestamp { get; init; }
}
