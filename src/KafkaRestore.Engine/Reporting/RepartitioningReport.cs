namespace KafkaRestore.Engine.Reporting;

/// <summary>How the records of a topic are spread.</summary>
/// <param name="Strategy"><c>murmur2</c> or <c>automatic</c>.</param>
/// <param name="SourcePartitions">From how many partitions.</param>
/// <param name="TargetPartitions">Over how many partitions.</param>
public sealed record RepartitioningReport(string Strategy, int SourcePartitions, int TargetPartitions);
