using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Wire;
using KafkaRestore.Kafka.Wire.Calls;
using KafkaRestore.Kafka.Wire.Protocol;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Probing;

/// <summary>What is asked of the cluster as a whole.</summary>
internal sealed class ClusterQuestions(WireCluster cluster, TimeProvider time, TimeSpan deadline)
{
    /// <summary>What we may do to the cluster.</summary>
    /// <exception cref="Wire.Connections.WireException">No broker says.</exception>
    public async Task<ClusterRights> ReadRightsAsync(CancellationToken cancellationToken)
    {
        var call = new ShardedCall<DescribeClusterRequest, DescribeClusterResponse>(cluster, time)
        {
            Route = static (_, _) => Task.FromResult<IReadOnlyList<Route>>([Route.Any]),
            Ask = static async (connection, only, token) => [await connection.AskWholeAsync(only[0], token).ConfigureAwait(false)],
            ErrorOf = static answer => answer.Error,
            IsRead = true,
        };
        var answers = await call.RunAsync([new DescribeClusterRequest(withRights: true)], deadline, cancellationToken).ConfigureAwait(false);
        return new ClusterRights(RightsBits.Read(answers[0].Require().Rights));
    }

    /// <summary>The brokers that are alive, and what is free on their disks (KIP-827; Kafka 3.3 and later).</summary>
    /// <exception cref="Wire.Connections.WireException">Nobody says which brokers there are.</exception>
    public async Task<IReadOnlyList<ProbedBroker>> ReadBrokersAsync(Action<Unanswered> unanswered, CancellationToken cancellationToken)
    {
        var brokers = await new LogDirCalls(cluster, time).DescribeAsync([], deadline, cancellationToken).ConfigureAwait(false);
        foreach (var broker in brokers.Where(static broker => broker.Error != ErrorCode.NoError))
        {
            unanswered(new Unanswered("the disks of the brokers", broker.Message ?? KafkaErrors.NameOf(broker.Error)));
        }

        return [.. brokers.Select(static broker => new ProbedBroker(broker.Broker, FreeOf(broker)))];
    }

    private static long? FreeOf(BrokerLogDirs broker)
    {
        var told = broker.Directories.Where(static directory => directory.Error == ErrorCode.NoError).Select(static directory => directory.UsableBytes).ToList();
        return told.Count == 0 || told.Contains(null) ? null : told.Sum();
    }
}

/// <summary>What we may do to the cluster.</summary>
/// <param name="Rights">The rights; null when the cluster does not say.</param>
internal sealed record ClusterRights(TargetRights? Rights);
