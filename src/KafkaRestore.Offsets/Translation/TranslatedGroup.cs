using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Engine.OffsetMaps.Translation;
using KafkaRestore.Kafka;
using KafkaRestore.Offsets.Sources;

namespace KafkaRestore.Offsets.Translation;

/// <summary>Where a group goes on.</summary>
/// <param name="Group">Its id.</param>
/// <param name="Offsets">One for each target partition, by topic and partition.</param>
/// <param name="Unanswered">What it has committed and nothing leads from.</param>
public sealed record TranslatedGroup(string Group, IReadOnlyList<TranslatedOffset> Offsets, IReadOnlyList<UnansweredCommit> Unanswered);

/// <summary>Where a group goes on in one target partition.</summary>
public sealed record TranslatedOffset
{
    /// <summary>The target partition.</summary>
    public required TargetPartition Target { get; init; }

    /// <summary>The target offset; null where no record was restored into the partition, so that whatever stands in it is unread.</summary>
    public required long? Offset { get; init; }

    /// <summary>How much it can be relied on.</summary>
    public required TranslationLabel Label { get; init; }

    /// <summary>Whether it is one behind the last restored record.</summary>
    public bool IsEnd { get; init; }

    /// <summary>Records at or behind it that the group has read already, at most; null when nobody can say.</summary>
    public long? ReadAgain { get; init; }

    /// <summary>What the group has committed, of those source partitions that go into this target partition.</summary>
    public required IReadOnlyList<SourceCommit> From { get; init; }

    /// <summary>Source partitions that also go into it, and of which the group has committed nothing.</summary>
    public IReadOnlyList<PartitionName> NotCommitted { get; init; } = [];
}

/// <summary>A commit that leads nowhere.</summary>
/// <param name="Commit">The commit.</param>
/// <param name="Reason">Why, for a person.</param>
public sealed record UnansweredCommit(SourceCommit Commit, string Reason);
