using Confluent.Kafka;
using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Protocol;

namespace KafkaRestore.Kafka.Wire.Calls;

/// <summary>Asks the leaders of partitions for the first records at or after a time.</summary>
internal sealed class OffsetByTimeCalls(WireCluster cluster, TimeProvider time)
{
    // Leaders look through their logs for each.
    private const int PartitionsPerRequest = 200;

    /// <summary>Asks. A partition without a leader is asked for again; one is missing when the cluster has said so for three seconds.</summary>
    /// <param name="partitions">The partitions, each once, with the time in epoch milliseconds, 0 or more.</param>
    /// <param name="deadline">How long to go on asking.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <returns>Per partition, in their order; <see cref="ErrorCode.Local_UnknownPartition"/> for one that is missing.</returns>
    /// <exception cref="WireException">No broker answers.</exception>
    public async Task<IReadOnlyList<OffsetByTimeResult>> FindAsync(
        IReadOnlyCollection<KeyValuePair<TargetPartition, long>> partitions, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var leaders = new PartitionLeaders(cluster, time);
        var call = new ShardedCall<KeyValuePair<TargetPartition, long>, OffsetByTimeResult>(cluster, time)
        {
            Route = (subjects, token) => leaders.FindAsync([.. subjects.Select(static subject => subject.Key)], token),
            Ask = AskAsync,
            ErrorOf = static result => result.Error,
            MayPass = static error => KafkaErrors.MayPass(error) || error == ErrorCode.UnknownTopicOrPart,
            SubjectsPerRequest = PartitionsPerRequest,
            IsRead = true,
        };
        var questions = await call.RunAsync(partitions, deadline, cancellationToken).ConfigureAwait(false);
        return
        [
            .. questions.Select(static question => question is { Error: ErrorCode.NoError, Answer: { } answer }
                ? answer
                : new OffsetByTimeResult(question.Subject.Key, question.Error, null, question.Failure?.Message)),
        ];
    }

    private async Task<IReadOnlyList<OffsetByTimeResult?>> AskAsync(
        BrokerConnection connection, IReadOnlyList<KeyValuePair<TargetPartition, long>> partitions, CancellationToken cancellationToken)
    {
        // Uncommitted: a record of an open transaction is one, too. With the epoch: a leader of the past refuses to answer.
        var request = new ListOffsetsRequest(
            IsolationLevel.ReadUncommitted, [.. partitions.Select(pair => new ListOffsetsPartition(pair.Key, pair.Value, cluster.LeaderOf(pair.Key)?.Epoch ?? -1))]);
        var answer = await connection.AskWholeAsync(request, cancellationToken).ConfigureAwait(false);
        var results = answer.Partitions.DistinctBy(static result => result.Partition).ToDictionary(static result => result.Partition);
        return
        [
            .. partitions.Select(pair => results.TryGetValue(pair.Key, out var result)
                ? new OffsetByTimeResult(pair.Key, result.Error, result.Offset >= 0 ? result.Offset : null, null)
                : null),
        ];
    }
}

/// <summary>The first record of a partition at or after a time.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Error">NO_ERROR, or why it is not known.</param>
/// <param name="Offset">Its offset; null when there is none, or with an error.</param>
/// <param name="Message">How asking failed, for a person; null when a broker answered.</param>
internal sealed record OffsetByTimeResult(TargetPartition Partition, ErrorCode Error, long? Offset, string? Message);
