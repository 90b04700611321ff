using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Sinks.Batch.Sending;
using KafkaRestore.Kafka.Wire;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Protocol;
using KafkaRestore.Records.Errors;
using KafkaErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Sinks.Batch.Fencing;

/// <summary>Asks the coordinator of one transactional id, and goes on asking while the answer may change.</summary>
internal sealed class TransactionCoordinator(WireCluster cluster, string transactionalId, TargetPartition target, TimeSpan deadline, TimeProvider time)
{
    /// <summary>Asks until there is an answer that is final.</summary>
    /// <param name="request">The question.</param>
    /// <param name="errorOf">The error in an answer, NO_ERROR included.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <exception cref="RestoreException">FENCED, TARGET_DENIED, TARGET_UNAVAILABLE, PRODUCE_REFUSED.</exception>
    public async Task<TResponse> AskAsync<TResponse>(Request<TResponse> request, Func<TResponse, KafkaErrorCode> errorOf, CancellationToken cancellationToken)
    {
        var clock = Deadline.Start(time, deadline);
        var backoff = default(Backoff);
        while (true)
        {
            string trouble;
            try
            {
                var (answer, error) = await AskOnceAsync(request, errorOf, cancellationToken).ConfigureAwait(false);
                if (error == KafkaErrorCode.NoError)
                {
                    return answer!;
                }

                ThrowIfFinal(request.Api, error);
                trouble = KafkaErrors.NameOf(error);
            }
            catch (WireException failure) when (failure.Failure is WireFailure.Denied or WireFailure.Unsupported)
            {
                throw WireCluster.ToRestoreException(failure, "fencing older writers", target.ToString());
            }
            catch (WireException failure)
            {
                trouble = failure.Message;
            }

            if (clock.IsOver)
            {
                throw new RestoreException(
                    ErrorCodes.TargetUnavailable,
                    $"older writers could not be fenced within {deadline.TotalSeconds:0.#} s; {request.Api} of transactional id '{transactionalId}': {trouble}",
                    target.ToString(),
                    "Check that the cluster can keep __transaction_state (transaction.state.log.replication.factor brokers are needed), or set restore.delivery: idempotent.");
            }

            await Task.Delay(backoff.Next(), time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<(TResponse? Answer, KafkaErrorCode Error)> AskOnceAsync<TResponse>(
        Request<TResponse> request,
        Func<TResponse, KafkaErrorCode> errorOf,
        CancellationToken cancellationToken)
    {
        var coordinator = await cluster.CoordinatorAsync(CoordinatorKind.Transaction, transactionalId, cancellationToken).ConfigureAwait(false);
        if (coordinator.Connection is not { } connection)
        {
            return (default, coordinator.Error);
        }

        var answer = await connection.AskAsync(request, cancellationToken).ConfigureAwait(false);
        return (answer, errorOf(answer));
    }

    private void ThrowIfFinal(Api api, KafkaErrorCode error)
    {
        switch (error)
        {
            case KafkaErrorCode.InvalidProducerEpoch or KafkaErrorCode.ProducerFenced or KafkaErrorCode.InvalidProducerIdMapping:
                throw PartitionRefusals.Taken(KafkaErrors.NameOf(error), target);
            case KafkaErrorCode.UnknownTopicOrPart:
                // A topic that was created a moment ago may not have reached the coordinator.
                return;
        }

        switch (KafkaErrors.Classify(error))
        {
            case KafkaErrorClass.Denied:
                throw new RestoreException(
                    ErrorCodes.TargetDenied,
                    $"fencing older writers was denied: {api} of transactional id '{transactionalId}': {KafkaErrors.NameOf(error)}",
                    target.ToString(),
                    $"Allow Write and Describe on transactional ids with the prefix '{PartitionFence.IdPrefix}' (docs/security.md), or set restore.delivery: idempotent.");
            case KafkaErrorClass.Retriable or KafkaErrorClass.AfterLeaderChange or KafkaErrorClass.Unreachable:
                return;
            default:
                throw new RestoreException(
                    ErrorCodes.ProduceRefused,
                    $"older writers could not be fenced: {api} of transactional id '{transactionalId}': {KafkaErrors.NameOf(error)}",
                    target.ToString(),
                    "Set restore.delivery: idempotent to restore without a fence.");
        }
    }
}
