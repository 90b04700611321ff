using Confluent.Kafka;
using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Protocol;

namespace KafkaRestore.Kafka.Wire.Calls;

/// <summary>Asks the leaders of partitions for the first offsets and the ends of their logs.</summary>
internal sealed class LogRangeCalls(WireCluster cluster, TimeProvider time)
{
    private const int PartitionsPerRequest = 1_000;

    // A leader that is paused does not hang up; by then there may be another one.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Asks for the ranges. A partition without a leader is asked for again; one is missing when the cluster has said so for three seconds.</summary>
    /// <param name="partitions">The partitions, each once.</param>
    /// <param name="deadline">How long to go on asking.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <returns>Per partition, in their order; <see cref="ErrorCode.Local_UnknownPartition"/> for one that is missing.</returns>
    /// <exception cref="WireException">No broker answers.</exception>
    /// <exception cref="ArgumentException">A partition stands there twice.</exception>
    public async Task<IReadOnlyList<LogRangeResult>> ReadAsync(IReadOnlyCollection<TargetPartition> partitions, TimeSpan deadline, CancellationToken cancellationToken)
    {
        Subjects.ThrowIfTwice(partitions);
        var leaders = new PartitionLeaders(cluster, time);
        var call = new ShardedCall<TargetPartition, LogRangeResult>(cluster, time)
        {
            Route = leaders.FindAsync,
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
                : new LogRangeResult(question.Subject, question.Error, default, question.Failure?.Message)),
        ];
    }

    private async Task<IReadOnlyList<LogRangeResult?>> AskAsync(BrokerConnection connection, IReadOnlyList<TargetPartition> partitions, CancellationToken cancellationToken)
    {
        var first = OffsetsAsync(ListOffsetsPartition.Earliest);
        var ends = OffsetsAsync(ListOffsetsPartition.Latest);
        try
        {
            await Task.WhenAll(first, ends).WaitAsync(Patience, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw new WireException(WireFailure.TimedOut, $"no answer within {Patience.TotalSeconds:0.#} s", e).At(connection.Address);
        }

        var (starts, latest) = (await first.ConfigureAwait(false), await ends.ConfigureAwait(false));
        return [.. partitions.Select(partition => starts.TryGetValue(partition, out var start) && latest.TryGetValue(partition, out var end) ? Combine(start, end) : null)];

        async Task<Dictionary<TargetPartition, ListOffsetsPartitionResult>> OffsetsAsync(long which)
        {
            // Uncommitted: else the end is the last stable offset, and records of an open transaction are not seen.
            // With the epoch: a leader of the past refuses to answer.
            var request = new ListOffsetsRequest(
                IsolationLevel.ReadUncommitted, [.. partitions.Select(partition => new ListOffsetsPartition(partition, which, cluster.LeaderOf(partition)?.Epoch ?? -1))]);
            var answer = await connection.AskWholeAsync(request, cancellationToken).ConfigureAwait(false);
            return answer.Partitions.DistinctBy(static result => result.Partition).ToDictionary(static result => result.Partition);
        }
    }

    private static LogRangeResult Combine(ListOffsetsPartitionResult start, ListOffsetsPartitionResult end) =>
        new(start.Partition, start.Error == ErrorCode.NoError ? end.Error : start.Error, new PartitionRange(start.Offset, end.Offset), null);
}

/// <summary>What a partition's log holds.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Error">NO_ERROR, or why there is no range.</param>
/// <param name="Range">First offset and high watermark.</param>
/// <param name="Message">How asking failed, for a person; null when a broker answered.</param>
internal sealed record LogRangeResult(TargetPartition Partition, ErrorCode Error, PartitionRange Range, string? Message);
