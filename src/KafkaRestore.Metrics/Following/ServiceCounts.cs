using KafkaRestore.Api;
using KafkaRestore.Api.Contracts;

namespace KafkaRestore.Metrics.Following;

/// <summary>The jobs and nodes of a service by state, asked for every few seconds until disposed; nothing is shown while the service does not answer.</summary>
internal sealed class ServiceCounts : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly string[] SiloStates = ["active", "joining", "draining", "dead"];

    private readonly CancellationTokenSource _ended = new();
    private readonly Task _asking;
    private volatile ClusterInfo? _last;

    /// <summary>Begins to ask.</summary>
    public ServiceCounts(IRestoreService service, TimeProvider time) => _asking = AskAsync(service, time);

    /// <summary>Every state of a job with its number; empty where nobody knows.</summary>
    public IEnumerable<(string State, int Count)> Jobs => _last is { } known
        ? Enum.GetNames<JobState>().Select(static state => state.ToLowerInvariant()).Select(state => (state, known.Jobs.GetValueOrDefault(state)))
        : [];

    /// <summary>Every state of a node with its number; empty where nobody knows.</summary>
    public IEnumerable<(string State, int Count)> Silos => _last is { } known
        ? SiloStates.Select(state => (state, known.Silos.Count(silo => silo.State == state)))
        : [];

    /// <summary>Ends the asking.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        await _asking.ConfigureAwait(false);
        _ended.Dispose();
    }

    private async Task AskAsync(IRestoreService service, TimeProvider time)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                try
                {
                    // A service that hangs is one that does not answer.
                    _last = await service.ClusterAsync(_ended.Token).WaitAsync(Interval, time, _ended.Token).ConfigureAwait(false);
                }
                catch (Exception failure) when (failure is not OperationCanceledException || !_ended.IsCancellationRequested)
                {
                    _last = null;
                }
            }
            while (await timer.WaitForNextTickAsync(_ended.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            // Nobody looks any more.
        }
    }
}
