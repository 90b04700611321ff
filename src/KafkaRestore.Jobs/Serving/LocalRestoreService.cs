using System.Threading.Channels;
using KafkaRestore.Api;
using KafkaRestore.Api.Contracts;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Jobs.Serving;

/// <summary>A service of restores in this process. Its jobs are on its disk: one that was accepted is carried out, whenever the process ended.</summary>
internal sealed class LocalRestoreService : IRestoreService, IAsyncDisposable
{
    private readonly ServedParts _parts;
    private readonly DateTimeOffset _since;
    private readonly Channel<ServedJob> _queue = Channel.CreateUnbounded<ServedJob>();
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ServedJob> _jobs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ServedJob?> _keys = new(StringComparer.Ordinal);
    private readonly Task _working;

    /// <summary>Takes up what an earlier life of the service has left, and begins to work.</summary>
    /// <param name="parts">What the jobs share.</param>
    /// <param name="mostJobs">Jobs that run at once, 1 or more.</param>
    /// <exception cref="RestoreException">STATE_UNWRITABLE, STATE_CORRUPT: what is there cannot be read.</exception>
    public LocalRestoreService(ServedParts parts, int mostJobs)
    {
        _parts = parts;
        _since = parts.Time.GetUtcNow();
        foreach (var record in parts.Folders.ReadAll())
        {
            Add(new ServedJob(record.Settled(), parts));
        }

        foreach (var job in _jobs.Values.Where(static job => job.Info.State == JobState.Queued).OrderBy(static job => job.Info.SubmittedAt))
        {
            _queue.Writer.TryWrite(job);
        }

        _working = Task.WhenAll(Enumerable.Range(0, mostJobs).Select(_ => Task.Run(WorkAsync)));
    }

    /// <inheritdoc/>
    public async Task<SubmitResult> SubmitAsync(JobSubmission submission, CancellationToken cancellationToken)
    {
        var hash = Submissions.HashOf(submission);
        if (submission.IdempotencyKey is { } key && Reserve(key, hash) is { } known)
        {
            return new SubmitResult(known.Info, IsNew: false, []);
        }

        ServedJob? made = null;
        try
        {
            var (record, shown) = await new Submissions(_parts).CheckAsync(submission, cancellationToken).ConfigureAwait(false);
            _parts.Folders.Create(record, submission.Document);
            made = new ServedJob(record, _parts);
            Add(made);
            _queue.Writer.TryWrite(made);
            _parts.Log.OfJob(record.Job.Id, new LogLine(LineLevel.Info, $"accepted: {record.Job.BackupId}"), isState: true);
            return new SubmitResult(made.Info, IsNew: true, shown);
        }
        finally
        {
            if (made is null && submission.IdempotencyKey is { } unused)
            {
                lock (_gate)
                {
                    _keys.Remove(unused);
                }
            }
        }
    }

    /// <inheritdoc/>
    public Task<JobList> ListAsync(JobQuery query, CancellationToken cancellationToken)
    {
        List<JobInfo> all;
        lock (_gate)
        {
            all = [.. _jobs.Values.Select(static job => job.Info)];
        }

        var wanted = all.Where(job => query.State is null || job.State == query.State).OrderByDescending(static job => job.Id, StringComparer.Ordinal);
        List<JobInfo> page = [.. wanted.Where(job => query.After is null || string.CompareOrdinal(job.Id, query.After) < 0).Take(query.Limit + 1)];
        return Task.FromResult(page.Count > query.Limit ? new JobList(page[..query.Limit], page[query.Limit - 1].Id) : new JobList(page, null));
    }

    /// <inheritdoc/>
    public Task<JobInfo> GetAsync(string id, CancellationToken cancellationToken) => Task.FromResult(Find(id).Info);

