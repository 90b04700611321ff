using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Sinks.Batch.Sending;
using KafkaRestore.Kafka.Wire;
using KafkaRestore.Kafka.Wire.Calls;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Protocol;
using KafkaRestore.Records.Errors;
using KafkaErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Sinks.Batch.Fencing;

/// <summary>Asks the coordinator of one transactional id, and goes on asking while the answer may change.</summary>
internal sealed class TransactionCoordinator(WireCluster cluster, string transactionalId, string where, TimeSpan deadline, TimeProvider time)
{
    /// <summary>Asks until there is an answer that is final.</summary>
    /// <param name="request">The question.</param>
    /// <param name="errorOf">The error in an answer, NO_ERROR included.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <exception cref="RestoreException">FENCED, TARGET_DENIED, TARGET_UNAVAILABLE, PRODUCE_REFUSED.</exception>
    public async Task<TResponse> AskAsync<TResponse>(Request<TResponse> request, Func<TResponse, KafkaErrorCode> errorOf, CancellationToken cancellationToken)
        where TResponse : class
    {
        var call = new ShardedCall<string, TResponse>(cluster, time)
        {
            Route = (ids, token) => Route.ToCoordinatorsAsync(cluster, CoordinatorKind.Transaction, ids, token),
            Ask = async (connection, _, token) => [await connection.AskAsync(request, token).ConfigureAwait(false)],
            ErrorOf = errorOf,
            MayPass = MayPass,
        };
        Question<string, TResponse> question;
        try
        {
            question = (await call.RunAsync([transactionalId], deadline, cancellationToken).ConfigureAwait(false))[0];
        }
        catch (WireException failure)
        {
            throw Failed(request.Api, failure);
        }

        return question switch
        {
            { Failure: { } failure } => throw Failed(request.Api, failure),
            { Error: KafkaErrorCode.NoError } => question.Require(),
            { Error: var error } => throw Refused(request.Api, error),
        };
    }

    // A topic that was created a moment ago may not have reached the coordinator.
    private static bool MayPass(KafkaErrorCode error) => error == KafkaErrorCode.UnknownTopicOrPart || KafkaErrors.MayPass(error);

    private RestoreException Failed(Api api, WireException failure) => failure.Failure is WireFailure.Denied or WireFailure.Unsupported
        ? WireCluster.ToRestoreException(failure, "fencing older writers", where)
        : Unavailable(api, failure.Message);

    private RestoreException Refused(Api api, KafkaErrorCode error)
    {
        if (error is KafkaErrorCode.InvalidProducerEpoch or KafkaErrorCode.ProducerFenced or KafkaErrorCode.InvalidProducerIdMapping)
        {
            return PartitionRefusals.Taken(KafkaErrors.NameOf(error), where);
        }

        if (MayPass(error))
        {
            return Unavailable(api, KafkaErrors.NameOf(error));
        }

        return KafkaErrors.Classify(error) == KafkaErrorClass.Denied
            ? new RestoreException(
                ErrorCodes.TargetDenied,
                $"fencing older writers was denied: {api} of transactional id '{transactionalId}': {KafkaErrors.NameOf(error)}",
                where,
                $"Allow Write and Describe on transactional ids with the prefix '{PartitionFence.IdPrefix}' (docs/security.md), or set restore.delivery: idempotent.")
            : new RestoreException(
                ErrorCodes.ProduceRefused,
                $"older writers could not be fenced: {api} of transactional id '{transactionalId}': {KafkaErrors.NameOf(error)}",
                where,
                "Set restore.delivery: idempotent to restore without a fence.");
    }

    private RestoreException Unavailable(Api api, string trouble) => new(
        ErrorCodes.TargetUnavailable,
        $"older writers could not be fenced within {deadline.TotalSeconds:0.#} s; {api} of transactional id '{transactionalId}': {trouble}",
        where,
        "Check that the cluster can keep __transaction_state (transaction.state.log.replication.factor brokers are needed), or set restore.delivery: idempotent.");
}
