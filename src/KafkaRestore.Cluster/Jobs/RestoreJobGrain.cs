using System.Runtime.CompilerServices;
using KafkaRestore.Api.Contracts;
using KafkaRestore.Cluster.Lanes;
using KafkaRestore.Cluster.Messages;
using KafkaRestore.Records.Errors;
using Orleans.Concurrency;

namespace KafkaRestore.Cluster.Jobs;

/// <inheritdoc/>
/// <remarks>The work is that of <see cref="ServedJob"/>, on ordinary threads; the grain owns it, and is where the cluster finds it.</remarks>
[Reentrant]
[CollectionAgeLimit(Minutes = 2)]
internal sealed class RestoreJobGrain(ServedParts parts, CoordinatedRuns runs, IGrainFactory grains) : Grain, IRestoreJobGrain
{
    private readonly CancellationTokenSource _leaving = new();
    private ServedJob? _job;
    private Task _work = Task.CompletedTask;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (await Task.Run(() => parts.Folders.Read(Id), cancellationToken).ConfigureAwait(true) is { } record)
        {
            _job = new ServedJob(record.Settled(), parts);
            WorkWhereDue();
        }
    }

    /// <inheritdoc/>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        runs.Leave(Id);
        await _leaving.CancelAsync().ConfigureAwait(true);
        await _work.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    /// <inheritdoc/>
    public async Task EnsureAsync()
    {
        if (_job is not { } job)
        {
            return;
        }

        WorkWhereDue();
        if (job.Info.State.HasEnded() || job.Info.State == JobState.Paused)
        {
            await TellAsync(job).ConfigureAwait(true);
        }
    }

    /// <inheritdoc/>
    public Task<Json<Outcome<JobInfo>>> GetAsync() => Outcome<JobInfo>.OfAsync(() => Task.FromResult(Job.Info));

    /// <inheritdoc/>
    public Task<Json<Outcome<JobInfo>>> PauseAsync() => ChangedAsync(static job => job.Pause());

    /// <inheritdoc/>
    public async Task<Json<Outcome<JobInfo>>> ResumeAsync()
    {
        var answer = await ChangedAsync(static job => job.Resume().Job).ConfigureAwait(true);
        WorkWhereDue();
        return answer;
    }

    /// <inheritdoc/>
    public Task<Json<Outcome<JobInfo>>> CancelAsync() => ChangedAsync(static job => job.Cancel());

    /// <inheritdoc/>
    public Task<Json<Outcome<LimitsChanged>>> ChangeLimitsAsync(Json<LimitsChange> change) =>
        Outcome<LimitsChanged>.OfAsync(() => Job.ChangeLimitsAsync(LimitsRequests.Of(change.Value), CancellationToken.None));

    /// <inheritdoc/>
    public Task<Json<Outcome<LaneList>>> LanesAsync(Json<LaneQuery> query) => Outcome<LaneList>.OfAsync(() =>
    {
        var asked = query.Value;
        List<LaneInfo> lanes = [.. Job.Lanes.Where(lane => asked.State is null || lane.State == asked.State)];
        return Task.FromResult(new LaneList([.. lanes.Skip(asked.Offset).Take(asked.Limit)], lanes.Count));
    });

    /// <inheritdoc/>
    public async IAsyncEnumerable<Json<JobEvent>> EventsAsync(long? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (_job is not { } job)
        {
            yield break;
        }

        await foreach (var told in job.ListenAsync(after, cancellationToken).ConfigureAwait(true))
        {
            yield return Json<JobEvent>.Of(told);
        }
    }

    /// <inheritdoc/>
    public async Task<Json<SiloAnswer>> ReportAsync(Json<SiloReport> report)
    {
        if (_job is { Info.State: JobState.Queued or JobState.Running or JobState.Pausing or JobState.Cancelling })
        {
            var told = report.Value;
            return Json<SiloAnswer>.Of(runs.Find(Id) is { } run
                ? await Task.Run(() => run.Hear(told)).ConfigureAwait(true)
                : new SiloAnswer(IsCoordinated: false, [], [], JobRates.None)); // it is about to begin, and will ask for what it finds running
        }

        // Nobody goes on with the job: whoever still works on it has missed that.
        return Json<SiloAnswer>.Of(new SiloAnswer(
            IsCoordinated: false, [.. report.Value.Lanes.Where(static lane => lane.HasEnded).Select(static lane => lane.First)], [.. report.Value.Lanes.Select(static lane => lane.First)], JobRates.None));
    }

    private string Id => this.GetPrimaryKeyString();

    private ServedJob Job => _job ?? throw new RestoreException(ErrorCodes.JobNotFound, "the service has no job of this id", Id, "List its jobs with `kafka-restore jobs`.");

    private void WorkWhereDue()
    {
        if (_job is { Info.State: JobState.Queued } job && _work.IsCompleted && !_leaving.IsCancellationRequested)
        {
            DelayDeactivation(TimeSpan.FromDays(365));
            _work = WorkAsync(job);
        }
    }

    private async Task WorkAsync(ServedJob job)
    {
        await Task.Run(() => job.WorkAsync(_leaving.Token)).ConfigureAwait(true);
        if (!_leaving.IsCancellationRequested)
        {
            await TellAsync(job).ConfigureAwait(true);
        }
    }

    private async Task<Json<Outcome<JobInfo>>> ChangedAsync(Func<ServedJob, JobInfo> change)
    {
        var answer = await Outcome<JobInfo>.OfAsync(() => Task.FromResult(change(Job))).ConfigureAwait(true);
        if (_job is { } job)
        {
            await TellAsync(job).ConfigureAwait(true);
        }

        return answer;
    }

    /// <summary>Who misses it hears of it when the job is asked for the next time.</summary>
    private async Task TellAsync(ServedJob job)
    {
        try
        {
            await grains.GetGrain<IJobIndexGrain>(0).SetAsync(Json<ListedJob>.Of(ListedJob.Of(job.Record))).ConfigureAwait(true);
        }
        catch (Exception away) when (ClusterFailures.IsPassing(away))
        {
            // Each silo asks every second as long as the index thinks that the job is not finished.
        }
    }
}
