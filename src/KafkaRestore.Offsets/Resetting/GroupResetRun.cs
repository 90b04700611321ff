using KafkaRestore.Kafka.Groups;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Offsets.Resetting;

/// <summary>One reset under way.</summary>
internal sealed class GroupResetRun(IConsumerGroups groups, GroupResetOptions options, TimeProvider time, Action<GroupResetProgress> progress, IReadOnlyList<GroupOffsets> wanted)
{
    private readonly long _begun = time.GetTimestamp();
    private readonly Dictionary<string, GroupOutcome> _outcomes = new(StringComparer.Ordinal);
    private readonly Lock _telling = new();
    private IReadOnlyList<GroupOffsets> _ready = [];
    private GroupResetTimes _times = new(default, default, default, default, default, default);
    private string? _snapshot;
    private int _done;

    /// <summary>Finds the groups that can be reset, reads what they have committed and saves it.</summary>
    public async Task PrepareAsync(Func<IReadOnlyList<GroupOffsets>, CancellationToken, Task<string?>>? save, CancellationToken cancellationToken)
    {
        var idle = new ResettableGroups(groups, wanted, time);
        await idle.FindAsync(options.WaitForEmpty, progress, cancellationToken).ConfigureAwait(false);
        foreach (var (group, refused) in idle.Refused)
        {
            _outcomes.Add(group, refused);
        }

        _times = _times with { Describe = idle.Describing, Wait = idle.Waiting };
        var before = await ReadAsync(cancellationToken).ConfigureAwait(false);
        if (save is not null && before.Count > 0)
        {
            Tell(GroupResetStep.Saving, 0, before.Count);
            var begun = time.GetTimestamp();
            _snapshot = await save(before, cancellationToken).ConfigureAwait(false);
            _times = _times with { Snapshot = time.GetElapsedTime(begun) };
        }

        _ready = [.. wanted.Where(group => !_outcomes.ContainsKey(group.Group))];
    }

    /// <summary>Commits what can be committed, reads it back and compares.</summary>
    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        if (_ready.Count == 0)
        {
            return;
        }

        Tell(GroupResetStep.Committing, 0, _ready.Count);
        var begun = time.GetTimestamp();
        var changes = await groups.CommitAsync(_ready, options.MostAtOnce, options.DeadlinePerGroup, cancellationToken, _ => Count()).ConfigureAwait(false);
        _times = _times with { Commit = time.GetElapsedTime(begun) };
        List<(GroupOffsets Wanted, GroupChange Change)> tried = [.. _ready.Zip(changes).Where(static pair => !IsNotBegun(pair.Second))];
        if (tried.Count > 0)
        {
            Tell(GroupResetStep.ReadingBack, 0, tried.Count);
            begun = time.GetTimestamp();
            await ReadBackAsync(tried).ConfigureAwait(false);
            _times = _times with { ReadBack = time.GetElapsedTime(begun) };
        }
    }

    /// <summary>What became of it all; what has no outcome by now was not begun.</summary>
    public GroupResetReport Report(bool isStopped)
    {
        GroupOutcome[] outcomes = [.. wanted.Select(group => _outcomes.GetValueOrDefault(group.Group) ?? NotBegun(group))];
        var reset = outcomes.Count(static outcome => outcome.State == GroupOutcomeState.Reset);
        var tried = outcomes.Where(static outcome => outcome.State != GroupOutcomeState.Skipped);
        return new GroupResetReport
        {
            Status = reset == outcomes.Length ? GroupResetStatus.Success : reset > 0 ? GroupResetStatus.PartialSuccess : GroupResetStatus.Failed,
            Stopped = isStopped,
            SnapshotId = _snapshot,
            GroupOutcomes = outcomes,
            Duration = time.GetElapsedTime(_begun),
            Times = _times,
            Performance = GroupResetPerformance.Of(tried, outcomes.Sum(static outcome => outcome.PartitionsReset), _times.Commit, options.MostAtOnce),
        };
    }

    private async Task<IReadOnlyList<GroupOffsets>> ReadAsync(CancellationToken cancellationToken)
    {
        string[] names = [.. wanted.Where(group => !_outcomes.ContainsKey(group.Group)).Select(static group => group.Group)];
        Tell(GroupResetStep.Reading, 0, names.Length);
        var begun = time.GetTimestamp();
        var sizes = wanted.ToDictionary(static group => group.Group, static group => group.Offsets.Count, StringComparer.Ordinal);
        var before = new List<GroupOffsets>(names.Length);
        foreach (var found in await groups.FetchAsync(names, cancellationToken).ConfigureAwait(false))
        {
            var group = found.Offsets.Group;
            if (found.IsWhole)
            {
                before.Add(found.Offsets);
                continue;
            }

            var (where, failure) = found.Error is { } error ? ("", error) : found.PartitionErrors.Select(static pair => ($"{pair.Key}: ", pair.Value)).First();
            _outcomes.Add(group, GroupReset.Skipped(group, sizes[group], new GroupProblem(failure.Name, $"what it has committed cannot be read, so it was not touched: {where}{failure.Reason}")));
        }

        _times = _times with { Read = time.GetElapsedTime(begun) };
        return before;
    }

    // Not cancelled: what was begun is settled.
    private async Task ReadBackAsync(List<(GroupOffsets Wanted, GroupChange Change)> tried)
    {
        try
        {
            var found = await groups.FetchAsync([.. tried.Select(static pair => pair.Wanted.Group)], CancellationToken.None).ConfigureAwait(false);
            foreach (var ((offsets, change), stands) in tried.Zip(found))
            {
                _outcomes.Add(offsets.Group, ReadBack.Judge(offsets, change, stands));
            }
        }
        catch (RestoreException unread)
        {
            foreach (var (offsets, change) in tried)
            {
                _outcomes.Add(offsets.Group, ReadBack.NotReadBack(offsets, change, unread.Message));
            }
        }
    }

    private void Count()
    {
        lock (_telling)
        {
            Tell(GroupResetStep.Committing, ++_done, _ready.Count);
        }
    }

    private void Tell(GroupResetStep step, int done, int total) => progress(new GroupResetProgress(step, done, total, []));

    private static bool IsNotBegun(GroupChange change) => change.Failures.Values.Any(static failure => failure == GroupFailure.NotBegun);

    private static GroupOutcome NotBegun(GroupOffsets group) =>
        GroupReset.Skipped(group.Group, group.Offsets.Count, new GroupProblem(GroupFailure.NotBegun.Name, GroupFailure.NotBegun.Reason));
}
