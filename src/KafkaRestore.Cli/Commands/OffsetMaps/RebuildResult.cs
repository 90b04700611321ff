using KafkaRestore.Engine.OffsetMaps.Rebuilding;

namespace KafkaRestore.Cli.Commands.OffsetMaps;

/// <summary>The result of <c>offset-map rebuild</c>.</summary>
/// <param name="Complete">Whether every partition was read to its end and every record up to the last mapped one is in the map.</param>
/// <param name="Report">The file; null when no record could be mapped, and then nothing was written.</param>
/// <param name="Partitions">Each target partition.</param>
internal sealed record RebuildResult(bool Complete, OutputFile? Report, IReadOnlyList<RebuildRow> Partitions)
{
    public static RebuildResult Of(MapRebuild rebuild, OutputFile? report)
    {
        var rows = rebuild.Lanes
            .OrderBy(lane => lane.Lane.Target.Topic, StringComparer.Ordinal).ThenBy(lane => lane.Lane.Target.Partition)
            .Select(RebuildRow.Of).ToList();
        return new RebuildResult(rows.TrueForAll(row => row.Complete), report, rows);
    }
}

/// <summary>One target partition.</summary>
/// <param name="TargetTopic">Target topic.</param>
/// <param name="TargetPartition">Target partition.</param>
/// <param name="Complete">Whether every record up to the last mapped one is in the map.</param>
/// <param name="Records">Records read.</param>
/// <param name="Mapped">Records in the map.</param>
/// <param name="WithoutHeaders">Records without a source offset in their headers.</param>
/// <param name="WithoutSource">Records whose headers do not tell which source they came from.</param>
/// <param name="Repeated">Second copies.</param>
/// <param name="Newer">Records without headers behind the last mapped one: written since.</param>
/// <param name="Error">Why it could not be read to its end; null otherwise.</param>
internal sealed record RebuildRow(
    string TargetTopic, int TargetPartition, bool Complete, long Records, long Mapped, Stray WithoutHeaders, Stray WithoutSource, Stray Repeated, Stray Newer, string? Error)
{
    public static RebuildRow Of(LaneRebuild lane)
    {
        var target = lane.Lane.Target;
        return lane.Findings is { } found
            ? new RebuildRow(target.Topic, target.Partition, found.IsComplete, found.Records, found.Mapped, found.WithoutHeaders, found.WithoutSource, found.Repeated, found.Newer, null)
            : new RebuildRow(target.Topic, target.Partition, false, lane.Read, 0, default, default, default, default, lane.Failure?.Describe());
    }
}
