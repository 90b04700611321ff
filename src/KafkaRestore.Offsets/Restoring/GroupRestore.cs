using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Preflight;
using KafkaRestore.Engine.Reporting;
using KafkaRestore.Engine.Running;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Offsets.Plans;
using KafkaRestore.Offsets.Sources;
using KafkaRestore.Offsets.Translation;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Offsets.Restoring;

/// <summary>
/// The consumer groups of one restore: looked at before the first record, reset as soon as what they read is restored. A run that goes on with the job does the rest, and sets no group a second
/// time.
/// </summary>
/// <param name="options">What is asked for.</param>
/// <param name="bootstrapServers">Brokers of the target.</param>
/// <param name="target">The groups of the target; stays the caller's to dispose.</param>
/// <param name="readSources">Reads the groups' source offsets.</param>
/// <param name="openTranslation">Opens the translation, for groups of which everything that they read is restored.</param>
/// <param name="commits">Commits.</param>
/// <param name="openJournal">Opens the journal of what is done to groups; null for a dry run.</param>
/// <param name="time">The clock.</param>
public sealed class GroupRestore(
    GroupRestoreOptions options,
    IReadOnlyList<string> bootstrapServers,
    IConsumerGroups target,
    Func<CancellationToken, Task<SourceGroups>> readSources,
    Func<RestorePlan, CancellationToken, Task<TranslationLease>> openTranslation,
    IGroupCommits commits,
    Func<GroupJournal>? openJournal,
    TimeProvider time)
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    // Reading the maps of a job takes the longer the more lanes it has: the run must not feel it.
    private const int RestFactor = 10;

    private readonly GroupOutcomes _outcomes = new();
    private SourceGroups? _sources;
    private GroupJournal? _journal;

    /// <summary>Hears of groups as they are done, in words.</summary>
    public Action<string> Say { get; init; } = static _ => { };

    /// <summary>Writes the plan and a script that carries it out, and gives their paths; null: nobody asks for them.</summary>
    public Func<OffsetResetPlan, Task<(string Plan, string Script)>>? WritePlan { get; init; }

    /// <summary>Looks at the groups, and adds what is found to a preflight. Groups that an earlier run of the job has reset are left alone: their applications may be reading again.</summary>
    /// <param name="preflight">The preflight.</param>
    /// <param name="plan">What is restored.</param>
    /// <param name="cancellationToken">Ends the looking.</param>
    public async Task<PreflightResult> ExtendAsync(PreflightResult preflight, RestorePlan plan, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        try
        {
            _journal = openJournal?.Invoke();
            var look = new GroupFindings(options, plan);
            _sources = look.Select(await readSources(cancellationToken).ConfigureAwait(false), findings);
            if (preflight.Cluster is not null && _sources.Groups.Count > 0)
            {
                await look.LookAsync(_sources with { Groups = [.. _sources.Groups.Where(group => _journal?[group.Group] is not { IsReset: true })] }, target, findings, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (RestoreException failure)
        {
            findings.Add(new Finding(Severity.Error, FindingKinds.GroupOffsets, failure.Message, failure.Where, failure.Hint, failure.Code));
        }

        return preflight with { Findings = [.. preflight.Findings.Concat(findings).OrderByDescending(static finding => finding.Severity)] };
    }

    /// <summary>Resets groups beside a run, each as soon as it may be, and the last ones when it has ended.</summary>
    /// <param name="run">Ends with the run, and says how it ended.</param>
    /// <param name="plan">Its plan.</param>
    /// <param name="progress">Its progress.</param>
    /// <param name="stop">Begins no further group.</param>
    public async Task<ConsumerGroupsReport> FollowAsync(Task<RestoreStatus> run, RestorePlan plan, RestoreProgress progress, CancellationToken stop)
    {
        var ready = new ReadyGroups(Sources.Groups, progress);
        var isEachAlone = options is { When: ResetTime.GroupDone, Strategy: GroupStrategy.Map };
        var taken = new List<SourceGroup>();
        while (isEachAlone && !run.IsCompleted && !stop.IsCancellationRequested)
        {
            var began = time.GetTimestamp();
            var next = ready.Take();
            taken.AddRange(next);
            await ResetAsync(next, plan, stop).ConfigureAwait(false);
            var rest = time.GetElapsedTime(began) * RestFactor;
            await Task.WhenAny(run, Task.Delay(rest > Period ? rest : Period, time, stop)).ConfigureAwait(false);
        }

        await Task.WhenAny(run).ConfigureAwait(false);
        if (!stop.IsCancellationRequested && run.IsCompletedSuccessfully && (isEachAlone || await run.ConfigureAwait(false) == RestoreStatus.Done))
        {
            // What failed under way may work now: a broker was away, or members have left.
            var again = taken.Where(group => _outcomes.IsFailed(group.Group));
            await ResetAsync([.. again, .. ready.Take()], plan, stop).ConfigureAwait(false);
        }

        foreach (var (group, lane) in ready.Left)
        {
            _outcomes.Waits(group.Group, lane is null ? "the restore has not ended well" : $"{lane.Lane.Target} is not restored");
        }

        return await ReportAsync(stop).ConfigureAwait(false);
    }

    /// <summary>Resets the groups of a restore that is finished.</summary>
    public async Task<ConsumerGroupsReport> FinishAsync(RestorePlan plan, CancellationToken stop)
    {
        await ResetAsync(Sources.Groups, plan, stop).ConfigureAwait(false);
        return await ReportAsync(stop).ConfigureAwait(false);
    }

    private SourceGroups Sources => _sources ?? throw new InvalidOperationException("nobody has looked at the groups");

    private async Task ResetAsync(IReadOnlyList<SourceGroup> groups, RestorePlan plan, CancellationToken stop)
    {
        if (groups.Count == 0)
        {
            return;
        }

        try
        {
            _journal ??= openJournal?.Invoke() ?? throw new InvalidOperationException("a dry run resets no group");
            foreach (var group in groups.Where(group => _journal[group.Group] is { IsReset: true }))
            {
                _outcomes.ResetBefore(_journal[group.Group]!);
            }

            var open = groups.Where(group => _journal[group.Group] is not { IsReset: true }).ToList();
            if (open.Count > 0)
            {
                await ResetOpenAsync(open, _journal, plan, stop).ConfigureAwait(false);
            }
        }
        catch (RestoreException failure)
        {
            _outcomes.Fail(groups.Select(static group => group.Group), failure.Describe());
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            _outcomes.Fail(groups.Select(static group => group.Group), "stopped before it was reset");
        }
    }

    private async Task ResetOpenAsync(IReadOnlyList<SourceGroup> groups, GroupJournal journal, RestorePlan plan, CancellationToken stop)
    {
        OffsetResetPlan reset;
        using (var lease = await openTranslation(plan, stop).ConfigureAwait(false))
        {
            reset = await new ResetPlanner(lease.Translation, target, time).PlanAsync(Sources with { Groups = groups }, plan.BackupId, bootstrapServers, stop).ConfigureAwait(false);
        }

        _outcomes.Planned(reset, plan);
        if (!options.Commits)
        {
            return;
        }

        foreach (var group in reset.Groups)
        {
            if (journal[group.Group]?.FindMoved(group) is { } moved)
            {
                _outcomes.Moved(group.Group, moved, group);
            }
        }

        var next = reset.Groups.Where(group => group.Offsets.Count > 0 && !_outcomes.IsMoved(group.Group)).ToList();
        if (next.Count > 0)
        {
            journal.Begin(next);
            var failures = await commits.CommitAsync((reset with { Groups = next }).ToCommit(), stop).ConfigureAwait(false);
            var done = next.Where(group => !failures.ContainsKey(group.Group)).ToList();
            if (done.Count > 0)
            {
                journal.End(done.Select(static group => group.Group));
            }

            _outcomes.Committed(done, failures);
            Say($"{done.Count} consumer group(s) reset{(failures.Count == 0 ? "" : $", {failures.Count} failed")}");
        }
    }

    private async Task<ConsumerGroupsReport> ReportAsync(CancellationToken stop)
    {
        (string Plan, string Script)? written = null;
        try
        {
            written = _outcomes.Plan is { } plan && WritePlan is { } write ? await write(plan).ConfigureAwait(false) : null;
        }
        catch (RestoreException unwritten)
        {
            // What was restored and committed stands; a group that was only planned has its plan nowhere.
            Say(unwritten.Describe());
            _outcomes.Fail(_outcomes.Reports.Where(static group => group.State == ConsumerGroupState.Planned).Select(static group => group.Group), unwritten.Describe());
        }

        var retention = _outcomes.Reports.Any(static group => group.State is ConsumerGroupState.Reset or ConsumerGroupState.ResetInPart) ? await target.ReadOffsetRetentionAsync(stop).ConfigureAwait(false) : null;
        return new ConsumerGroupsReport
        {
            Strategy = options.Strategy switch
            {
                GroupStrategy.TimestampBased => "timestamp-based",
                GroupStrategy.ClusterScan => "cluster-scan",
                GroupStrategy.Manual => "manual",
                _ => "map",
            },
            OffsetsFrom = Sources.Where,
            OffsetsTakenAt = Sources.TakenAt?.ToUnixTimeMilliseconds(),
            SnapshotPath = commits.Snapshots.Count > 0 ? commits.SnapshotPath : null,
            Snapshots = commits.Snapshots,
            OffsetRetentionMinutes = (long?)retention?.TotalMinutes,
            Plan = written?.Plan,
            Script = written?.Script,
            Groups = _outcomes.Reports,
        };
    }
}
