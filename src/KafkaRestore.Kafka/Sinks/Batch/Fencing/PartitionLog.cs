using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Sinks.Batch.Sending;
using KafkaRestore.Kafka.Wire;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Protocol;
using KafkaRestore.Records.Errors;
using IsolationLevel = Confluent.Kafka.IsolationLevel;
using KafkaErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Sinks.Batch.Fencing;

/// <summary>What stands in the log of one target partition, as its leader says; waits while there is no leader.</summary>
/// <param name="cluster">The target.</param>
/// <param name="target">The partition.</param>
/// <param name="deadline">How long to wait for an answer.</param>
/// <param name="time">The clock.</param>
/// <param name="trouble">Hears of what is waited for.</param>
internal sealed class PartitionLog(WireCluster cluster, TargetPartition target, TimeSpan deadline, TimeProvider time, LaneTrouble trouble)
{
    private const int FetchBytes = 1 << 20;
    private static readonly TimeSpan FetchWait = TimeSpan.FromMilliseconds(500);

    /// <summary>The high watermark: the offset that the next record gets.</summary>
    /// <exception cref="RestoreException">OPEN_TRANSACTION: a transaction of somebody else is open; TARGET_UNAVAILABLE, TARGET_DENIED, TARGET_TOPIC_MISSING.</exception>
    public async Task<long> ReadEndAsync(CancellationToken cancellationToken)
    {
        // In this order: a transaction that begins in between makes no difference to the first answer.
        var end = await ReadLatestAsync(IsolationLevel.ReadUncommitted, cancellationToken).ConfigureAwait(false);
        var stable = await ReadLatestAsync(IsolationLevel.ReadCommitted, cancellationToken).ConfigureAwait(false);
        return stable >= end
            ? end
            : throw new RestoreException(
                ErrorCodes.OpenTransaction, $"a transaction of another producer is open from offset {stable} on; the log ends at {end}", target.ToString());
    }

    /// <summary>Completes when the leader answers.</summary>
    /// <exception cref="RestoreException">TARGET_UNAVAILABLE, TARGET_DENIED.</exception>
    public Task WaitForLeaderAsync(CancellationToken cancellationToken) => ReadLatestAsync(IsolationLevel.ReadUncommitted, cancellationToken);

    /// <summary>The batches of records that hold offsets of <paramref name="from"/> up to <paramref name="to"/>; control batches are left out.</summary>
    /// <exception cref="RestoreException">TARGET_REWOUND: the offsets are gone; TARGET_UNAVAILABLE, TARGET_DENIED.</exception>
    public async Task<IReadOnlyList<LoggedBatch>> ReadBatchesAsync(long from, long to, CancellationToken cancellationToken)
    {
        var batches = new List<LoggedBatch>();
        var next = from;
        var clock = Deadline.Start(time, deadline);
        while (next < to)
        {
            var offset = next;
            var answer = await AskLeaderAsync(
                leader => new FetchRequest(FetchWait, FetchBytes, IsolationLevel.ReadUncommitted, [new FetchPartition(target, offset, FetchBytes, leader.Epoch)]),
                static answer => answer.Error != KafkaErrorCode.NoError ? answer.Error
                    : answer.Partitions.Count == 1 ? answer.Partitions[0].Error : KafkaErrorCode.UnknownTopicOrPart,
                cancellationToken).ConfigureAwait(false);
            next = Walk(answer.Partitions[0].Records.Span, next, to, batches);
            if (next > offset)
            {
                clock = Deadline.Start(time, deadline);
            }
            else if (clock.IsOver)
            {
                throw new RestoreException(ErrorCodes.TargetUnavailable, $"offset {next} of {to} could not be read within {deadline.TotalSeconds:0.#} s", target.ToString());
            }
        }

        return batches;
    }

