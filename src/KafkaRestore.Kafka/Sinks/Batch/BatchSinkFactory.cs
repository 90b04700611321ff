using KafkaRestore.Kafka.Batches;
using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Sinks.Batch.Fencing;
using KafkaRestore.Kafka.Sinks.Batch.Sending;
using KafkaRestore.Kafka.Wire;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Protocol;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Memory;
using KafkaErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Sinks.Batch;

/// <summary>Opens sinks that write whole record batches; they share connections to the brokers.</summary>
public sealed class BatchSinkFactory : IRecordSinkFactory
{
    private static readonly Api[] Needed = [ProduceRequest.Definition, MetadataRequest.Definition, InitProducerIdRequest.Definition, ListOffsetsRequest.Definition, FetchRequest.Definition];

    private static readonly Api[] NeededToFence = [FindCoordinatorRequest.Definition, AddPartitionsToTxnRequest.Definition, EndTxnRequest.Definition];

    private readonly DeliveryOptions _delivery;
    private readonly TimeProvider _time;
    private readonly WireCluster _cluster;
    private readonly ProduceDispatcher _dispatcher;

    /// <summary>Prepares the factory; nothing is asked of a broker yet.</summary>
    /// <exception cref="RestoreException">CONFIG_INVALID.</exception>
    public BatchSinkFactory(KafkaConnectionOptions connection, DeliveryOptions delivery, Action<ClientLogLine>? log = null, TimeProvider? time = null)
        : this(connection, delivery, null, log, time)
    {
    }

    internal BatchSinkFactory(KafkaConnectionOptions connection, DeliveryOptions delivery, WireOptions? wire, Action<ClientLogLine>? log = null, TimeProvider? time = null)
    {
        _delivery = delivery;
        _time = time ?? TimeProvider.System;
        var sink = log ?? (static _ => { });
        _cluster = new WireCluster(connection, wire, sink, _time);
        _dispatcher = new ProduceDispatcher(_cluster, delivery, sink, _time);
        Description = new SinkDescription("batch", IsFenced ? "fenced" : "idempotent", "sink: batch");
    }

    /// <inheritdoc/>
    public SinkDescription Description { get; }

    /// <inheritdoc/>
    public void ChangeBrokerRate(long bytesPerSecond) => _dispatcher.ChangeBrokerRate(bytesPerSecond);

    private bool IsFenced => _delivery.Guarantee != DeliveryGuarantee.Idempotent;

    /// <summary>Why this sink cannot serve that target, for a person; null when it can. Asks the brokers for the requests that they take.</summary>
    /// <exception cref="RestoreException">TARGET_UNREACHABLE, TARGET_DENIED: no broker answers.</exception>
    public static async Task<string?> WhyNotAsync(KafkaConnectionOptions connection, DeliveryOptions delivery, Action<ClientLogLine>? log, TimeProvider? time, CancellationToken cancellationToken)
    {
        if (!RecordBatchBuilder.Supports(delivery.Codec))
        {
            return $"it does not write {delivery.Codec.ToString().ToLowerInvariant()}";
        }

        if (WireCluster.WhyNot(connection) is { } setting)
        {
            return setting;
        }

        var cluster = new WireCluster(connection, null, log, time);
        await using (cluster.ConfigureAwait(false))
        {
            try
            {
                var broker = await cluster.AnyAsync(cancellationToken).ConfigureAwait(false);
                var needed = delivery.Guarantee == DeliveryGuarantee.Idempotent ? Needed : Needed.Concat(NeededToFence);
                return needed.FirstOrDefault(api => !broker.Supports(api)) is { } missing
                    ? $"the broker does not take {missing} in version {missing.Lowest} to {missing.Highest}"
                    : null;
            }
            catch (WireException failure)
            {
                throw WireCluster.ToRestoreException(failure, "connecting", string.Join(',', connection.BootstrapServers));
            }
        }
    }

    /// <inheritdoc/>
    /// <exception cref="RestoreException">TARGET_DENIED, TARGET_UNAVAILABLE, PRODUCE_REFUSED: no partition could be fenced.</exception>
    public ValueTask PrepareAsync(CancellationToken cancellationToken) =>
        IsFenced ? new(PartitionFence.ProbeAsync(_cluster, _delivery.AcknowledgementDeadline, _time, cancellationToken)) : ValueTask.CompletedTask;

