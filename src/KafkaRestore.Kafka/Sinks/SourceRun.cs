namespace KafkaRestore.Kafka.Sinks;

/// <summary>Consecutive source offsets.</summary>
/// <param name="First">The first of them.</param>
/// <param name="Count">How many, at least 1.</param>
public readonly record struct SourceRun(long First, int Count)
{
    /// <summary>The last of them.</summary>
    public long Last => First + Count - 1;
}
