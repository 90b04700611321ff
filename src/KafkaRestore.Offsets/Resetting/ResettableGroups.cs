using KafkaRestore.Kafka.Groups;
using KafkaRestore.Offsets.Members;

namespace KafkaRestore.Offsets.Resetting;

/// <summary>Finds the groups that can be reset: those that nobody reads in. The others are waited for, if that is wanted.</summary>
internal sealed class ResettableGroups(IConsumerGroups groups, IReadOnlyList<GroupOffsets> wanted, TimeProvider time)
{
    private readonly Dictionary<string, int> _sizes = wanted.ToDictionary(static group => group.Group, static group => group.Offsets.Count, StringComparer.Ordinal);

    /// <summary>Why groups cannot be reset, by name; the others can.</summary>
    public Dictionary<string, GroupOutcome> Refused { get; } = new(StringComparer.Ordinal);

    /// <summary>How long it took without the waiting.</summary>
    public TimeSpan Describing { get; private set; }

    /// <summary>How long groups with members were waited for.</summary>
    public TimeSpan Waiting { get; private set; }

    /// <summary>Looks at the groups, and waits.</summary>
    public async Task FindAsync(TimeSpan? wait, Action<GroupResetProgress> progress, CancellationToken cancellationToken)
    {
        progress(new GroupResetProgress(GroupResetStep.Describing, 0, wanted.Count, []));
        var begun = time.GetTimestamp();
        TimeSpan? looked = null;
        var busy = await IdleGroups.WaitAsync(groups, _sizes.Keys, wait ?? TimeSpan.Zero, time, Fit, waiting =>
        {
            looked ??= time.GetElapsedTime(begun);
            progress(new GroupResetProgress(GroupResetStep.Waiting, wanted.Count - waiting.Count, wanted.Count, waiting));
        }, cancellationToken).ConfigureAwait(false);
        Describing = looked ?? time.GetElapsedTime(begun);
        Waiting = looked is null ? TimeSpan.Zero : time.GetElapsedTime(begun) - Describing;
        foreach (var group in busy)
        {
            var waited = wait is { } so ? $"still, after {so.TotalSeconds:0.#} s, " : "";
            Refuse(group, "GROUP_ACTIVE", $"the group {waited}has members: {GroupMembers.Names(group)}; stop them, or wait for them with --wait-for-empty");
        }
    }

    private List<GroupDescription> Fit(IReadOnlyList<GroupDescription> described)
    {
        var fit = new List<GroupDescription>(described.Count);
        foreach (var group in described)
        {
            if (group.Error is { } error)
            {
                Refuse(group, error.Name, error.Reason);
            }
            else if (group.Kind == GroupKind.Share)
            {
                Refuse(group, "SHARE_GROUP", "a share group has no committed offsets that could be set");
            }
            else
            {
                fit.Add(group);
            }
        }

        return fit;
    }

    private void Refuse(GroupDescription group, string code, string why) =>
        Refused[group.Group] = GroupReset.Skipped(group.Group, _sizes[group.Group], new GroupProblem(code, why)) with { Members = group.Members };
}
