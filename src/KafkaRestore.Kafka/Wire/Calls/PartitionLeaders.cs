using System.Collections.Concurrent;
using Confluent.Kafka;
using KafkaRestore.Kafka.Client;

namespace KafkaRestore.Kafka.Wire.Calls;

/// <summary>Who leads each partition: what is known serves once, then it is asked anew.</summary>
internal sealed class PartitionLeaders(WireCluster cluster, TimeProvider time)
{
    // A topic that was created a moment ago may not have reached every broker's metadata.
    private static readonly TimeSpan MissingDeadline = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<TargetPartition, bool> _asked = new();
    private readonly ConcurrentDictionary<TargetPartition, Deadline> _missing = new();

    /// <summary>Whom to ask about each partition, in their order; <see cref="ErrorCode.Local_UnknownPartition"/> for one that the cluster has not had for three seconds.</summary>
    /// <exception cref="Connections.WireException">No broker answers.</exception>
    public async Task<IReadOnlyList<Route>> FindAsync(IReadOnlyList<TargetPartition> partitions, CancellationToken cancellationToken)
    {
        string[] stale =
        [
            .. partitions.Where(partition => !_asked.TryAdd(partition, true) || cluster.LeaderOf(partition) is null)
                .Select(static partition => partition.Topic).Distinct(StringComparer.Ordinal),
        ];
        var errors = stale.Length == 0 ? null : await cluster.RefreshAsync(stale, cancellationToken).ConfigureAwait(false);
        return [.. partitions.Select(partition => To(partition, errors?.GetValueOrDefault(partition.Topic) ?? ErrorCode.NoError))];
    }

    private Route To(TargetPartition partition, ErrorCode topicError)
    {
        var error = topicError == ErrorCode.NoError && partition.Partition >= cluster.PartitionCountOf(partition.Topic) ? ErrorCode.UnknownTopicOrPart : topicError;
        if (KafkaErrors.Classify(error) == KafkaErrorClass.Missing)
        {
            return new Route(null, _missing.GetOrAdd(partition, _ => Deadline.Start(time, MissingDeadline)).IsOver ? ErrorCode.Local_UnknownPartition : ErrorCode.UnknownTopicOrPart);
        }

        _missing.TryRemove(partition, out _);
        return error != ErrorCode.NoError ? new Route(null, error)
            : cluster.LeaderOf(partition) is { } leader ? new Route(leader.Broker)
            : new Route(null, ErrorCode.LeaderNotAvailable);
    }
}
