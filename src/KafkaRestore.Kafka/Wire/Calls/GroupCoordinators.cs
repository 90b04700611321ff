using System.Collections.Concurrent;

namespace KafkaRestore.Kafka.Wire.Calls;

/// <summary>Who coordinates groups: what is known serves until somebody finds that it is wrong. Grows with the names that are asked for.</summary>
internal sealed class GroupCoordinators(WireCluster cluster)
{
    private readonly ConcurrentDictionary<string, int> _known = new(StringComparer.Ordinal);

    /// <summary>Whom to ask about each group, in their order.</summary>
    /// <exception cref="Connections.WireException">No broker answers.</exception>
    public async Task<IReadOnlyList<Route>> FindAsync(IReadOnlyList<string> groups, CancellationToken cancellationToken)
    {
        var routes = new Route[groups.Count];
        var unknown = new List<int>();
        for (var i = 0; i < routes.Length; i++)
        {
            if (_known.TryGetValue(groups[i], out var broker))
            {
                routes[i] = new Route(broker);
            }
            else
            {
                unknown.Add(i);
            }
        }

        if (unknown.Count > 0)
        {
            var found = await cluster.FindCoordinatorsAsync(CoordinatorKind.Group, [.. unknown.Select(i => groups[i])], cancellationToken).ConfigureAwait(false);
            foreach (var (i, coordinator) in unknown.Zip(found))
            {
                routes[i] = new Route(coordinator.Broker?.Id, coordinator.Error);
                if (coordinator.Broker is { } broker)
                {
                    _known[groups[i]] = broker.Id;
                }
            }
        }

        return routes;
    }

    /// <summary>Somebody else may coordinate it now.</summary>
    public void Forget(string group) => _known.TryRemove(group, out _);

    /// <summary>For one call: what is known serves once, and who asks again wants it anew.</summary>
    public Func<IReadOnlyList<T>, CancellationToken, Task<IReadOnlyList<Route>>> Router<T>(Func<T, string> nameOf)
    {
        var asked = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
        return (subjects, cancellationToken) =>
        {
            string[] groups = [.. subjects.Select(nameOf)];
            foreach (var again in groups.Where(group => !asked.TryAdd(group, true)))
            {
                Forget(again);
            }

            return FindAsync(groups, cancellationToken);
        };
    }
}
