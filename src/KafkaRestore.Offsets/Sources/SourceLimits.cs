namespace KafkaRestore.Offsets.Sources;

/// <summary>What is more than any honest file of group offsets holds; a file beyond it is refused before memory is taken for it.</summary>
public sealed record SourceLimits
{
    /// <summary>The limits when nothing else is said.</summary>
    public static SourceLimits Default { get; } = new();

    /// <summary>Groups of one source; at least 1.</summary>
    public int Groups { get; init; } = 1_000_000;

    /// <summary>Committed offsets of one source; at least 1. Each takes about a hundred bytes of memory.</summary>
    public int Commits { get; init; } = 5_000_000;

    /// <summary>Bytes of one name, number or piece of metadata, or characters of one line; at least 1 KiB.</summary>
    public int TokenBytes { get; init; } = 1 << 20;

    /// <summary>Warnings that are kept; the others are counted.</summary>
    public int Warnings { get; init; } = 100;
}