    /// <inheritdoc/>
    public Task<LaneList> LanesAsync(string id, LaneQuery query, CancellationToken cancellationToken)
    {
        List<LaneInfo> lanes = [.. Find(id).Lanes.Where(lane => query.State is null || lane.State == query.State)];
        return Task.FromResult(new LaneList([.. lanes.Skip(query.Offset).Take(query.Limit)], lanes.Count));
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<JobEvent> EventsAsync(string id, long? after, CancellationToken cancellationToken) => Find(id).ListenAsync(after, cancellationToken);

    /// <inheritdoc/>
    public Task<JobInfo> PauseAsync(string id, CancellationToken cancellationToken) => Task.FromResult(Find(id).Pause());

    /// <inheritdoc/>
    public Task<JobInfo> ResumeAsync(string id, CancellationToken cancellationToken)
    {
        var job = Find(id);
        var (info, isQueued) = job.Resume();
        if (isQueued)
        {
            _queue.Writer.TryWrite(job);
        }

        return Task.FromResult(info);
    }

    /// <inheritdoc/>
    public Task<JobInfo> CancelAsync(string id, CancellationToken cancellationToken) => Task.FromResult(Find(id).Cancel());

    /// <inheritdoc/>
    public Task<LimitsChanged> ChangeLimitsAsync(string id, LimitsChange change, CancellationToken cancellationToken) => Find(id).ChangeLimitsAsync(LimitsRequests.Of(change), cancellationToken);

    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>> ReportAsync(string id, CancellationToken cancellationToken) => Task.FromResult<ReadOnlyMemory<byte>>(
        _parts.Folders.ReadReport(Find(id).Info.Id) ?? throw new RestoreException(ErrorCodes.JobNotFound, "the job has no report: none of its runs has ended yet", id, "Ask again when it has ended."));

    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>> SnapshotAsync(string id, string snapshot, CancellationToken cancellationToken) =>
        JobSnapshots.ReadAsync(_parts.Folders, Find(id).Info.Id, snapshot, cancellationToken);

    /// <inheritdoc/>
    public Task<ClusterInfo> ClusterAsync(CancellationToken cancellationToken)
    {
        List<ServedJob> jobs;
        lock (_gate)
        {
            jobs = [.. _jobs.Values];
        }

        var counts = jobs.CountBy(static job => job.Info.State.ToString().ToLowerInvariant()).ToDictionary(StringComparer.Ordinal);
        var self = new SiloInfo(_parts.Name, _closing.IsCancellationRequested ? "draining" : "active", _since, jobs.Sum(static job => job.RunningLanes), Environment.WorkingSet);
        return Task.FromResult(new ClusterInfo("standalone", ProgramVersion.Text, [self], counts));
    }

    /// <inheritdoc/>
    public Task<Readiness> ReadyAsync(CancellationToken cancellationToken)
    {
        string?[] reasons = [_closing.IsCancellationRequested ? "the service is ending" : null, _parts.Folders.Unusable()];
        return Task.FromResult(new Readiness(Array.TrueForAll(reasons, static reason => reason is null), [.. reasons.OfType<string>()]));
    }

    /// <summary>Stops the runs, each with its progress saved, and waits for them.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _closing.CancelAsync().ConfigureAwait(false);
        await _working.ConfigureAwait(false);
        _closing.Dispose();
    }

    /// <summary>The job that was submitted under a key before; null: the key is ours now.</summary>
    private ServedJob? Reserve(string key, string hash)
    {
        lock (_gate)
        {
            if (!_keys.TryGetValue(key, out var known))
            {
                _keys.Add(key, null);
                return null;
            }

            if (known is null)
            {
                throw new RestoreException(ErrorCodes.JobLocked, "a submission with this key is being checked at this moment", key, "Ask again when it has been answered.");
            }

            return known.Record.DocumentHash == hash
                ? known
                : throw new RestoreException(ErrorCodes.JobDiffers, $"job {known.Info.Id} was submitted under this key, and it is another one", key, "Use another key for another job.");
        }
    }

    private void Add(ServedJob job)
    {
        lock (_gate)
        {
            _jobs.Add(job.Info.Id, job);
            if (job.Record.IdempotencyKey is { } key)
            {
                _keys[key] = job;
            }
        }
    }

    private ServedJob Find(string id)
    {
        lock (_gate)
        {
            return _jobs.GetValueOrDefault(id) ?? throw new RestoreException(ErrorCodes.JobNotFound, "the service has no job of this id", id, "List its jobs with `kafka-restore jobs`.");
        }
    }

    private async Task WorkAsync()
    {
        await foreach (var job in _queue.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            await job.WorkAsync(_closing.Token).ConfigureAwait(false);
        }
    }
}
