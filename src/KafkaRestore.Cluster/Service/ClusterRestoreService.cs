using System.Runtime.CompilerServices;
using KafkaRestore.Api;
using KafkaRestore.Api.Contracts;
using KafkaRestore.Cluster.Jobs;
using KafkaRestore.Cluster.Messages;
using KafkaRestore.Cluster.Redis;
using KafkaRestore.Cluster.Silos;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cluster.Service;

/// <summary>The cluster as a service of restores: every silo answers for all of them.</summary>
internal sealed class ClusterRestoreService(IGrainFactory grains, ServedParts parts, RedisStore redis, SiloView silos) : IRestoreService
{
    // While a silo is gone and nobody has noticed, calls to it fail; its grains are elsewhere soon.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <inheritdoc/>
    public async Task<SubmitResult> SubmitAsync(JobSubmission submission, CancellationToken cancellationToken)
    {
        var key = submission.IdempotencyKey;
        if (key is not null && (await AskAsync(() => Index.ReserveAsync(key, Submissions.HashOf(submission)), cancellationToken).ConfigureAwait(false)).Value.Take() is { } known)
        {
            return new SubmitResult(await LiveAsync(known, cancellationToken).ConfigureAwait(false), IsNew: false, []);
        }

        var isKept = false;
        try
        {
            var (record, findings) = await new Submissions(parts).CheckAsync(submission, cancellationToken).ConfigureAwait(false);
            await Task.Run(() => parts.Folders.Create(record, submission.Document), cancellationToken).ConfigureAwait(false);
            isKept = true;
            await AskAsync(() => Index.SetAsync(Json<ListedJob>.Of(ListedJob.Of(record))), CancellationToken.None).ConfigureAwait(false);
            await AskAsync(() => JobOf(record.Job.Id).EnsureAsync(), CancellationToken.None).ConfigureAwait(false);
            parts.Log.Message($"{record.Job.Id}: accepted: {record.Job.BackupId}");
            return new SubmitResult(record.Job, IsNew: true, findings);
        }
        finally
        {
            if (key is not null && !isKept)
            {
                await AskAsync(() => Index.ReleaseAsync(key), CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public async Task<JobList> ListAsync(JobQuery query, CancellationToken cancellationToken)
    {
        var page = (await AskAsync(() => Index.ListAsync(Json<JobQuery>.Of(query)), cancellationToken).ConfigureAwait(false)).Value;
        var live = await Task.WhenAll(page.Jobs.Select(job => LiveAsync(job, cancellationToken))).ConfigureAwait(false);
        return page with { Jobs = [.. live.Where(job => query.State is null || job.State == query.State)] };
    }

    /// <inheritdoc/>
    public async Task<JobInfo> GetAsync(string id, CancellationToken cancellationToken) =>
        (await AskAsync(() => JobOf(id).GetAsync(), cancellationToken).ConfigureAwait(false)).Value.Take();

    /// <inheritdoc/>
    public async Task<LaneList> LanesAsync(string id, LaneQuery query, CancellationToken cancellationToken) =>
        (await AskAsync(() => JobOf(id).LanesAsync(Json<LaneQuery>.Of(query)), cancellationToken).ConfigureAwait(false)).Value.Take();

    /// <inheritdoc/>
    /// <remarks>Whoever listens does not notice that the job's grain moves: listening goes on behind the last event.</remarks>
    public async IAsyncEnumerable<JobEvent> EventsAsync(string id, long? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await GetAsync(id, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var events = JobOf(id).EventsAsync(after, cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using var listening = events.ConfigureAwait(false);
            while (true)
            {
                JobEvent? told;
                try
                {
                    told = await events.MoveNextAsync() ? events.Current.Value : null;
                }
                catch (Exception away) when (ClusterFailures.IsPassing(away) && !cancellationToken.IsCancellationRequested)
                {
                    break;
                }

                if (told is null)
                {
                    yield break;
                }

                after = Math.Max(after ?? 0, told.Number);
                yield return told;
            }

            await Task.Delay(Pause, parts.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async Task<JobInfo> PauseAsync(string id, CancellationToken cancellationToken) =>
        (await AskAsync(() => JobOf(id).PauseAsync(), cancellationToken).ConfigureAwait(false)).Value.Take();

    /// <inheritdoc/>
    public async Task<JobInfo> ResumeAsync(string id, CancellationToken cancellationToken) =>
        (await AskAsync(() => JobOf(id).ResumeAsync(), cancellationToken).ConfigureAwait(false)).Value.Take();

    /// <inheritdoc/>
    public async Task<JobInfo> CancelAsync(string id, CancellationToken cancellationToken) =>
        (await AskAsync(() => JobOf(id).CancelAsync(), cancellationToken).ConfigureAwait(false)).Value.Take();

    /// <inheritdoc/>
    public async Task<LimitsChanged> ChangeLimitsAsync(string id, LimitsChange change, CancellationToken cancellationToken) =>
        (await AskAsync(() => JobOf(id).ChangeLimitsAsync(Json<LimitsChange>.Of(change)), cancellationToken).ConfigureAwait(false)).Value.Take();

    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>> ReportAsync(string id, CancellationToken cancellationToken)
    {
        await GetAsync(id, cancellationToken).ConfigureAwait(false);
        return await Task.Run(() => parts.Folders.ReadReport(id), cancellationToken).ConfigureAwait(false)
            ?? throw new RestoreException(ErrorCodes.JobNotFound, "the job has no report: none of its runs has ended yet", id, "Ask again when it has ended.");
    }

    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>> SnapshotAsync(string id, string snapshot, CancellationToken cancellationToken)
    {
        await GetAsync(id, cancellationToken).ConfigureAwait(false);
        return await JobSnapshots.ReadAsync(parts.Folders, id, snapshot, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<ClusterInfo> ClusterAsync(CancellationToken cancellationToken)
    {
        var counts = (await AskAsync(() => Index.CountAsync(), cancellationToken).ConfigureAwait(false)).Value;
        return new ClusterInfo("cluster", ProgramVersion.Text, [.. silos.All.Select(static silo =>
            new SiloInfo(silo.Name, silo.IsDraining ? "draining" : "active", silo.StartedAt, silo.Lanes.Values.Sum(), silo.MemoryBytes))], counts);
    }

    /// <inheritdoc/>
    public async Task<Readiness> ReadyAsync(CancellationToken cancellationToken)
    {
        var reasons = new List<string>();
        if (await redis.UnusableAsync().ConfigureAwait(false) is { } away)
        {
            reasons.Add(away);
        }
        else if (silos.All.Count == 0)
        {
            reasons.Add("the silo has not heard of any other yet, nor of itself");
        }

        return new Readiness(reasons.Count == 0, reasons);
    }

    private IJobIndexGrain Index => grains.GetGrain<IJobIndexGrain>(0);

    private IRestoreJobGrain JobOf(string id) => grains.GetGrain<IRestoreJobGrain>(id);

    private async Task<JobInfo> LiveAsync(JobInfo job, CancellationToken cancellationToken) =>
        (await AskAsync(() => JobOf(job.Id).GetAsync(), cancellationToken).ConfigureAwait(false)).Value is { Failure: null, Value: { } live } ? live : job;

    private async Task AskAsync(Func<Task> call, CancellationToken cancellationToken) => await AskAsync(
        async () =>
        {
            await call().ConfigureAwait(false);
            return true;
        },
        cancellationToken).ConfigureAwait(false);

    /// <summary>Calls a grain; one whose silo is gone is called again until it is elsewhere. Every call may be repeated.</summary>
    private async Task<T> AskAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        var since = parts.Time.GetTimestamp();
        while (true)
        {
            try
            {
                return await call().WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception away) when (ClusterFailures.IsPassing(away) && !cancellationToken.IsCancellationRequested)
            {
                if (parts.Time.GetElapsedTime(since) > Patience)
                {
                    throw new RestoreException(ErrorCodes.ServerUnreachable, $"the cluster does not answer: {away.Message}", parts.Name, "Ask again; `kafka-restore cluster status` shows its silos.", away);
                }

                await Task.Delay(Pause, parts.Time, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
