using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Preflight;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Offsets.Members;
using KafkaRestore.Offsets.Sources;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Offsets.Restoring;

/// <summary>What is to be known of groups before the first record is written; changes nothing.</summary>
/// <param name="options">What is asked for.</param>
/// <param name="plan">What is restored.</param>
internal sealed class GroupFindings(GroupRestoreOptions options, RestorePlan plan)
{
    private const int MostPartitions = 5;

    /// <summary>Looks at what the origin of the offsets has of the groups that are asked for.</summary>
    /// <param name="sources">Everything that the origin has.</param>
    /// <param name="findings">Takes what is found.</param>
    /// <returns>The groups that are to be reset.</returns>
    public SourceGroups Select(SourceGroups sources, List<Finding> findings)
    {
        findings.AddRange(sources.Warnings.Select(warning => new Finding(Severity.Warning, FindingKinds.GroupOffsets, warning, sources.Where)));
        var selection = options.Selection;
        var selected = selection.From(sources.Groups, static group => group.Group);
        foreach (var missing in selected.Unmatched.Where(pattern => pattern != "*"))
        {
            findings.Add(new Finding(Severity.Error, FindingKinds.GroupMissing, $"there is no group {missing} in {sources.Where}, so it cannot be reset", Code: ErrorCodes.GroupNotFound));
        }

        foreach (var group in selected.Groups.Where(static group => group.Offsets.Count == 0))
        {
            // One that is named is expected to be reset; one that a pattern means is none of those.
            var what = $"the group {group.Group} has committed nothing in {sources.Where}";
            findings.Add(selection.Names.Contains(group.Group, StringComparer.Ordinal)
                ? new Finding(Severity.Error, FindingKinds.GroupNothing, $"{what}, so there is nothing to reset", Code: ErrorCodes.NothingSelected, Hint: "Take it out of restore.consumer_groups.")
                : new Finding(Severity.Warning, FindingKinds.GroupNothing, $"{what}, and is left out"));
        }

        selected = selected with { Groups = [.. selected.Groups.Where(static group => group.Offsets.Count > 0)] };
        if (selected.Groups.Count == 0 && findings.TrueForAll(static finding => finding.Severity != Severity.Error))
        {
            findings.Add(new Finding(Severity.Error, FindingKinds.GroupMissing, $"{sources.Where} holds no consumer group that has committed anything, so there is nothing to reset", Code: ErrorCodes.GroupNotFound));
        }

        var restored = plan.Lanes.SelectMany(static lane => lane.Sources).Select(static source => new PartitionName(source.Topic, source.Partition)).ToHashSet();
        var topics = plan.Topics.SelectMany(static topic => topic.Sources).ToHashSet(StringComparer.Ordinal);
        foreach (var group in selected.Groups)
        {
            var lost = group.Offsets.Where(commit => !restored.Contains(commit.Partition) && !topics.Contains(commit.Partition.Topic)).Select(static commit => commit.Partition).ToList();
            if (lost.Count == group.Offsets.Count)
            {
                findings.Add(new Finding(Severity.Error, FindingKinds.GroupNothing, $"nothing that the group {group.Group} reads is restored: {Named(lost)}", Code: ErrorCodes.NothingSelected,
                    Hint: "Take it out of restore.consumer_groups, or restore its topics."));
            }
            else if (lost.Count > 0)
            {
                findings.Add(new Finding(Severity.Warning, FindingKinds.GroupNothing, $"part of what the group {group.Group} reads is not restored, and keeps the offsets that it has at the target: {Named(lost)}"));
            }
        }

        return sources with { Groups = selected.Groups };
    }

    /// <summary>Looks at the groups at the target.</summary>
    public async Task LookAsync(SourceGroups sources, IConsumerGroups target, List<Finding> findings, CancellationToken cancellationToken)
    {
        if (!options.Commits || sources.Groups.Count == 0)
        {
            return;
        }

        foreach (var group in await target.DescribeAsync([.. sources.Groups.Select(static group => group.Group)], cancellationToken).ConfigureAwait(false))
        {
            if (group.Error is { } error)
            {
                findings.Add(new Finding(Severity.Error, FindingKinds.GroupUnreadable, $"the group {group.Group} cannot be described: {error.Reason}", Code: ErrorCodes.GroupUnreadable));
            }
            else if (group.MayCommit == false)
            {
                findings.Add(new Finding(Severity.Error, FindingKinds.GroupUnreadable, $"no right READ on group '{group.Group}', so its offsets cannot be committed", Code: ErrorCodes.TargetDenied, Hint: "Grant READ on the group."));
            }
            else if (group.Kind == GroupKind.Share)
            {
                findings.Add(new Finding(Severity.Error, FindingKinds.GroupUnreadable, $"{group.Group} is a share group at the target, and has no offsets that can be set", Code: ErrorCodes.GroupUnreadable));
            }
            else if (!group.IsIdle)
            {
                var what = $"the group {group.Group} has {group.Members.Count} member(s) at the target: {GroupMembers.Names(group)}";
                findings.Add(options.WaitForEmpty > TimeSpan.Zero
                    ? new Finding(Severity.Warning, FindingKinds.GroupActive, what, Hint: $"It is waited for when its turn comes, for {options.WaitForEmpty}; until they leave, they read what is being restored.")
                    : new Finding(Severity.Error, FindingKinds.GroupActive, what, Code: ErrorCodes.GroupActive, Hint: "Stop them, or set restore.wait_for_empty_groups."));
            }
        }

        if (findings.TrueForAll(static finding => finding.Severity != Severity.Error))
        {
            findings.Add(new Finding(Severity.Info, FindingKinds.GroupReset,
                $"{sources.Groups.Count} consumer group(s) with {sources.Groups.Sum(static group => group.Offsets.Count)} offset(s) will be reset {(options.When == ResetTime.AllDone ? "when everything is restored" : "each when everything that it reads is restored")}, from {sources.Where}"));
        }
    }

    private static string Named(List<PartitionName> partitions) =>
        string.Join(", ", partitions.Take(MostPartitions)) + (partitions.Count > MostPartitions ? $" and {partitions.Count - MostPartitions} more" : "");
}
