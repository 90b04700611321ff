using KafkaRestore.Cluster.Jobs;
using KafkaRestore.Cluster.Lanes;
using KafkaRestore.Cluster.Messages;
using Microsoft.Extensions.Hosting;

namespace KafkaRestore.Cluster.Silos;

/// <summary>Once a second: says what this silo does, hears of the others, and sees to it that somebody works on every job.</summary>
internal sealed class SiloWatch(SiloIdentity silo, SiloLanes lanes, SiloView view, IGrainFactory grains, ServedParts parts) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly DateTimeOffset _since = parts.Time.GetUtcNow();

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, parts.Time);
        try
        {
            do
            {
                await Task.WhenAll(ClusterFailures.DoAsync(BeatAsync, parts.Log), ClusterFailures.DoAsync(EnsureAsync, parts.Log)).ConfigureAwait(false);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // The silo ends.
        }
    }

    private async Task BeatAsync()
    {
        var load = new SiloLoad(silo.Name, silo.Address, _since, lanes.IsDraining, silo.MostLanes, lanes.Counts, Environment.WorkingSet);
        view.Take((await grains.GetGrain<ISiloTableGrain>(0).BeatAsync(Json<SiloLoad>.Of(load)).ConfigureAwait(false)).Value);
    }

    private async Task EnsureAsync()
    {
        var jobs = await grains.GetGrain<IJobIndexGrain>(0).UnfinishedAsync().ConfigureAwait(false);
        await Task.WhenAll(jobs.Select(job => ClusterFailures.DoAsync(() => grains.GetGrain<IRestoreJobGrain>(job).EnsureAsync(), parts.Log))).ConfigureAwait(false);
    }
}
