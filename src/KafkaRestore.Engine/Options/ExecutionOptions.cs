namespace KafkaRestore.Engine.Options;

/// <summary>How fast and with how much memory; changes nothing of what a restore means.</summary>
public sealed record ExecutionOptions
{
    /// <summary>Lanes that run at once (<c>max_concurrent_partitions</c>); 1 or more.</summary>
    public int MaxConcurrentLanes { get; init; } = 4;

    /// <summary>The byte budget of all lanes together (<c>memory_budget</c>).</summary>
    public long MemoryBudgetBytes { get; init; } = 256 << 20;

    /// <summary>Most records a second over all lanes; null is no limit.</summary>
    public long? RecordsPerSecond { get; init; }

    /// <summary>Most uncompressed bytes a second over all lanes; null is no limit.</summary>
    public long? BytesPerSecond { get; init; }

    /// <summary>How long between two checkpoints of a lane (<c>checkpoint_interval_secs</c>); above zero.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Topic patterns whose lanes start first, in this order; the rest follow, the largest first.</summary>
    public IReadOnlyList<string> Priority { get; init; } = [];

    /// <summary>The directory below which the time index of the archive is kept, for jobs with a time window; null keeps none.</summary>
    public string? TimeIndexDirectory { get; init; }

    /// <summary>Where segments too large for the budget are spooled; null is the system's temporary directory.</summary>
    public string? SpoolDirectory { get; init; }
}