    /// <inheritdoc/>
    /// <exception cref="RestoreException">
    /// TARGET_TOPIC_MISSING, TARGET_PARTITIONS: there is no such partition; FOREIGN_WRITER, TARGET_REWOUND: its log does not end where the lane found it; OPEN_TRANSACTION, FENCED,
    /// TARGET_DENIED, TARGET_UNAVAILABLE.
    /// </exception>
    public async ValueTask<IRecordSink> OpenAsync(SinkLane lane, ISinkObserver observer, CancellationToken cancellationToken)
    {
        var trouble = new LaneTrouble(observer);
        await RequirePartitionAsync(lane.Target, trouble, cancellationToken).ConfigureAwait(false);
        var log = new PartitionLog(_cluster, lane.Target, _delivery.AcknowledgementDeadline, _time, trouble);
        var fence = IsFenced ? new PartitionFence(_cluster, lane.Target, log, _dispatcher.Standstills, trouble, _delivery.AcknowledgementDeadline, _time) : null;
        var start = fence is null
            ? new FencedPartition(await NewProducerAsync(lane.Target, cancellationToken).ConfigureAwait(false), await log.ReadEndAsync(cancellationToken).ConfigureAwait(false))
            : await fence.AcquireAsync(cancellationToken).ConfigureAwait(false);
        if (lane.Takeover is { } takeover)
        {
            start = start with { EndOffset = await takeover(fence is null ? null : start.EndOffset, cancellationToken).ConfigureAwait(false) };
        }
        else
        {
            await RequireUntouchedAsync(lane, log, start.EndOffset, cancellationToken).ConfigureAwait(false);
        }

        var window = new QueueWindow(lane.QueueBytes);
        var splitter = new RecordBatchSplitter(_delivery.Codec, _delivery.CodecLevel, BufferPool.Shared);
        var queue = new PartitionQueue(lane.Target, start.Producer, start.EndOffset, fence, _dispatcher, observer, trouble, window, splitter, _delivery.AcknowledgementDeadline, _time, lane.LeaveOut);
        await _dispatcher.PlaceAsync(queue).WaitAsync(cancellationToken).ConfigureAwait(false);
        return new BatchSink(lane, start.EndOffset, queue, window, _dispatcher, _delivery, _time);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _dispatcher.DisposeAsync().ConfigureAwait(false);
        await _cluster.DisposeAsync().ConfigureAwait(false);
    }

    private async Task RequirePartitionAsync(TargetPartition target, LaneTrouble trouble, CancellationToken cancellationToken)
    {
        var error = await FindTopicAsync(target, trouble, cancellationToken).ConfigureAwait(false);
        if (KafkaErrors.Classify(error) == KafkaErrorClass.Denied)
        {
            throw new RestoreException(ErrorCodes.TargetDenied, $"opening a lane was denied: {KafkaErrors.NameOf(error)}", target.ToString());
        }

        if (_cluster.PartitionCountOf(target.Topic) is not { } count)
        {
            throw new RestoreException(ErrorCodes.TargetTopicMissing, $"topic '{target.Topic}' does not exist", target.ToString());
        }

        if (target.Partition >= count)
        {
            throw new RestoreException(ErrorCodes.TargetPartitions, $"topic '{target.Topic}' has {count} partitions, there is no partition {target.Partition}", target.ToString());
        }
    }

    /// <summary>The topic's error, NO_ERROR included; waits for a broker that answers.</summary>
    private async Task<KafkaErrorCode> FindTopicAsync(TargetPartition target, LaneTrouble trouble, CancellationToken cancellationToken)
    {
        var clock = Deadline.Start(_time, _delivery.AcknowledgementDeadline);
        var backoff = default(Backoff);
        while (true)
        {
            try
            {
                var errors = await _cluster.RefreshAsync([target.Topic], cancellationToken).ConfigureAwait(false);
                trouble.SayAside(null);
                return errors.GetValueOrDefault(target.Topic, KafkaErrorCode.UnknownTopicOrPart);
            }
            catch (WireException failure) when (!clock.IsOver)
            {
                trouble.SayAside(failure.Message);
            }
            catch (WireException failure)
            {
                throw WireCluster.ToRestoreException(failure, "opening a lane", target.ToString());
            }

            await Task.Delay(backoff.Next(), _time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A producer id without a transactional id: whoever asks gets a new one.</summary>
    private async Task<ProducerIdentity> NewProducerAsync(TargetPartition target, CancellationToken cancellationToken)
    {
        var clock = Deadline.Start(_time, _delivery.AcknowledgementDeadline);
        var backoff = default(Backoff);
        while (true)
        {
            string trouble;
            try
            {
                var broker = await _cluster.AnyAsync(cancellationToken).ConfigureAwait(false);
                var answer = await broker.AskAsync(new InitProducerIdRequest(null, TimeSpan.FromMinutes(1)), cancellationToken).ConfigureAwait(false);
                if (answer.Error == KafkaErrorCode.NoError)
                {
                    return new ProducerIdentity(answer.ProducerId, answer.ProducerEpoch);
                }

                trouble = KafkaErrors.NameOf(answer.Error);
                if (!KafkaErrors.MayPass(answer.Error))
                {
                    throw KafkaErrors.Classify(answer.Error) == KafkaErrorClass.Denied
                        ? new RestoreException(ErrorCodes.TargetDenied, $"writing idempotently was denied: {trouble}", target.ToString())
                        : new RestoreException(ErrorCodes.ProduceRefused, $"no producer id was given: {trouble}", target.ToString());
                }
            }
            catch (WireException failure)
            {
                trouble = failure.Message;
            }

            if (clock.IsOver)
            {
                throw new RestoreException(ErrorCodes.TargetUnavailable, $"no producer id was given: {trouble}", target.ToString());
            }

            await Task.Delay(backoff.Next(), _time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Between the end that the lane found and the end now there may only be markers.</summary>
    private static async Task RequireUntouchedAsync(SinkLane lane, PartitionLog log, long end, CancellationToken cancellationToken)
    {
        if (end < lane.ExpectedOffset)
        {
            throw new RestoreException(ErrorCodes.TargetRewound, $"the log ended at offset {lane.ExpectedOffset} and now ends at {end}", lane.Target.ToString());
        }

        var written = await log.ReadBatchesAsync(lane.ExpectedOffset, end, cancellationToken).ConfigureAwait(false);
        if (written.Count > 0)
        {
            throw PartitionRefusals.Foreign(Math.Max(written[0].BaseOffset, lane.ExpectedOffset), lane.Target);
        }
    }
}
