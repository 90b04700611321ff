using KafkaRestore.Engine.OffsetMaps.Reports;

namespace KafkaRestore.Engine.OffsetMaps.Translation;

/// <summary>Where a group goes on in one target partition.</summary>
public sealed record TargetPosition
{
    /// <summary>The target partition.</summary>
    public required PartitionName Target { get; init; }

    /// <summary>The target offset.</summary>
    public required long Offset { get; init; }

    /// <summary>How much it can be relied on.</summary>
    public required TranslationLabel Label { get; init; }

    /// <summary>Whether it is one behind the last restored record: nothing that was asked for is left unread.</summary>
    public required bool IsEnd { get; init; }

    /// <summary>Records at or behind it that have been read already, at most.</summary>
    public long ReadAgain { get; init; }

    /// <summary>What was asked, with the source offset of the first surviving record at or after it.</summary>
    public required IReadOnlyList<FoundPosition> From { get; init; }

    /// <summary>Sources that also feed the target partition and were not asked about.</summary>
    public IReadOnlyList<PartitionName> NotAsked { get; init; } = [];
}

/// <summary>A position that was asked for and what the map has there.</summary>
/// <param name="Position">What was asked.</param>
/// <param name="RecordOffset">Source offset of the first surviving record at or after it; null when there is none, or when it is not known.</param>
public readonly record struct FoundPosition(SourcePosition Position, long? RecordOffset);

/// <summary>A position that has no answer.</summary>
/// <param name="Position">What was asked.</param>
/// <param name="Reason">Why, for a person.</param>
public readonly record struct UnknownPosition(SourcePosition Position, string Reason);

/// <summary>How much a translated offset can be relied on.</summary>
public enum TranslationLabel
{
    /// <summary>The target partition has one source: the offset is that of the first surviving record at or after the source offset, or the end.</summary>
    Exact,

    /// <summary>Several sources feed the target partition: nothing unread of what was asked lies before the offset; what lies behind it may have been read.</summary>
    Bounded,

    /// <summary>Only the ends of the map are known: nothing unread lies before the offset, and much may be read again.</summary>
    Approximate,
}
