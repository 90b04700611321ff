using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Wire;
using KafkaRestore.Kafka.Wire.Protocol;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Memory;
using IsolationLevel = Confluent.Kafka.IsolationLevel;
using KafkaErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Reading.Fetching;

/// <summary>Fetches the batches of one partition, whoever leads it; one fetch at a time.</summary>
internal sealed class PartitionFetcher(WireCluster cluster, TargetPartition target, long to, ReadOptions options, BufferPool pool, TimeProvider time)
{
    // Half of the largest answer that is accepted: the first batch comes whole, whatever is asked for.
    private const int MostFetchBytes = 32 << 20;

    private readonly LeaderQuestion _leader = new(cluster, target, time);
    private readonly IsolationLevel _isolation = options.Isolation == ReadIsolation.Committed ? IsolationLevel.ReadCommitted : IsolationLevel.ReadUncommitted;
    private int _fetchBytes = options.FetchBytes;
    private TimeSpan _throttle;

    /// <summary>Fetches from <paramref name="offset"/> on, until an answer brings the reading on.</summary>
    /// <exception cref="RestoreException">As <see cref="ITargetReader.ReadAsync"/> says.</exception>
    public async Task<FetchedBatches> FetchAsync(long offset, CancellationToken cancellationToken)
    {
        var clock = Deadline.Start(time, options.Deadline);
        var backoff = default(Backoff);
        var attempt = default(Attempt);
        while (true)
        {
            if (_throttle > TimeSpan.Zero)
            {
                // A broker that holds us back is no broker that is away.
                await Task.Delay(_throttle, time, cancellationToken).ConfigureAwait(false);
                _throttle = TimeSpan.Zero;
                clock = Deadline.Start(time, options.Deadline);
            }

            // No waiting at the broker: whoever waits there holds up everybody on the same connection.
            var (answer, trouble) = await _leader.TryAskAsync(
                leader => new FetchRequest(TimeSpan.Zero, _fetchBytes, _isolation, [new FetchPartition(target, offset, _fetchBytes, leader.Epoch)], pool: pool),
                cancellationToken).ConfigureAwait(false);
            if (answer is not null)
            {
                attempt = await JudgeAsync(answer, offset, attempt, cancellationToken).ConfigureAwait(false);
                if (attempt.Fetched is { } fetched)
                {
                    return fetched;
                }

                if (attempt.IsPromising)
                {
                    continue;
                }

                trouble = attempt.Trouble;
            }

            if (clock.IsOver)
            {
                throw new RestoreException(
                    attempt.Code ?? ErrorCodes.TargetUnavailable,
                    $"offset {offset} of {to} could not be read within {options.Deadline.TotalSeconds:0.#} s: {trouble}",
                    target.ToString());
            }

            await Task.Delay(backoff.Next(), time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<Attempt> JudgeAsync(FetchResponse answer, long offset, Attempt before, CancellationToken cancellationToken)
    {
        var isTaken = false;
        try
        {
            _throttle = answer.Throttle;
            if (answer.Error != KafkaErrorCode.NoError || answer.Partitions.Count != 1)
            {
                // A broker whose quota is used up leaves the partitions out.
                return answer.Error == KafkaErrorCode.NoError && answer.Throttle > TimeSpan.Zero
                    ? before with { IsPromising = true }
                    : Attempt.Failed(await _leader.ExplainAsync(answer.Error == KafkaErrorCode.NoError ? KafkaErrorCode.UnknownTopicOrPart : answer.Error, cancellationToken).ConfigureAwait(false));
            }

            var read = answer.Partitions[0];
            if (read.Error == KafkaErrorCode.OffsetOutOfRange)
            {
                return await OutOfRangeAsync(offset, before, cancellationToken).ConfigureAwait(false);
            }

            if (read.Error != KafkaErrorCode.NoError)
            {
                return Attempt.Failed(await _leader.ExplainAsync(read.Error, cancellationToken).ConfigureAwait(false));
            }

            if (read.Records.IsEmpty)
            {
                return await EmptyAsync(read, before, cancellationToken).ConfigureAwait(false);
            }

            var next = Reached(read.Records.Span);
            if (next > offset)
            {
                isTaken = true;
                return new Attempt { Fetched = new FetchedBatches(answer, read, next) };
            }

            // A batch that was cut off, from a broker that takes the bound at its word.
            var isLarger = _fetchBytes < MostFetchBytes;
            _fetchBytes = (int)Math.Min(MostFetchBytes, 2L * _fetchBytes);
            return Attempt.Failed($"{read.Records.Length} bytes hold no whole batch") with { IsPromising = isLarger };
        }
        finally
        {
            if (!isTaken)
            {
                answer.Dispose();
            }
        }
    }

    /// <summary>
    /// Nothing came, although nothing is wrong. A new leader's high watermark lags behind: only when it, and the log's end as the leader says, reach what is wanted
    /// is the rest empty.
    /// </summary>
    private async Task<Attempt> EmptyAsync(FetchPartitionResult read, Attempt before, CancellationToken cancellationToken)
    {
        var isCommitted = options.Isolation == ReadIsolation.Committed;
        var end = isCommitted ? read.LastStableOffset : read.HighWatermark;
        if (end < to)
        {
            return isCommitted && read.HighWatermark >= to
                ? Attempt.Failed($"a transaction is open from offset {end} on") with { Code = ErrorCodes.OpenTransaction }
                : Attempt.Failed($"the log ends at offset {end}");
        }

        if (before.IsEndConfirmed)
        {
            return new Attempt { Fetched = new FetchedBatches(null, read, to) };
        }

        var (latest, trouble) = await ListAsync(ListOffsetsPartition.Latest, cancellationToken).ConfigureAwait(false);
        return latest >= to ? new Attempt { IsEndConfirmed = true, IsPromising = true } : Attempt.Failed(latest is null ? trouble : $"the log ends at offset {latest}");
    }

    private async Task<Attempt> OutOfRangeAsync(long offset, Attempt before, CancellationToken cancellationToken)
    {
        await _leader.ExplainAsync(KafkaErrorCode.NotLeaderForPartition, cancellationToken).ConfigureAwait(false);
        var (earliest, trouble) = await ListAsync(ListOffsetsPartition.Earliest, cancellationToken).ConfigureAwait(false);
        if (earliest is null)
        {
            return Attempt.Failed(trouble);
        }

        if (earliest > offset)
        {
            throw new RestoreException(
                ErrorCodes.TargetRewound,
                $"offset {offset} is gone: the log begins at {earliest}",
                target.ToString(),
                "Retention, a deletion or a new topic of this name took the records.");
        }

        // Told twice, by the leader of now: the log is shorter than it was.
        var (latest, _) = await ListAsync(ListOffsetsPartition.Latest, cancellationToken).ConfigureAwait(false);
        return latest < offset && before.IsOutOfRange
            ? throw new RestoreException(ErrorCodes.TargetRewound, $"offset {offset} is gone: the log ends at {latest}", target.ToString())
            : Attempt.Failed($"offset {offset} is out of range, the log begins at {earliest}") with { IsOutOfRange = true };
    }

    private async Task<(long? Offset, string Trouble)> ListAsync(long which, CancellationToken cancellationToken)
    {
        var (answer, trouble) = await _leader.TryAskAsync(
            leader => new ListOffsetsRequest(_isolation, [new ListOffsetsPartition(target, which, leader.Epoch)]),
            cancellationToken).ConfigureAwait(false);
        if (answer is null)
        {
            return (null, trouble);
        }

        var error = answer.Partitions.Count == 1 ? answer.Partitions[0].Error : KafkaErrorCode.UnknownTopicOrPart;
        return error == KafkaErrorCode.NoError
            ? (answer.Partitions[0].Offset, "")
            : (null, await _leader.ExplainAsync(error, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>The offset after the last whole batch.</summary>
    private long Reached(ReadOnlySpan<byte> records)
    {
        var reached = 0L;
        try
        {
            var walker = new RecordBatchWalker(records);
            while (true)
            {
                switch (walker.Next(out var header))
                {
                    case RecordBatchStep.End:
                        return reached;
                    case RecordBatchStep.NotSupported:
                        throw new RestoreException(ErrorCodes.ForeignWriter, "the log holds records of a format before Kafka 0.11 (message sets of version 0 or 1)", target.ToString());
                }

                reached = Math.Max(reached, header.NextOffset);
            }
        }
        catch (WireFormatException e)
        {
            throw new RestoreException(ErrorCodes.TargetCorrupt, $"what was fetched after offset {reached} is no batch: {e.Message}", target.ToString(), inner: e);
        }
    }

    /// <summary>What an answer came to.</summary>
    private readonly record struct Attempt
    {
        /// <summary>What it brought; null when it did not bring the reading on.</summary>
        public FetchedBatches? Fetched { get; init; }

        /// <summary>What stands in the way.</summary>
        public string Trouble { get; init; }

        /// <summary>The error that it is when it does not pass; null is TARGET_UNAVAILABLE.</summary>
        public ErrorCode? Code { get; init; }

        /// <summary>Whether to ask again at once.</summary>
        public bool IsPromising { get; init; }

        /// <summary>Whether the leader has said that the log reaches what is wanted.</summary>
        public bool IsEndConfirmed { get; init; }

        /// <summary>Whether the offset was out of range.</summary>
        public bool IsOutOfRange { get; init; }

        public static Attempt Failed(string trouble) => new() { Trouble = trouble };
    }
}
