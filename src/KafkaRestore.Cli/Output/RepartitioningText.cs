using KafkaRestore.Engine.Reporting;

namespace KafkaRestore.Cli.Output;

/// <summary>Repartitioned topics in reports: one line for each source partition, whatever the number of targets.</summary>
internal static class RepartitioningText
{
    /// <summary>The target partition of a line that stands for all of them.</summary>
    public const int All = -1;

    private static readonly string[] s_worstFirst = ["failed", "stopped", "running", "waiting", "done"];

    /// <summary>What stands behind a topic's name: <c>, 3 partitions over 12 by murmur2</c>; nothing for other topics.</summary>
    public static string Of(RepartitioningReport? spread) =>
        spread is null ? "" : $", {Show.Count(spread.SourcePartitions, "partition")} over {Show.Count(spread.TargetPartitions)} by {spread.Strategy}";

    /// <summary>What all target partitions got of each source partition.</summary>
    public static IEnumerable<PartitionReport> BySource(IReadOnlyList<PartitionReport> partitions) =>
        partitions.GroupBy(partition => partition.SourcePartition).Select(group => group.First() with
        {
            TargetPartition = All,
            State = s_worstFirst.FirstOrDefault(state => group.Any(partition => partition.State == state)) ?? group.First().State,
            SegmentsProcessed = group.Sum(partition => partition.SegmentsProcessed),
            SegmentsPlanned = group.Sum(partition => partition.SegmentsPlanned),
            LeftOutBySlack = group.Sum(partition => partition.LeftOutBySlack),
            Records = group.Sum(partition => partition.Records),
            Bytes = group.Sum(partition => partition.Bytes),
            FirstOffset = group.Min(partition => partition.FirstOffset),
            LastOffset = group.Max(partition => partition.LastOffset),
            TargetFirstOffset = null,
            TargetLastOffset = null,
            FirstTimestamp = group.Min(partition => partition.FirstTimestamp),
            LastTimestamp = group.Max(partition => partition.LastTimestamp),
            SkippedByWindow = group.Sum(partition => partition.SkippedByWindow),
            Deduplicated = group.Sum(partition => partition.Deduplicated),
            ControlRecordsDropped = group.Sum(partition => partition.ControlRecordsDropped),
            OtherGenerationDropped = group.Sum(partition => partition.OtherGenerationDropped),
            Gaps = [.. group.SelectMany(partition => partition.Gaps)],
        });
}
