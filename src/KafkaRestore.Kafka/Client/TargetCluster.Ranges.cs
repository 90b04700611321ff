using System.Collections.Concurrent;
using Confluent.Kafka;
using KafkaRestore.Records.Errors;
using KafkaErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Client;

public sealed partial class TargetCluster
{
    // A takeover of a partition leaves a marker or two: more offsets than this are not markers alone.
    private const int SmallRange = 1_000;

    // A topic that was created a moment ago may not have reached every broker's metadata.
    private static readonly TimeSpan MissingDeadline = TimeSpan.FromSeconds(3);

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<TargetPartition, PartitionRange>> ReadRangesAsync(IReadOnlyCollection<TargetPartition> partitions, CancellationToken cancellationToken)
    {
        var ranges = new ConcurrentDictionary<TargetPartition, PartitionRange>();
        var clock = Deadline.Start(_time, _options.RequestDeadline);
        await ShareOutAsync(
            partitions.Distinct(),
            (share, stop) =>
            {
                foreach (var partition in share)
                {
                    ranges[partition] = ReadRange(partition, clock, stop);
                }
            },
            cancellationToken).ConfigureAwait(false);
        return ranges;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlySet<TargetPartition>> FindRecordsAsync(IReadOnlyDictionary<TargetPartition, PartitionRange> ranges, CancellationToken cancellationToken)
    {
        var found = new ConcurrentBag<TargetPartition>(ranges.Where(pair => pair.Value.Offsets > SmallRange).Select(pair => pair.Key));
        await ShareOutAsync(
            ranges.Where(pair => pair.Value.Offsets is > 0 and <= SmallRange).Select(pair => pair.Key),
            (share, stop) =>
            {
                using var reader = new PartitionReader(_connection, _time);
                foreach (var partition in share.Where(partition => HoldsRecord(reader, partition, ranges[partition], stop)))
                {
                    found.Add(partition);
                }
            },
            cancellationToken).ConfigureAwait(false);
        return found.ToHashSet();
    }

    /// <summary>Lets several threads take partitions from one queue; the first failure ends all.</summary>
    private async Task ShareOutAsync(IEnumerable<TargetPartition> partitions, Action<IEnumerable<TargetPartition>, CancellationToken> work, CancellationToken cancellationToken)
    {
        var waiting = new ConcurrentQueue<TargetPartition>(partitions);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var workers = Enumerable.Range(0, Math.Min(_options.Parallelism, waiting.Count)).Select(_ => BlockingCall.RunAsync(Work, cancellationToken)).ToArray();
        await Task.WhenAll(workers).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();

        bool Work()
        {
            try
            {
                work(Share(), stop.Token);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // The caller gave up, or another thread failed and says so.
            }
            catch (RestoreException)
            {
                stop.Cancel();
                throw;
            }

            return true;
        }

        IEnumerable<TargetPartition> Share()
        {
            while (!stop.IsCancellationRequested && waiting.TryDequeue(out var partition))
            {
                yield return partition;
            }
        }
    }

    private static bool HoldsRecord(PartitionReader reader, TargetPartition partition, PartitionRange range, CancellationToken cancellationToken)
    {
        try
        {
            return reader.Read(partition, range.LogStart, range.End, cancellationToken).Any();
        }
        catch (RestoreException denied) when (denied.Code == ErrorCodes.TargetDenied)
        {
            return true;
        }
    }

    private PartitionRange ReadRange(TargetPartition partition, Deadline clock, CancellationToken cancellationToken)
    {
        var missing = Deadline.Start(_time, MissingDeadline);
        Error? cause = null;
        while (true)
        {
            try
            {
                var slice = clock.Remaining < Slice ? clock.Remaining : Slice;
                var offsets = LogEndQuery.Ask(_consumer.Value, partition, slice);
                return new PartitionRange(offsets.Low.Value, offsets.High.Value);
            }
            catch (KafkaException e)
            {
                var kind = KafkaErrors.Classify(e.Error.Code);
                cause = e.Error.Code == KafkaErrorCode.Local_TimedOut ? cause ?? e.Error : e.Error; // what the cluster said tells more than silence
                if (kind == KafkaErrorClass.Missing && missing.IsOver)
                {
                    throw TargetFailures.Missing(partition);
                }

                if (clock.IsOver || (kind != KafkaErrorClass.Missing && !KafkaErrors.MayPass(e.Error.Code)))
                {
                    throw Failure(cause, $"reading the end of {partition}");
                }

                if (cancellationToken.WaitHandle.WaitOne(Pause))
                {
                    return default;
                }
            }
        }
    }
}
