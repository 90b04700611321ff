using KafkaRestore.Api.Contracts;
using KafkaRestore.Cluster.Messages;
using KafkaRestore.Engine.Running;
using KafkaRestore.Records.Errors;
using JobState = KafkaRestore.Api.Contracts.JobState;

namespace KafkaRestore.Cluster.Jobs;

/// <inheritdoc/>
internal sealed class JobIndexGrain(JobFolders folders) : Grain, IJobIndexGrain
{
    private readonly SortedDictionary<string, ListedJob> _jobs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string?> _keys = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        foreach (var record in await Task.Run(folders.ReadAll, cancellationToken).ConfigureAwait(true))
        {
            Set(ListedJob.Of(record));
        }
    }

    /// <inheritdoc/>
    public Task<Json<Outcome<JobInfo?>>> ReserveAsync(string key, string hash)
    {
        var outcome = Reserve();
        return Task.FromResult(Json<Outcome<JobInfo?>>.Of(outcome));

        Outcome<JobInfo?> Reserve()
        {
            if (!_keys.TryGetValue(key, out var id))
            {
                _keys.Add(key, null);
                return new Outcome<JobInfo?>(null);
            }

            if (id is null)
            {
                return Refused(new RestoreException(ErrorCodes.JobLocked, "a submission with this key is being checked at this moment", key, "Ask again when it has been answered."));
            }

            return _jobs[id].DocumentHash == hash
                ? new Outcome<JobInfo?>(_jobs[id].Job)
                : Refused(new RestoreException(ErrorCodes.JobDiffers, $"job {id} was submitted under this key, and it is another one", key, "Use another key for another job."));
        }

        static Outcome<JobInfo?> Refused(RestoreException why) => new(null, LaneFailure.Of(why));
    }

    /// <inheritdoc/>
    public Task ReleaseAsync(string key)
    {
        if (_keys.TryGetValue(key, out var id) && id is null)
        {
            _keys.Remove(key);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task SetAsync(Json<ListedJob> job)
    {
        Set(job.Value);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<Json<JobList>> ListAsync(Json<JobQuery> query)
    {
        var asked = query.Value;
        var wanted = _jobs.Values.Select(static job => job.Job).Reverse()
            .Where(job => (asked.State is null || job.State == asked.State) && (asked.After is null || string.CompareOrdinal(job.Id, asked.After) < 0));
        List<JobInfo> page = [.. wanted.Take(asked.Limit + 1)];
        return Task.FromResult(Json<JobList>.Of(page.Count > asked.Limit ? new JobList(page[..asked.Limit], page[asked.Limit - 1].Id) : new JobList(page, null)));
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> UnfinishedAsync() => Task.FromResult<IReadOnlyList<string>>(
        [.. _jobs.Values.Where(static job => job.Job.State is JobState.Queued or JobState.Running or JobState.Pausing or JobState.Cancelling).Select(static job => job.Job.Id)]);

    /// <inheritdoc/>
    public Task<Json<IReadOnlyDictionary<string, int>>> CountAsync() => Task.FromResult(Json<IReadOnlyDictionary<string, int>>.Of(
        _jobs.Values.CountBy(static job => job.Job.State.ToString().ToLowerInvariant()).ToDictionary(StringComparer.Ordinal)));

    private void Set(ListedJob job)
    {
        _jobs[job.Job.Id] = job with { Job = job.Job with { Progress = null } };
        if (job.IdempotencyKey is { } key)
        {
            _keys[key] = job.Job.Id;
        }
    }
}
