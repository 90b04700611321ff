using System.Collections.Concurrent;
using Confluent.Kafka;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Kafka.Client;

public sealed partial class TargetCluster
{
    // A topic that was created a moment ago may not have reached every broker's metadata.
    private static readonly TimeSpan MissingDeadline = TimeSpan.FromSeconds(3);

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<TargetPartition, PartitionRange>> ReadRangesAsync(IReadOnlyCollection<TargetPartition> partitions, CancellationToken cancellationToken)
    {
        var ranges = new ConcurrentDictionary<TargetPartition, PartitionRange>();
        var waiting = new ConcurrentQueue<TargetPartition>(partitions.Distinct());
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var clock = Deadline.Start(_time, _options.RequestDeadline);
        var readers = Enumerable.Range(0, Math.Min(_options.Parallelism, waiting.Count)).Select(_ => BlockingCall.RunAsync(ReadUntilEmpty, cancellationToken)).ToArray();
        await Task.WhenAll(readers).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return ranges;

        bool ReadUntilEmpty()
        {
            try
            {
                while (!stop.IsCancellationRequested && waiting.TryDequeue(out var partition))
                {
                    ranges[partition] = ReadRange(partition, clock, stop.Token);
                }

                return true;
            }
            catch (RestoreException)
            {
                stop.Cancel();
                throw;
            }
        }
    }

    private PartitionRange ReadRange(TargetPartition partition, Deadline clock, CancellationToken cancellationToken)
    {
        var missing = Deadline.Start(_time, MissingDeadline);
        while (true)
        {
            try
            {
                var slice = clock.Remaining < Slice ? clock.Remaining : Slice;
                var offsets = _consumer.Value.QueryWatermarkOffsets(new TopicPartition(partition.Topic, partition.Partition), slice);
                return new PartitionRange(offsets.Low.Value, offsets.High.Value);
            }
            catch (KafkaException e)
            {
                var kind = KafkaErrors.Classify(e.Error.Code);
                if (kind == KafkaErrorClass.Missing && missing.IsOver)
                {
                    throw new RestoreException(ErrorCodes.TargetTopicMissing, $"partition {partition} does not exist", partition.ToString());
                }

                if (clock.IsOver || (kind != KafkaErrorClass.Missing && !KafkaErrors.MayPass(e.Error.Code)))
                {
                    throw Failure(e.Error, $"reading the end of {partition}");
                }

                if (cancellationToken.WaitHandle.WaitOne(Pause))
                {
                    return default;
                }
            }
        }
    }
}
