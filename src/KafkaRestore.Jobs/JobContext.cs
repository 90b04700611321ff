namespace KafkaRestore.Jobs;

/// <summary>What the course of a job works with besides its configuration.</summary>
/// <param name="Log">Where everything is said that is no result.</param>
/// <param name="Time">The clock.</param>
internal record JobContext(ConsoleLog Log, TimeProvider Time)
{
    /// <summary>What measures a restore; null: nobody does.</summary>
    public RunMetrics? Metrics { get; init; }
}
