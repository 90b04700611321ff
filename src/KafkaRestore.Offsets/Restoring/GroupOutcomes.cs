using KafkaRestore.Engine.OffsetMaps.Translation;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Reporting;
using KafkaRestore.Offsets.Plans;

namespace KafkaRestore.Offsets.Restoring;

/// <summary>What became of each group so far. Not thread-safe.</summary>
internal sealed class GroupOutcomes
{
    private readonly SortedDictionary<string, ConsumerGroupReport> _reports = new(StringComparer.Ordinal);

    /// <summary>All plans as one; null when none was made.</summary>
    public OffsetResetPlan? Plan { get; private set; }

    /// <summary>By name.</summary>
    public IReadOnlyList<ConsumerGroupReport> Reports => [.. _reports.Values];

    /// <summary>Whether a group has gone on by itself.</summary>
    public bool IsMoved(string group) => _reports.GetValueOrDefault(group)?.State == ConsumerGroupState.Moved;

    /// <summary>Whether the last try to reset a group failed.</summary>
    public bool IsFailed(string group) => _reports.GetValueOrDefault(group)?.State == ConsumerGroupState.Failed;

    /// <summary>Something that it reads is not restored.</summary>
    public void Waits(string group, string why) => _reports[group] = new ConsumerGroupReport { Group = group, State = ConsumerGroupState.Waiting, Errors = [why] };

    /// <summary>An earlier run has reset it.</summary>
    public void ResetBefore(JournaledGroup group) => _reports[group.Group] = new ConsumerGroupReport { Group = group.Group, State = ConsumerGroupState.ResetBefore, Offsets = group.Offsets.Count };

    /// <summary>Groups were planned.</summary>
    /// <param name="reset">Their plan.</param>
    /// <param name="restore">What is restored: a commit of another topic has no place by intent.</param>
    public void Planned(OffsetResetPlan reset, RestorePlan restore)
    {
        Plan = Plan is null ? reset : reset with { Groups = [.. reset.Groups.UnionBy(Plan.Groups, static group => group.Group).OrderBy(static group => group.Group, StringComparer.Ordinal)] };
        var topics = restore.Topics.SelectMany(static topic => topic.Sources).ToHashSet(StringComparer.Ordinal);
        foreach (var group in reset.Groups)
        {
            var lost = group.Missing.Where(missing => topics.Contains(missing.Commit.Partition.Topic)).ToList();
            _reports[group.Group] = new ConsumerGroupReport
            {
                Group = group.Group,
                State = group.Offsets.Count == 0 ? ConsumerGroupState.Failed : ConsumerGroupState.Planned,
                Offsets = group.Offsets.Count,
                Exact = group.Offsets.Count(static offset => offset.Label == TranslationLabel.Exact),
                Bounded = group.Offsets.Count(static offset => offset.Label == TranslationLabel.Bounded),
                Approximate = group.Offsets.Count(static offset => offset.Label == TranslationLabel.Approximate),
                ReadAgain = group.Offsets.Sum(static offset => offset.ReadAgain ?? 0),
                Clamped = [.. group.Offsets.Where(static offset => offset.ClampedFrom is not null).Select(static offset => $"{offset.Target}: {offset.Offset} instead of {offset.ClampedFrom}")],
                Missing = [.. group.Missing.Select(static missing => $"{missing.Commit.Partition}: {missing.Reason}")],
                Errors = group.Offsets.Count == 0 ? ["nothing that it has read has a place at the target"]
                    : lost.Count > 0 ? [$"{lost.Count} of its commits have no place at the target"]
                    : [],
            };
        }
    }

    /// <summary>A group has gone on by itself since an earlier run began to reset it.</summary>
    public void Moved(string group, JournaledOffset where, GroupPlan plan)
    {
        var now = plan.Offsets.First(offset => offset.Target == where.Target).CurrentOffset;
        _reports[group] = _reports[group] with
        {
            State = ConsumerGroupState.Moved,
            Errors = [$"an earlier run had begun to reset it, and it has committed by itself since ({where.Target}: {now}, neither {where.Before} nor {where.Offset}); it was left alone"],
        };
    }

    /// <summary>Groups were committed, others not.</summary>
    public void Committed(IEnumerable<GroupPlan> done, IReadOnlyDictionary<string, IReadOnlyList<string>> failures)
    {
        foreach (var group in done)
        {
            var report = _reports[group.Group];
            _reports[group.Group] = report with { State = report.Errors.Count == 0 ? ConsumerGroupState.Reset : ConsumerGroupState.ResetInPart };
        }

        foreach (var (group, errors) in failures)
        {
            _reports[group] = _reports[group] with { State = ConsumerGroupState.Failed, Errors = [.. _reports[group].Errors, .. errors] };
        }
    }

    /// <summary>Groups could not be reset.</summary>
    public void Fail(IEnumerable<string> groups, string why)
    {
        foreach (var group in groups.Where(group => _reports.GetValueOrDefault(group) is null or { State: ConsumerGroupState.Planned or ConsumerGroupState.Failed }))
        {
            _reports[group] = (_reports.GetValueOrDefault(group) ?? new ConsumerGroupReport { Group = group, State = ConsumerGroupState.Failed }) with { State = ConsumerGroupState.Failed, Errors = [why] };
        }
    }
}
