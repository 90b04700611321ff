using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Offsets.Plans;

/// <summary>Whether a plan that was made earlier, and perhaps edited, still fits its target; changes nothing.</summary>
/// <param name="target">The target.</param>
public sealed class PlanCheck(IConsumerGroups target)
{
    private const int MostNamed = 10;

    /// <summary>Refuses a plan for another cluster, offsets outside of the logs, partitions that do not exist, and groups that have moved.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="evenIfMoved">Whether groups may have committed other offsets since the plan was made.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="RestoreException">PLAN_CONFLICT: another cluster; OFFSET_OUT_OF_RANGE, TARGET_TOPIC_MISSING, GROUP_MOVED, GROUP_UNREADABLE, each with a list.</exception>
    public async Task RequireAsync(OffsetResetPlan plan, bool evenIfMoved, CancellationToken cancellationToken)
    {
        var cluster = await target.ConnectAsync(cancellationToken).ConfigureAwait(false);
        if (plan.TargetClusterId is { } planned && cluster.ClusterId is { } found && planned != found)
        {
            throw new RestoreException(ErrorCodes.PlanConflict, $"the plan is for the cluster {planned}, and this is {found}", hint: "Name the right brokers, or make a plan for this cluster.");
        }

        await RequireRangesAsync(plan, cancellationToken).ConfigureAwait(false);
        if (!evenIfMoved)
        {
            await RequireUnmovedAsync(plan, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task RequireRangesAsync(OffsetResetPlan plan, CancellationToken cancellationToken)
    {
        var offsets = plan.Groups.SelectMany(static group => group.Offsets, static (group, offset) => (group.Group, Offset: offset)).ToList();
        var ranges = await target.ReadRangesAsync([.. offsets.Select(static one => one.Offset.Target).Distinct()], cancellationToken).ConfigureAwait(false);
        var missing = offsets.Select(static one => one.Offset.Target).Distinct().Where(partition => !ranges.ContainsKey(partition)).ToList();
        if (missing.Count > 0)
        {
            throw new RestoreException(ErrorCodes.TargetTopicMissing, $"the target has no partition {List(missing.Select(static partition => partition.ToString()))}", hint: "Take them out of the plan, or create the topics.");
        }

        var outside = offsets.Where(one => one.Offset.Offset < ranges[one.Offset.Target].LogStart || one.Offset.Offset > ranges[one.Offset.Target].End).ToList();
        if (outside.Count > 0)
        {
            throw new RestoreException(ErrorCodes.OffsetOutOfRange, $"the log does not hold {List(outside.Select(one => $"{one.Group} {one.Offset.Target}: {one.Offset.Offset} ({Range(ranges[one.Offset.Target])})"))}");
        }
    }

    private async Task RequireUnmovedAsync(OffsetResetPlan plan, CancellationToken cancellationToken)
    {
        var moved = new List<string>();
        var known = plan.Groups.Where(static group => group.Offsets.Any(static offset => offset.CurrentOffset is not null)).ToDictionary(static group => group.Group);
        foreach (var fetched in await target.FetchAsync([.. known.Keys], cancellationToken).ConfigureAwait(false))
        {
            var group = fetched.Offsets.Group;
            if (!fetched.IsWhole)
            {
                throw new RestoreException(ErrorCodes.GroupUnreadable, $"what the group has committed cannot be read: {(fetched.Error ?? fetched.PartitionErrors.Values.First()).Reason}", group);
            }

            foreach (var offset in known[group].Offsets)
            {
                var now = fetched.Offsets.Offsets.TryGetValue(offset.Target, out var committed) ? committed.Offset : PlannedOffset.NoCommit;

                // One that stands where the plan leads was set by an earlier execution.
                if (offset.CurrentOffset is { } then && now != then && now != offset.Offset)
                {
                    moved.Add($"{group} {offset.Target}: {Text(then)} then, {Text(now)} now");
                }
            }
        }

        if (moved.Count > 0)
        {
            throw new RestoreException(ErrorCodes.GroupMoved, $"groups have moved since the plan was made: {List(moved)}");
        }
    }

    private static string Text(long offset) => offset == PlannedOffset.NoCommit ? "none" : $"{offset}";

    private static string Range(PartitionRange range) => $"it holds {range.LogStart} to {range.End}";

    private static string List(IEnumerable<string> all)
    {
        string[] each = [.. all];
        return string.Join(", ", each.Take(MostNamed)) + (each.Length > MostNamed ? $" and {each.Length - MostNamed} more" : "");
    }
}
