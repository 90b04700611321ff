using System.Collections.Concurrent;
using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Wire.Connections;

namespace KafkaRestore.Kafka.Wire.Calls;

/// <summary>Tries every change once. A coordinator that fails is not asked again in this round.</summary>
internal sealed class GroupOffsetChangeRound(WireCluster cluster, GroupCoordinators coordinators, TimeProvider time)
{
    // Their record batch must pass max.message.bytes of __consumer_offsets, 1 MB by default.
    private const int PartitionsPerRequest = 2_000;

    private const int GroupsPerLookUp = 100;

    // A coordinator that is paused does not hang up; by then there may be another one.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<int, WireException> _down = new();
    private Task<IReadOnlyList<Route>>[] _routes = [];
    private Deadline _lookUp;
    private int _next = -1;

    /// <summary>One for each group.</summary>
    public required IReadOnlyList<GroupOffsetChange> Changes { get; init; }

    /// <summary>Groups asked for at once.</summary>
    public required int MostAtOnce { get; init; }

    /// <summary>How long one group may take from its turn, over all rounds.</summary>
    public required TimeSpan TimePerGroup { get; init; }

    /// <summary>Hears of each group of which there is a last word in this round, from several threads at once.</summary>
    public required Action<string> Ended { get; init; }

    /// <summary>Whether somebody said who coordinates some of the groups.</summary>
    public bool IsRouted => Array.Exists(_routes, static routes => routes.IsCompletedSuccessfully);

    /// <summary>Why nobody said who coordinates others; null when all is known.</summary>
    public WireException? Unrouted { get; private set; }

    /// <summary>Tries them.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        cluster.Warm(Math.Min(MostAtOnce, Changes.Count));
        _lookUp = Deadline.Start(time, TimePerGroup);
        _routes = [.. Changes.Chunk(GroupsPerLookUp).Select(some => coordinators.FindAsync([.. some.Select(static change => change.Group)], stop))];
        await Task.WhenAll(Enumerable.Range(0, Math.Min(MostAtOnce, Changes.Count)).Select(slot => WorkAsync(slot, stop))).ConfigureAwait(false);
    }

    private async Task WorkAsync(int slot, CancellationToken stop)
    {
        for (int i; (i = Interlocked.Increment(ref _next)) < Changes.Count && !stop.IsCancellationRequested;)
        {
            var change = Changes[i];
            if (await RouteAsync(i, stop).ConfigureAwait(false) is { } route)
            {
                await TryAsync(change, route, slot).ConfigureAwait(false);
            }

            if (change.IsWorthAnother)
            {
                coordinators.Forget(change.Group);
            }
            else
            {
                Ended(change.Group);
            }
        }
    }

    private async Task<Route?> RouteAsync(int index, CancellationToken stop)
    {
        var change = Changes[index];
        try
        {
            var routes = await _routes[index / GroupsPerLookUp].WaitAsync(change.HasBegun ? change.Remaining : _lookUp.Remaining, time, stop).ConfigureAwait(false);
            return routes[index % GroupsPerLookUp];
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return null; // its turn has not come
        }
        catch (TimeoutException) when (change.HasBegun)
        {
            return null; // the last word on it stands
        }
        catch (TimeoutException e)
        {
            Unrouted = new WireException(WireFailure.TimedOut, $"no broker said within {TimePerGroup.TotalSeconds:0.#} s who coordinates the groups", e);
        }
        catch (WireException failure)
        {
            Unrouted = failure;
        }

        change.Begin(time, _lookUp.Remaining);
        change.Fail(Unrouted, mayHaveArrived: false);
        return null;
    }

    private async Task TryAsync(GroupOffsetChange change, Route route, int slot)
    {
        change.Begin(time, TimePerGroup);
        if (change.Remaining == TimeSpan.Zero)
        {
            return; // the last word on it stands
        }

        if (route.Broker is not { } broker)
        {
            change.Refuse(route.Error);
            return;
        }

        if (_down.TryGetValue(broker, out var down))
        {
            change.Fail(down, mayHaveArrived: false);
            return;
        }

        var isOut = false;
        try
        {
            using var late = new CancellationTokenSource(change.Remaining < Patience ? change.Remaining : Patience, time);
            try
            {
                var connection = await cluster.PooledAsync(broker, slot, late.Token).ConfigureAwait(false);
                change.Attempt();
                foreach (var some in change.Open.ToArray().Chunk(PartitionsPerRequest))
                {
                    isOut = true;
                    change.Hear(some, await change.AskAsync(connection, some, late.Token).ConfigureAwait(false));
                    isOut = false;
                }
            }
            catch (OperationCanceledException e)
            {
                throw new WireException(WireFailure.TimedOut, $"broker {broker} gave no answer within {Patience.TotalSeconds:0.#} s", e);
            }
        }
        catch (WireException failure)
        {
            _down.TryAdd(broker, failure);
            change.Fail(failure, mayHaveArrived: isOut);
        }
    }
}
