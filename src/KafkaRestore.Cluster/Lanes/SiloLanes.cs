using KafkaRestore.Cluster.Limits;
using KafkaRestore.Cluster.Messages;
using KafkaRestore.Cluster.Silos;
using Microsoft.Extensions.Hosting;

namespace KafkaRestore.Cluster.Lanes;

/// <summary>The lanes that this silo carries out, of all jobs, and its reports to their coordinators. Thread-safe.</summary>
internal sealed class SiloLanes(SiloIdentity silo, WorkerFactory workers, IGrainFactory grains, SiloView silos, ServedParts parts) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan KeepIdle = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(20);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, JobLanes> _jobs = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _news = new(0, 1);
    private bool _draining;

    /// <summary>Whether it gives its lanes away and takes no more.</summary>
    public bool IsDraining
    {
        get
        {
            lock (_gate)
            {
                return _draining;
            }
        }
    }

    /// <summary>Lanes at work, by job.</summary>
    public IReadOnlyDictionary<string, int> Counts
    {
        get
        {
            lock (_gate)
            {
                return _jobs.Where(static job => job.Value.AtWork > 0).ToDictionary(static job => job.Key, static job => job.Value.AtWork, StringComparer.Ordinal);
            }
        }
    }

    /// <summary>Takes lanes, or lets them go on where they are at work.</summary>
    /// <returns>The answer, and when they have ended.</returns>
    public async Task<(LaneAnswer Answer, Task Ended)> StartAsync(LaneCommand command)
    {
        JobLanes job;
        lock (_gate)
        {
            if (!_jobs.TryGetValue(command.JobId, out job!))
            {
                if (_draining || (_jobs.Count >= silo.MostJobs && !TryMakeRoom()))
                {
                    return (Answer(isTaken: false), Task.CompletedTask);
                }

                _jobs.Add(command.JobId, job = new JobLanes(command.JobId, workers, parts.Time));
            }

            if (!job.Has(command.Lanes[0].Lane) && (_draining || _jobs.Values.Sum(static other => other.AtWork) >= silo.MostLanes))
            {
                return (Answer(isTaken: false), Task.CompletedTask);
            }
        }

        if (command.Limits.Any && !job.HasLease)
        {
            await RenewAsync(job, command.Limits).ConfigureAwait(false);
        }

        var ended = job.Start(command);
        _ = TellAfterAsync(ended);
        return (Answer(isTaken: true), ended);

        LaneAnswer Answer(bool isTaken) => new(silo.Name, silo.Address, isTaken);
    }

    /// <summary>Stops lanes, unless a later coordinator has asked for them.</summary>
    public void Stop(string jobId, int first, long term)
    {
        lock (_gate)
        {
            _jobs.GetValueOrDefault(jobId)?.Stop(first, term);
        }
    }

    /// <inheritdoc/>
    /// <remarks>Before the silo leaves the cluster: lanes are stopped with their progress saved, and their coordinators told, who give them to others.</remarks>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        List<JobLanes> jobs;
        lock (_gate)
        {
            _draining = true;
            jobs = [.. _jobs.Values];
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(DrainPatience);
        foreach (var job in jobs)
        {
            job.StopAll();
        }

        await Task.WhenAll(jobs.Select(static job => job.Ended)).WaitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var job in jobs)
        {
            await ReportAsync(job).ConfigureAwait(false);
        }

        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        foreach (var job in jobs)
        {
            await job.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            List<JobLanes> jobs;
            lock (_gate)
            {
                jobs = [.. _jobs.Values];
            }

            await Task.WhenAll(jobs.Select(ReportAsync)).ConfigureAwait(false);
            foreach (var idle in jobs.Where(static job => job.IdleFor > KeepIdle))
            {
                lock (_gate)
                {
                    if (!idle.IsIdle)
                    {
                        continue;
                    }

                    _jobs.Remove(idle.JobId);
                }

                await idle.DisposeAsync().ConfigureAwait(false);
            }

            try
            {
                await _news.WaitAsync(Period, stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return; // the silo ends
            }
        }
    }

    /// <summary>Lets a job go that has nothing at work here. Under the lock.</summary>
    private bool TryMakeRoom()
    {
        if (_jobs.Values.FirstOrDefault(static job => job.IsIdle) is not { } idle)
        {
            return false;
        }

        _jobs.Remove(idle.JobId);
        _ = ClusterFailures.DoAsync(() => idle.DisposeAsync().AsTask(), parts.Log);
        return true;
    }

    private async Task TellAfterAsync(Task ended)
    {
        await ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
        {
            if (_news.CurrentCount == 0)
            {
                _news.Release();
            }
        }
    }

    private Task ReportAsync(JobLanes job) => job.IsIdle ? Task.CompletedTask : ClusterFailures.DoAsync(
        async () =>
        {
            var answer = (await grains.GetGrain<Jobs.IRestoreJobGrain>(job.JobId).ReportAsync(Json<SiloReport>.Of(new SiloReport(silo.Name, job.Reports))).ConfigureAwait(false)).Value;
            job.Forget(answer.Known);
            foreach (var first in answer.Stop)
            {
                job.Stop(first, long.MaxValue);
            }

            if (answer.IsCoordinated)
            {
                await RenewAsync(job, answer.Limits).ConfigureAwait(false);
            }
        },
        parts.Log);

    private async Task RenewAsync(JobLanes job, JobRates limits)
    {
        if (!limits.Any)
        {
            job.ChangeRates(JobRates.None);
            return;
        }

        var (records, bytes) = job.Used();
        try
        {
            var share = await grains.GetGrain<ILimiterGrain>(job.JobId)
                .RenewAsync(Json<LeaseRequest>.Of(new LeaseRequest(silo.Name, limits, Math.Max(1, job.AtWork), records, bytes, Math.Max(1, silos.All.Count)))).ConfigureAwait(false);
            job.ChangeRates(share.Value);
        }
        catch (Exception away) when (ClusterFailures.IsPassing(away))
        {
            // Without a share of its own a silo keeps to what everybody may have at the least.
            var all = Math.Max(1, silos.All.Count);
            job.ChangeRates(new JobRates(Part(limits.RecordsPerSecond), Part(limits.BytesPerSecond), Part(limits.BrokerBytesPerSecond)));

            long? Part(long? limit) => limit is { } most ? Math.Max(1, most / all) : null;
        }
    }
}
