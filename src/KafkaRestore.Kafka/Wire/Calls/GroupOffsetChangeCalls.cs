using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Wire.Connections;

namespace KafkaRestore.Kafka.Wire.Calls;

/// <summary>
/// Changes committed offsets of many groups at once, each through its coordinator and over several connections to it. Rounds: every group is tried, then those that may succeed later once
/// more, so that a coordinator that is away holds up no other one's groups.
/// </summary>
internal sealed class GroupOffsetChangeCalls(WireCluster cluster, GroupCoordinators coordinators, TimeProvider time)
{
    /// <summary>Hears of each group whose turn came when there is a last word on it, from several threads at once.</summary>
    public Action<string> Ended { get; init; } = static _ => { };

    /// <summary>Makes the changes; what became of each stands in it.</summary>
    /// <param name="changes">One for each group.</param>
    /// <param name="mostAtOnce">Groups asked for at once.</param>
    /// <param name="deadline">How long one group may take from its turn.</param>
    /// <param name="stop">Begins no further group; a request that is out is waited for, and nothing is asked again.</param>
    /// <exception cref="WireException">Nobody says who coordinates the groups; nothing was changed.</exception>
    public async Task RunAsync(IReadOnlyList<GroupOffsetChange> changes, int mostAtOnce, TimeSpan deadline, CancellationToken stop)
    {
        var backoff = default(Backoff);
        var isRouted = false;
        WireException? unrouted = null;
        for (var open = Left(changes); open.Count > 0 && !stop.IsCancellationRequested; open = Left(open))
        {
            var round = new GroupOffsetChangeRound(cluster, coordinators, time) { Changes = open, MostAtOnce = mostAtOnce, TimePerGroup = deadline, Ended = Ended };
            await round.RunAsync(stop).ConfigureAwait(false);
            isRouted |= round.IsRouted;
            unrouted = round.Unrouted ?? unrouted;
            if (Left(open).Count > 0)
            {
                await Task.Delay(backoff.Next(), time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        if (!isRouted && unrouted is not null)
        {
            throw unrouted.Again();
        }
    }

    private static List<GroupOffsetChange> Left(IEnumerable<GroupOffsetChange> changes) => [.. changes.Where(static change => change.IsWorthAnother)];
}
