using Confluent.Kafka;

namespace KafkaRestore.Kafka.Wire.Calls;

/// <summary>Which broker is to be asked about something.</summary>
/// <param name="Broker">Its id; null for any.</param>
/// <param name="Error">NO_ERROR, or why nobody can be asked now.</param>
internal readonly record struct Route(int? Broker, ErrorCode Error = ErrorCode.NoError)
{
    /// <summary>Any broker will do.</summary>
    public static Route Any => new(null);

    /// <summary>The coordinators of groups or transactional ids.</summary>
    public static async Task<IReadOnlyList<Route>> ToCoordinatorsAsync(WireCluster cluster, CoordinatorKind kind, IEnumerable<string> keys, CancellationToken cancellationToken)
    {
        var found = await cluster.FindCoordinatorsAsync(kind, [.. keys], cancellationToken).ConfigureAwait(false);
        return [.. found.Select(static coordinator => new Route(coordinator.Broker?.Id, coordinator.Error))];
    }
}