    /// <summary>Notes the batches in fetched bytes and says how far they reach. A batch that stands there twice, at the same offsets, counts once: a full disk can do that.</summary>
    private long Walk(ReadOnlySpan<byte> records, long from, long to, List<LoggedBatch> batches)
    {
        var reached = from;
        var walker = new RecordBatchWalker(records);
        while (true)
        {
            switch (walker.Next(out var header))
            {
                case RecordBatchStep.End:
                    return reached;
                case RecordBatchStep.NotSupported:
                    throw new RestoreException(ErrorCodes.ForeignWriter, "the log holds records of a format before Kafka 0.11, which this restore has not written", target.ToString());
            }

            if (!header.IsControl && header.LastOffset >= reached && header.BaseOffset < to)
            {
                batches.Add(new LoggedBatch(new ProducerIdentity(header.ProducerId, header.ProducerEpoch), header.BaseSequence, header.BaseOffset, header.LastOffsetDelta + 1));
            }

            reached = Math.Max(reached, header.NextOffset);
        }
    }

    private async Task<long> ReadLatestAsync(IsolationLevel isolation, CancellationToken cancellationToken)
    {
        var answer = await AskLeaderAsync(
            leader => new ListOffsetsRequest(isolation, [new ListOffsetsPartition(target, ListOffsetsPartition.Latest, leader.Epoch)]),
            static answer => answer.Partitions.Count == 1 ? answer.Partitions[0].Error : KafkaErrorCode.UnknownTopicOrPart,
            cancellationToken).ConfigureAwait(false);
        return answer.Partitions[0].Offset;
    }

    private async Task<TResponse> AskLeaderAsync<TResponse>(
        Func<PartitionLeader, Request<TResponse>> request,
        Func<TResponse, KafkaErrorCode> errorOf,
        CancellationToken cancellationToken)
    {
        var clock = Deadline.Start(time, deadline);
        var backoff = default(Backoff);
        for (var isRepeated = false; ; isRepeated = true)
        {
            string why;
            try
            {
                if (isRepeated)
                {
                    await cluster.RefreshAsync([target.Topic], cancellationToken).ConfigureAwait(false);
                }

                if (cluster.LeaderOf(target) is { } leader)
                {
                    var connection = await cluster.BrokerAsync(leader.Broker, cancellationToken).ConfigureAwait(false);
                    var answer = await connection.AskAsync(request(leader), cancellationToken).ConfigureAwait(false);
                    var error = errorOf(answer);
                    if (error == KafkaErrorCode.NoError)
                    {
                        trouble.SayAside(null);
                        return answer;
                    }

                    ThrowIfFinal(error);
                    why = KafkaErrors.NameOf(error);
                }
                else
                {
                    why = TargetFailures.Leaderless;
                }
            }
            catch (WireException failure) when (failure.Failure is WireFailure.Denied or WireFailure.Unsupported)
            {
                throw WireCluster.ToRestoreException(failure, "reading the end of the log", target.ToString());
            }
            catch (WireException failure)
            {
                why = failure.Message;
            }

            trouble.SayAside(why);
            if (clock.IsOver)
            {
                throw new RestoreException(
                    ErrorCodes.TargetUnavailable, $"the end of the log could not be read within {deadline.TotalSeconds:0.#} s: {why}", target.ToString());
            }

            await Task.Delay(backoff.Next(), time, cancellationToken).ConfigureAwait(false);
        }
    }

    private void ThrowIfFinal(KafkaErrorCode error)
    {
        switch (KafkaErrors.Classify(error))
        {
            case KafkaErrorClass.Retriable or KafkaErrorClass.AfterLeaderChange or KafkaErrorClass.Unreachable or KafkaErrorClass.Missing:
                return;
            case KafkaErrorClass.Denied:
                throw new RestoreException(ErrorCodes.TargetDenied, $"reading the end of the log was denied: {KafkaErrors.NameOf(error)}", target.ToString());
            default:
                throw new RestoreException(
                    error == KafkaErrorCode.OffsetOutOfRange ? ErrorCodes.TargetRewound : ErrorCodes.ProduceRefused,
                    $"the end of the log could not be read: {KafkaErrors.NameOf(error)}",
                    target.ToString());
        }
    }
}

/// <summary>A batch of records as it stands in the log.</summary>
/// <param name="Producer">Who wrote it.</param>
/// <param name="BaseSequence">Sequence number of its first record; -1 when the producer is not idempotent.</param>
/// <param name="BaseOffset">Offset of its first record.</param>
/// <param name="Count">How many records.</param>
internal readonly record struct LoggedBatch(ProducerIdentity Producer, int BaseSequence, long BaseOffset, int Count);
