using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Protocol;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Wire.Calls;

/// <summary>What the cluster says of itself; any broker knows.</summary>
internal sealed class ClusterCalls(WireCluster cluster, TimeProvider time)
{
    /// <summary>The cluster's id, its brokers with their racks, and its controller (Kafka 2.8 and later).</summary>
    /// <param name="deadline">How long to go on asking.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <exception cref="WireException">No broker answers, or none takes this request.</exception>
    public Task<DescribeClusterResponse> DescribeAsync(TimeSpan deadline, CancellationToken cancellationToken) =>
        AskAsync(new DescribeClusterRequest(), static answer => answer.Error, deadline, cancellationToken);

    /// <summary>The brokers that are alive; any version of Kafka tells.</summary>
    /// <param name="deadline">How long to go on asking.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <exception cref="WireException">No broker answers.</exception>
    public async Task<IReadOnlyList<BrokerEntry>> BrokersAsync(TimeSpan deadline, CancellationToken cancellationToken) =>
        (await AskAsync(new MetadataRequest([]), static _ => ErrorCode.NoError, deadline, cancellationToken).ConfigureAwait(false)).Brokers;

    private async Task<TResponse> AskAsync<TResponse>(Request<TResponse> request, Func<TResponse, ErrorCode> errorOf, TimeSpan deadline, CancellationToken cancellationToken)
        where TResponse : class
    {
        var call = new ShardedCall<Request<TResponse>, TResponse>(cluster, time)
        {
            Route = static (_, _) => Task.FromResult<IReadOnlyList<Route>>([Calls.Route.Any]),
            Ask = static async (connection, only, token) => [await connection.AskWholeAsync(only[0], token).ConfigureAwait(false)],
            ErrorOf = errorOf,
            IsRead = true,
        };
        var questions = await call.RunAsync([request], deadline, cancellationToken).ConfigureAwait(false);
        return questions[0].Require();
    }
}
