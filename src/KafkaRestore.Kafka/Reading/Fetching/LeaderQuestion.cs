using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Wire;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Protocol;
using KafkaRestore.Records.Errors;
using KafkaErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Reading.Fetching;

/// <summary>Asks the leader of one partition, over connections shared with others. One attempt at a time: what stands in the way is said, not waited for.</summary>
internal sealed class LeaderQuestion(WireCluster cluster, TargetPartition target, TimeProvider time)
{
    // A leader that is paused does not hang up: after this long, another broker is asked whether it leads still.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    // A topic that was created a moment ago may not have reached every broker's metadata.
    private static readonly TimeSpan MissingDeadline = TimeSpan.FromSeconds(3);

    private Deadline? _missing;

    /// <summary>Asks once.</summary>
    /// <returns>The answer, or why there is none now.</returns>
    /// <exception cref="RestoreException">TARGET_DENIED, TARGET_TOPIC_MISSING, CONFIG_NOT_SUPPORTED.</exception>
    public async Task<(TResponse? Answer, string Trouble)> TryAskAsync<TResponse>(Func<PartitionLeader, Request<TResponse>> request, CancellationToken cancellationToken)
        where TResponse : class
    {
        try
        {
            if (cluster.LeaderOf(target) is not { } leader)
            {
                await RefreshAsync(cancellationToken).ConfigureAwait(false);
                if (cluster.LeaderOf(target) is not { } found)
                {
                    return (null, TargetFailures.Leaderless);
                }

                leader = found;
            }

            _missing = null;
            var answer = await AskAsync(leader, request(leader), cancellationToken).ConfigureAwait(false);
            return (answer, answer is null ? "the partition has another leader now" : "");
        }
        catch (WireException failure) when (failure.Failure is WireFailure.Denied or WireFailure.Unsupported)
        {
            throw WireCluster.ToRestoreException(failure, "reading", target.ToString());
        }
        catch (WireException failure)
        {
            await TryRefreshAsync(cancellationToken).ConfigureAwait(false);
            return (null, failure.Message);
        }
    }

    /// <summary>Looks at a partition's error: throws when it is final, else finds out what there is to find out, and gives its name.</summary>
    /// <exception cref="RestoreException">TARGET_DENIED, TARGET_TOPIC_MISSING, TARGET_CORRUPT.</exception>
    public async Task<string> ExplainAsync(KafkaErrorCode error, CancellationToken cancellationToken)
    {
        switch (KafkaErrors.Classify(error))
        {
            case KafkaErrorClass.Retriable or KafkaErrorClass.AfterLeaderChange or KafkaErrorClass.Unreachable or KafkaErrorClass.Missing:
                await TryRefreshAsync(cancellationToken).ConfigureAwait(false);
                return KafkaErrors.NameOf(error);
            case KafkaErrorClass.Denied:
                throw Denied(error);
            default:
                throw new RestoreException(ErrorCodes.TargetCorrupt, $"the leader refuses to give records: {KafkaErrors.NameOf(error)}", target.ToString(), "See the broker's log.");
        }
    }

    private async Task<TResponse?> AskAsync<TResponse>(PartitionLeader leader, Request<TResponse> request, CancellationToken cancellationToken)
        where TResponse : class
    {
        var sending = SendAsync(leader, request);
        try
        {
            while (true)
            {
                try
                {
                    return await sending.WaitAsync(Patience, time, cancellationToken).ConfigureAwait(false);
                }
                catch (TimeoutException)
                {
                    await RefreshAsync(cancellationToken).ConfigureAwait(false);
                    if (cluster.LeaderOf(target) is { } now && now != leader)
                    {
                        return null;
                    }
                }
            }
        }
        finally
        {
            // An answer that nobody waits for any more still holds memory.
            if (!sending.IsCompleted)
            {
                _ = sending.ContinueWith(
                    static late => (late.Exception is null ? late.Result as IDisposable : null)?.Dispose(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
        }
    }

    // Never cancelled in the middle of a request: the connection is not ours alone.
    private async Task<TResponse> SendAsync<TResponse>(PartitionLeader leader, Request<TResponse> request)
    {
        var connection = await cluster.BrokerAsync(leader.Broker, CancellationToken.None).ConfigureAwait(false);
        var answer = await connection.BeginAsync(request, Timeout, CancellationToken.None).ConfigureAwait(false);
        return await answer.ConfigureAwait(false);
    }

    private async Task TryRefreshAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RefreshAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (WireException failure) when (failure.Failure != WireFailure.Denied)
        {
            // The question that follows says it again.
        }
    }

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var errors = await cluster.RefreshAsync([target.Topic], cancellationToken).ConfigureAwait(false);
        var error = errors.GetValueOrDefault(target.Topic, KafkaErrorCode.UnknownTopicOrPart);
        if (KafkaErrors.Classify(error) == KafkaErrorClass.Denied)
        {
            throw Denied(error);
        }

        if (KafkaErrors.Classify(error) != KafkaErrorClass.Missing && target.Partition < (cluster.PartitionCountOf(target.Topic) ?? int.MaxValue))
        {
            return;
        }

        _missing ??= Deadline.Start(time, MissingDeadline);
        if (_missing is { IsOver: true })
        {
            throw new RestoreException(ErrorCodes.TargetTopicMissing, $"partition {target} does not exist", target.ToString());
        }
    }

    private RestoreException Denied(KafkaErrorCode error) =>
        new(ErrorCodes.TargetDenied, $"reading was denied: {KafkaErrors.NameOf(error)}", target.ToString());
}
