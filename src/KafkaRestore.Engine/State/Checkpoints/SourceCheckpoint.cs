namespace KafkaRestore.Engine.State.Checkpoints;

/// <summary>What a lane has done with one of its sources, over all runs of the job.</summary>
public sealed record SourceCheckpoint
{
    /// <summary>Source topic.</summary>
    public required string Topic { get; init; }

    /// <summary>Source partition.</summary>
    public required int Partition { get; init; }

    /// <summary>Records acknowledged by the target.</summary>
    public long Records { get; init; }

    /// <summary>Their uncompressed bytes.</summary>
    public long Bytes { get; init; }

    /// <summary>Source offset of the first of them; null when there is none, as for the five that follow.</summary>
    public long? FirstSourceOffset { get; init; }

    /// <summary>Source offset of the last.</summary>
    public long? LastSourceOffset { get; init; }

    /// <summary>Target offset of the first.</summary>
    public long? FirstTargetOffset { get; init; }

    /// <summary>Target offset of the last.</summary>
    public long? LastTargetOffset { get; init; }

    /// <summary>Timestamp of the first, epoch milliseconds.</summary>
    public long? FirstTimestamp { get; init; }

    /// <summary>Timestamp of the last, epoch milliseconds.</summary>
    public long? LastTimestamp { get; init; }

    /// <summary>Records outside the time window.</summary>
    public long SkippedByWindow { get; init; }

    /// <summary>Second copies of a record from overlapping segments.</summary>
    public long Duplicates { get; init; }

    /// <summary>Records left out because they have a transaction marker's form.</summary>
    public long Control { get; init; }

    /// <summary>Records left out because the other generation of the topic was chosen.</summary>
    public long OtherGeneration { get; init; }

    /// <summary>Records left out because the target or the sink cannot take them.</summary>
    public long SkippedUnwritable { get; init; }

    /// <summary>Records lost with damaged segments that were left out.</summary>
    public long Damaged { get; init; }

    /// <summary>Chunks of the offset map that are finished and stored elsewhere.</summary>
    public int MapChunks { get; init; }

    /// <summary>The unfinished chunk of the offset map, at most <see cref="MostMapTailBytes"/> bytes; only kept here.</summary>
    public ReadOnlyMemory<byte> MapTail { get; init; }

    /// <summary>Most bytes of an unfinished chunk.</summary>
    public const int MostMapTailBytes = 1 << 20;

    internal string? FindProblem() =>
        Topic.Length == 0 ? "a source has no topic"
        : Partition < 0 ? "a source partition is negative"
        : Records < 0 || Bytes < 0 || SkippedByWindow < 0 || Duplicates < 0 || Control < 0 || OtherGeneration < 0 || SkippedUnwritable < 0 || Damaged < 0 || MapChunks < 0
            ? $"a counter of {Topic}/{Partition} is negative"
        : Records > 0 && (FirstSourceOffset is null || LastSourceOffset is null || FirstTargetOffset is null || LastTargetOffset is null)
            ? $"{Topic}/{Partition} has records and no offsets"
        : MapTail.Length > MostMapTailBytes ? $"the map tail of {Topic}/{Partition} has {MapTail.Length} bytes, more than {MostMapTailBytes}"
        : null;
}
