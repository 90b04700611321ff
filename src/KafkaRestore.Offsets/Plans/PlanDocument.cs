using System.Text.Json.Serialization;
using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Engine.OffsetMaps.Translation;
using KafkaRestore.Kafka;
using KafkaRestore.Offsets.Sources;

namespace KafkaRestore.Offsets.Plans;

/// <summary>
/// A plan as JSON: the fields of kafka-backup's plan (<c>groups</c>, <c>group_id</c>, <c>partitions</c>, <c>topic</c>, <c>partition</c>, <c>source_offset</c>, <c>target_offset</c>, <c>timestamp</c>,
/// <c>metadata</c>, <c>partition_count</c>, <c>complete</c>, <c>generated_at</c>, <c>strategy</c>, <c>dry_run</c>, <c>backup_id</c>, <c>target_bootstrap_servers</c>), and ours beside them.
/// </summary>
internal sealed record PlanDocument
{
    public IReadOnlyList<GroupEntry>? Groups { get; init; }

    /// <summary>Epoch milliseconds.</summary>
    public long? GeneratedAt { get; init; }

    public string? Strategy { get; init; }

    /// <summary>Kept for programs that look for it: a plan changes nothing.</summary>
    public bool DryRun { get; init; } = true;

    public string? BackupId { get; init; }

    public string? SourceClusterId { get; init; }

    public string? TargetClusterId { get; init; }

    public IReadOnlyList<string>? TargetBootstrapServers { get; init; }

    public string? OffsetsFrom { get; init; }

    /// <summary>Epoch milliseconds.</summary>
    public long? OffsetsTakenAt { get; init; }

    public bool? Complete { get; init; }

    public static PlanDocument Of(OffsetResetPlan plan) => new()
    {
        Groups = [.. plan.Groups.Select(group => GroupEntry.Of(group, plan.OffsetsTakenAt))],
        GeneratedAt = plan.GeneratedAt.ToUnixTimeMilliseconds(),
        Strategy = plan.Strategy,
        BackupId = plan.BackupId,
        TargetClusterId = plan.TargetClusterId,
        TargetBootstrapServers = plan.BootstrapServers,
        OffsetsFrom = plan.OffsetsFrom,
        OffsetsTakenAt = plan.OffsetsTakenAt?.ToUnixTimeMilliseconds(),
        Complete = plan.IsComplete,
    };

    internal sealed record GroupEntry
    {
        public string? GroupId { get; init; }

        public IReadOnlyList<PartitionEntry>? Partitions { get; init; }

        public int? PartitionCount { get; init; }

        public bool? Complete { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public IReadOnlyList<MissingEntry>? Missing { get; init; }

        public static GroupEntry Of(GroupPlan group, DateTimeOffset? takenAt) => new()
        {
            GroupId = group.Group,
            Partitions = [.. group.Offsets.Select(offset => PartitionEntry.Of(offset, takenAt))],
            PartitionCount = group.Offsets.Count,
            Complete = group.IsComplete,
            Missing = group.Missing.Count == 0 ? null
                : [.. group.Missing.Select(static missing => new MissingEntry(missing.Commit.Partition.Topic, missing.Commit.Partition.Partition, missing.Commit.Offset, missing.Reason))],
        };
    }

    internal sealed record PartitionEntry
    {
        public string? Topic { get; init; }

        public int? Partition { get; init; }

        /// <summary>The source offset, where one source partition leads here; null where several do.</summary>
        public long? SourceOffset { get; init; }

        public long? TargetOffset { get; init; }

        /// <summary>When the source offset was read, epoch milliseconds.</summary>
        public long? Timestamp { get; init; }

        public string? Metadata { get; init; }

        public string? Label { get; init; }

        /// <summary>As other programs write it: not exact.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public bool Approximate { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public bool AtEnd { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public long? ReadAgain { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public long? ClampedFrom { get; init; }

        /// <summary>What the group had committed at the target when the plan was made; -1 for nothing; absent when nobody looked.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public long? CurrentOffset { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public IReadOnlyList<SourceEntry>? Sources { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public IReadOnlyList<string>? NotCommitted { get; init; }

        public static PartitionEntry Of(PlannedOffset offset, DateTimeOffset? takenAt) => new()
        {
            Topic = offset.Target.Topic,
            Partition = offset.Target.Partition,
            SourceOffset = offset.From is [var only] ? only.Offset : null,
            TargetOffset = offset.Offset,
            Timestamp = takenAt?.ToUnixTimeMilliseconds(),
            Metadata = offset.Metadata,
            Label = offset.Label is { } label ? PlanWords.Of(label) : null,
            Approximate = offset.Label == TranslationLabel.Approximate,
            AtEnd = offset.IsEnd,
            ReadAgain = offset.ReadAgain is > 0 ? offset.ReadAgain : null,
            ClampedFrom = offset.ClampedFrom,
            CurrentOffset = offset.CurrentOffset,
            Sources = offset.From is [var single] && single.Partition == new PartitionName(offset.Target.Topic, offset.Target.Partition) ? null
                : [.. offset.From.Select(static commit => new SourceEntry(commit.Partition.Topic, commit.Partition.Partition, commit.Offset))],
            NotCommitted = offset.NotCommitted.Count == 0 ? null : [.. offset.NotCommitted.Select(static partition => partition.ToString())],
        };

        public PlannedOffset ToOffset(TargetPartition target, long offset) => new()
        {
            Target = target,
            Offset = offset,
            Metadata = Metadata,
            Label = Label is { } label ? PlanWords.LabelOf(label) : null,
            IsEnd = AtEnd,
            ReadAgain = ReadAgain,
            ClampedFrom = ClampedFrom,
            CurrentOffset = CurrentOffset,
            From = Sources is { } sources ? [.. sources.Where(static source => source is { Topic: not null }).Select(static source => source.ToCommit())]
                : SourceOffset is { } from ? [new SourceCommit(new PartitionName(target.Topic, target.Partition), from, Metadata)]
                : [],
        };
    }

    internal sealed record SourceEntry(string? Topic, int Partition, long Offset)
    {
        public SourceCommit ToCommit() => new(new PartitionName(Topic!, Partition), Offset);
    }

    internal sealed record MissingEntry(string? Topic, int Partition, long SourceOffset, string? Reason);
}
