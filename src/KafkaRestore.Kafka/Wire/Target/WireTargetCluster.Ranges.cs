using System.Collections.Concurrent;
using KafkaRestore.Kafka.Reading;
using KafkaRestore.Kafka.Reading.Fetching;
using KafkaRestore.Kafka.Wire.Calls;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Memory;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Wire.Target;

/// <content>What the partitions' logs hold.</content>
internal sealed partial class WireTargetCluster
{
    // A takeover of a partition leaves a marker or two: more offsets than this are not markers alone.
    private const int SmallRange = 1_000;

    // One record is enough.
    private static readonly ReadOptions Glance = new() { Deadline = TimeSpan.FromSeconds(30), FetchBytes = 64 << 10, BlockBytes = 64 << 10, Blocks = 1 };

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<TargetPartition, PartitionRange>> ReadRangesAsync(IReadOnlyCollection<TargetPartition> partitions, CancellationToken cancellationToken)
    {
        IReadOnlyList<LogRangeResult> results;
        try
        {
            results = await new LogRangeCalls(_cluster, _time).ReadAsync([.. partitions.Distinct()], _options.RequestDeadline, cancellationToken).ConfigureAwait(false);
        }
        catch (WireException failure)
        {
            throw Failure(failure, "reading the ends of partitions");
        }

        return results.FirstOrDefault(static result => result.Error != ErrorCode.NoError) is { } failed
            ? throw RangeFailure(failed)
            : results.ToDictionary(static result => result.Partition, static result => result.Range);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlySet<TargetPartition>> FindRecordsAsync(IReadOnlyDictionary<TargetPartition, PartitionRange> ranges, CancellationToken cancellationToken)
    {
        var found = new ConcurrentBag<TargetPartition>(ranges.Where(static pair => pair.Value.Offsets > SmallRange).Select(static pair => pair.Key));
        var small = ranges.Where(static pair => pair.Value.Offsets is > 0 and <= SmallRange).ToList();
        if (small.Count > 0)
        {
            var budget = new MemoryBudget(WireTargetReader.WorkingBytes(Glance) * _options.Parallelism);
            var reader = new WireTargetReader(_connection, budget, _wire, _log, _time);
            await using (reader.ConfigureAwait(false))
            {
                var bounds = new ParallelOptions { MaxDegreeOfParallelism = _options.Parallelism, CancellationToken = cancellationToken };
                await Parallel.ForEachAsync(
                    small,
                    bounds,
                    async (pair, token) =>
                    {
                        if (await HoldsRecordAsync(reader, pair.Key, pair.Value, token).ConfigureAwait(false))
                        {
                            found.Add(pair.Key);
                        }
                    }).ConfigureAwait(false);
            }
        }

        return found.ToHashSet();
    }

    private static async Task<bool> HoldsRecordAsync(WireTargetReader reader, TargetPartition partition, PartitionRange range, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var block in reader.ReadAsync(partition, range.LogStart, range.End, Glance, cancellationToken).ConfigureAwait(false))
            {
                using (block)
                {
                    if (block.Count > 0)
                    {
                        return true;
                    }
                }
            }

            return false;
        }
        catch (RestoreException denied) when (denied.Code == ErrorCodes.TargetDenied)
        {
            return true;
        }
    }

    private RestoreException RangeFailure(LogRangeResult failed) => failed.Error == ErrorCode.Local_UnknownPartition
        ? TargetFailures.Missing(failed.Partition)
        : Failure(failed.Error, failed.Message, $"reading the end of {failed.Partition}");
}
