using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Sinks.Batch.Fencing;
using KafkaRestore.Kafka.Wire;
using KafkaRestore.Kafka.Wire.Calls;
using KafkaRestore.Kafka.Wire.Protocol;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Probing;

/// <summary>
/// Whether we may write with the transactional ids that fence partitions. Asked by ending a transaction of a producer that never was: the coordinator looks at the right first, then refuses,
/// because the id has no such producer.
/// </summary>
internal sealed class FenceQuestions(WireCluster cluster, TimeProvider time, TimeSpan deadline)
{
    private const long NoProducer = long.MaxValue;
    private const string Subject = "the right to transactional ids";
    private const string TransactionLog = "__transaction_state";

    /// <summary>The ids that we may not write with.</summary>
    /// <exception cref="Wire.Connections.WireException">Nobody says who coordinates.</exception>
    public async Task<IReadOnlyList<string>> AskAsync(IReadOnlyCollection<TargetPartition> partitions, Action<Unanswered> unanswered, CancellationToken cancellationToken)
    {
        if (partitions.Count == 0)
        {
            return [];
        }

        if (await HasNoTransactionLogAsync(cancellationToken).ConfigureAwait(false))
        {
            unanswered(new Unanswered(Subject, "nobody has used transactions in this cluster yet, and asking would make it create its log of them"));
            return [];
        }

        var call = new ShardedCall<string, EndTxnResponse>(cluster, time)
        {
            Route = (ids, token) => Route.ToCoordinatorsAsync(cluster, CoordinatorKind.Transaction, ids, token),
            Ask = static async (connection, only, token) => [await connection.AskWholeAsync(new EndTxnRequest(only[0], NoProducer, 0, commit: false), token).ConfigureAwait(false)],
            ErrorOf = static answer => answer.Error,
            IsRead = true, // nothing is ended
        };
        var denied = new List<string>();
        foreach (var question in await call.RunAsync(partitions.Select(PartitionFence.IdOf), deadline, cancellationToken).ConfigureAwait(false))
        {
            if (KafkaErrors.Classify(question.Error) == KafkaErrorClass.Denied)
            {
                denied.Add(question.Subject);
            }
            else if (question.Answer is null || KafkaErrors.MayPass(question.Error))
            {
                unanswered(new Unanswered(Subject, question.Failure?.Message ?? KafkaErrors.NameOf(question.Error)));
            }
        }

        return denied;
    }

    private async Task<bool> HasNoTransactionLogAsync(CancellationToken cancellationToken)
    {
        var answer = await cluster.FirstAsync(static (connection, token) => connection.AskWholeAsync(new MetadataRequest([TransactionLog]), token), cancellationToken).ConfigureAwait(false);
        return answer.Topics.Any(static topic => topic.Error == ErrorCode.UnknownTopicOrPart);
    }
}
