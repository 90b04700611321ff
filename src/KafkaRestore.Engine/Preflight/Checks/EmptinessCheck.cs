namespace KafkaRestore.Engine.Preflight.Checks;

/// <summary>Whether the partitions that get records hold none yet.</summary>
internal sealed class EmptinessCheck : IPreflightCheck
{
    /// <inheritdoc/>
    public async ValueTask<IEnumerable<Finding>> RunAsync(PreflightContext context, CancellationToken cancellationToken)
    {
        var target = await context.TargetAsync(cancellationToken).ConfigureAwait(false);
        var leaderless = target.Topics
            .SelectMany(static topic => topic.Probed?.Partitions.Where(static partition => !partition.HasLeader).Select(partition => (topic.Name, partition.Index)) ?? [])
            .ToHashSet();
        var partitions = context.Plan.Lanes.Select(static lane => lane.Target)
            .Where(lane => !context.Begun.Contains(lane) && !leaderless.Contains((lane.Topic, lane.Partition)))
            .Where(lane => target.Existing.TryGetValue(lane.Topic, out var topic) && lane.Partition < topic.Partitions)
            .ToList();
        if (partitions.Count == 0)
        {
            return [];
        }

        var ranges = await context.Cluster.ReadRangesAsync(partitions, cancellationToken).ConfigureAwait(false);
        var held = await context.Cluster.FindRecordsAsync(ranges, cancellationToken).ConfigureAwait(false);
        return held.OrderBy(static partition => partition.Topic, StringComparer.Ordinal).ThenBy(static partition => partition.Partition).Select(partition =>
        {
            var range = ranges[partition];
            var what = $"the partition holds {range.Offsets} offset(s) already, {range.LogStart} to {range.End - 1}";
            return context.Options.Preparation.AppendToExisting
                ? FindingKinds.NotEmpty.Warning(what + "; the restore appends behind them", partition.ToString(), "Make sure that this is meant: the records before cannot be told from restored ones by their offsets.")
                : FindingKinds.NotEmpty.Error(what, partition.ToString());
        });
    }
}
