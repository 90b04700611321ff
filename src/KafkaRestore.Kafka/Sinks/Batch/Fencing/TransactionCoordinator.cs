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
/// <param name="cluster">The target.</param>
/// <param name="transactionalId">The id.</param>
/// <param name="where">What an error is about.</param>
/// <param name="deadline">How long to wait for an answer.</param>
/// <param name="time">The clock.</param>
/// <param name="trouble">Hears of what is waited for; null: nobody does.</param>
internal sealed class TransactionCoordinator(
    WireCluster cluster, string transactionalId, string where, TimeSpan deadline, TimeProvider time, LaneTrouble? trouble = null)
{
    private int? _broker;

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
            Route = RouteAsync,
            Ask = async (connection, _, token) => [await connection.AskAsync(request, token).ConfigureAwait(false)],
            ErrorOf = errorOf,
            MayPass = WaitsFor,
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
        finally
        {
            trouble?.SayAside(null);
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

    private async Task<IReadOnlyList<Route>> RouteAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        _broker = null;
        var routes = await Route.ToCoordinatorsAsync(cluster, CoordinatorKind.Transaction, ids, cancellationToken).ConfigureAwait(false);
        _broker = routes[0].Broker;
        return routes;
    }

    /// <summary>Whether to ask again after <paramref name="error"/>; names it to who watches.</summary>
    private bool WaitsFor(KafkaErrorCode error)
    {
        var mayPass = MayPass(error);
        if (mayPass)
        {
            trouble?.SayAside(error switch
            {
                KafkaErrorCode.ConcurrentTransactions => "the marker of the fence is not in the log yet",
                _ when (int)error < 0 && _broker is { } broker => $"the fence needs broker {broker}, the coordinator of transactional id '{transactionalId}', which does not answer",
                _ => $"the fence needs the coordinator of transactional id '{transactionalId}': {KafkaErrors.NameOf(error)}",
            });
        }

        return mayPass;
    }

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
