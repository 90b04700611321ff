namespace KafkaRestore.Engine.Verification.Comparison;

/// <summary>The first place in which a target partition is not as the archive.</summary>
public sealed record Difference
{
    /// <summary>What is different.</summary>
    public required DifferenceKind Kind { get; init; }

    /// <summary>How many records equal each other before it; null where none were compared (level counts).</summary>
    public required long? Position { get; init; }

    /// <summary>How many records are missing or too many here, as far as that is known; null for other kinds.</summary>
    public long? Records { get; init; }

    /// <summary>Which of the lane's sources the archive's record comes from; null when it has none here.</summary>
    public int? Source { get; init; }

    /// <summary>Source offset of the archive's record; null when it has none here.</summary>
    public long? SourceOffset { get; init; }

    /// <summary>Target offset of the target's record; null when it has none here.</summary>
    public long? TargetOffset { get; init; }
}

/// <summary>What is different.</summary>
public enum DifferenceKind
{
    /// <summary>The record has another key.</summary>
    Key,

    /// <summary>The record has another value.</summary>
    Value,

    /// <summary>The record has other headers, or the same in another order.</summary>
    Headers,

    /// <summary>The record has another timestamp.</summary>
    Timestamp,

    /// <summary>The archive has records that the target has not.</summary>
    MissingInTarget,

    /// <summary>The target has records that the archive has not.</summary>
    ExtraInTarget,

    /// <summary>The records are there in another order.</summary>
    Order,
}
