using KafkaRestore.Kafka.Groups;
using KafkaRestore.Offsets.Members;

namespace KafkaRestore.Offsets.Resetting;

/// <summary>Finds the groups that can be reset: those that nobody reads in. The others are waited for, if that is wanted.</summary>
internal sealed class ResettableGroups(IConsumerGroups groups, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Why groups cannot be reset, by name; the others can.</summary>
    public Dictionary<string, GroupOutcome> Refused { get; } = new(StringComparer.Ordinal);

    /// <summary>How long it took without the waiting.</summary>
    public TimeSpan Describing { get; private set; }

    /// <summary>How long groups with members were waited for.</summary>
    public TimeSpan Waiting { get; private set; }

    /// <summary>Looks at the groups, and waits.</summary>
    public async Task FindAsync(IReadOnlyList<GroupOffsets> wanted, TimeSpan? wait, Action<GroupResetProgress> progress, CancellationToken cancellationToken)
    {
        var sizes = wanted.ToDictionary(static group => group.Group, static group => group.Offsets.Count, StringComparer.Ordinal);
        progress(new GroupResetProgress(GroupResetStep.Describing, 0, wanted.Count, []));
        var begun = time.GetTimestamp();
        var busy = await DescribeAsync([.. sizes.Keys], sizes, cancellationToken).ConfigureAwait(false);
        Describing = time.GetElapsedTime(begun);
        if (busy.Count > 0 && wait is { } longest)
        {
            begun = time.GetTimestamp();
            while (busy.Count > 0 && time.GetElapsedTime(begun) < longest)
            {
                progress(new GroupResetProgress(GroupResetStep.Waiting, wanted.Count - busy.Count, wanted.Count, busy));
                var left = longest - time.GetElapsedTime(begun);
                await Task.Delay(left < Pause ? left : Pause, time, cancellationToken).ConfigureAwait(false);
                busy = await DescribeAsync([.. busy.Select(static group => group.Group)], sizes, cancellationToken).ConfigureAwait(false);
            }

            Waiting = time.GetElapsedTime(begun);
        }

        foreach (var group in busy)
        {
            var waited = wait is { } so ? $"still, after {so.TotalSeconds:0.#} s, " : "";
            Refuse(group.Group, sizes, new GroupProblem("GROUP_ACTIVE", $"the group {waited}has members: {GroupMembers.Names(group)}; stop them, or wait for them with --wait-for-empty"), group.Members);
        }
    }

    private async Task<IReadOnlyList<GroupDescription>> DescribeAsync(IReadOnlyCollection<string> names, Dictionary<string, int> sizes, CancellationToken cancellationToken)
    {
        var busy = new List<GroupDescription>();
        foreach (var group in await groups.DescribeAsync(names, cancellationToken).ConfigureAwait(false))
        {
            if (group.Error is { } error)
            {
                Refuse(group.Group, sizes, new GroupProblem(error.Name, error.Reason), []);
            }
            else if (group.Kind == GroupKind.Share)
            {
                Refuse(group.Group, sizes, new GroupProblem("SHARE_GROUP", "a share group has no committed offsets that could be set"), []);
            }
            else if (!group.IsIdle)
            {
                busy.Add(group);
            }
        }

        return busy;
    }

    private void Refuse(string group, Dictionary<string, int> sizes, GroupProblem problem, IReadOnlyList<GroupMember> members) =>
        Refused[group] = GroupReset.Skipped(group, sizes[group], problem) with { Members = members };
}
