using KafkaRestore.Kafka.Batches;
using KafkaRestore.Kafka.Sinks.Batch.Sending;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Kafka.Sinks.Batch;

/// <summary>
/// A lane's sink that encodes whole record batches from the archive's records, on the caller's thread, and hands them to its partition's queue.
/// </summary>
internal sealed class BatchSink : IRecordSink
{
    // However small its batches are, a queue this long keeps the broker busy.
    private const int MostQueued = 16;

    private readonly SinkLane _lane;
    private readonly PartitionQueue _queue;
    private readonly QueueWindow _window;
    private readonly ProduceDispatcher _dispatcher;
    private readonly RecordBatchBuilder _builder;
    private readonly BatchBounds _bounds;
    private readonly SemaphoreSlim _building = new(1, 1);
    private readonly ITimer _tick;
    private readonly TimeProvider _time;
    private readonly TimeSpan _linger;

    private RecordBatch? _finished;
    private RecordOrigin? _origin;
    private long _begunAt;
    private Exception? _stopped;
    private int _disposed;

    public BatchSink(SinkLane lane, long startOffset, PartitionQueue queue, QueueWindow window, ProduceDispatcher dispatcher, DeliveryOptions delivery, TimeProvider time)
    {
        _lane = lane;
        StartOffset = startOffset;
        _queue = queue;
        _window = window;
        _dispatcher = dispatcher;
        _time = time;
        _linger = delivery.Linger;
        _bounds = BatchBounds.For(delivery, lane.MaxMessageBytes);
        _builder = new RecordBatchBuilder(delivery.Codec, delivery.CodecLevel, BufferPool.Shared);
        var period = TimeSpan.FromMilliseconds(Math.Clamp(Math.Min(_linger.TotalMilliseconds, delivery.AcknowledgementDeadline.TotalMilliseconds / 20), 5, 1_000));
        _tick = time.CreateTimer(static state => ((BatchSink)state!).Tick(), this, period, period);
    }

    /// <inheritdoc/>
    public long StartOffset { get; }

    /// <summary>Whether a batch has ended for which the queue has no room; nothing is added to the next one before it is queued.</summary>
    internal bool IsWaitingForRoom => Volatile.Read(ref _finished) is not null;

    /// <inheritdoc/>
    public async ValueTask SendAsync(RecordBlock block, CancellationToken cancellationToken)
    {
        using (block)
        {
            ThrowIfEnded();
            await _building.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                await EncodeAsync(block, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                Interlocked.CompareExchange(ref _stopped, new RestoreException(ErrorCodes.Stopped, "sending was cancelled", _lane.Target.ToString()), null);
                throw;
            }
            finally
            {
                _building.Release();
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_queue.Failure is null)
        {
            await _building.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                await FinishAsync(cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                _building.Release();
            }

            await _window.WaitUntilEmptyAsync(cancellationToken).ConfigureAwait(false);
        }

        ThrowIfEnded();
    }

    /// <summary>Drops what is not acknowledged; nothing is flushed, and nothing more is reported. What is under way may still reach the log.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _tick.DisposeAsync().ConfigureAwait(false);
        _queue.End(new ObjectDisposedException(nameof(BatchSink)));
        _dispatcher.Forget(_queue);
        await _building.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        _finished?.Dispose();
        _origin?.Dispose();
        _builder.Dispose();
    }

    private async ValueTask EncodeAsync(RecordBlock block, CancellationToken cancellationToken)
    {
        // A batch that the clock has ended and for which there was no room goes before anything else is begun.
        if (IsWaitingForRoom || (_builder.Count > 0 && block.Source != _origin!.Source))
        {
            await FinishAsync(cancellationToken).ConfigureAwait(false);
        }

        var position = 0;
        while (position < block.Length)
        {
            if (_builder.Count == 0)
            {
                _begunAt = _time.GetTimestamp();
                _origin ??= new RecordOrigin(block.Source);
            }

            var added = _builder.AppendMany(block.Bytes[position..], _bounds.PlainBytes, _bounds.Records, out var consumed);
            _origin!.Add(block.Bytes.Slice(position, consumed), added);
            position += consumed;
            if (position < block.Length)
            {
                await FinishAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Ends the batch in progress and queues it, once there is room.</summary>
    private async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        while (!TryFinish(out var charge))
        {
            await _window.WaitForRoomAsync(charge, cancellationToken).ConfigureAwait(false);
        }

        if (_finished is not null)
        {
            // Too large for the topic: everything before it is written and acknowledged first.
            await _window.WaitUntilEmptyAsync(cancellationToken).ConfigureAwait(false);
            var refusal = new RestoreException(
                ErrorCodes.RecordTooLarge,
                $"the record at source offset {_origin!.First} takes {_finished.Length} bytes as a batch of its own; the topic takes {_lane.MaxMessageBytes}",
                _lane.Target.ToString());
            await LeaveOutFinishedAsync(refusal, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Leaves out the one record of the batch that is too large, or ends with <paramref name="refusal"/>.</summary>
    private async ValueTask LeaveOutFinishedAsync(RestoreException refusal, CancellationToken cancellationToken)
    {
        try
        {
            await (_lane.LeaveOut?.Invoke(new UnwritableRecord(_origin!.Source, _origin.First, refusal), cancellationToken) ?? throw refusal).ConfigureAwait(false);
        }
        catch (RestoreException failure)
        {
            _queue.End(failure);
            throw;
        }

        _finished!.Dispose();
        _finished = null;
        _origin.Dispose();
        _origin = null;
    }

    /// <summary>False when there is no room for <paramref name="charge"/> bytes. A batch that stays unqueued is too large for the topic.</summary>
    private bool TryFinish(out long charge)
    {
        charge = 0;
        if (_finished is null)
        {
            if (_builder.Count == 0)
            {
                return true;
            }

            _finished = _builder.Finish();
        }

        if (_finished.Count == 1 && _finished.Length > (_lane.MaxMessageBytes ?? int.MaxValue))
        {
            return true;
        }

        charge = Math.Max(_finished.Capacity, _lane.QueueBytes / MostQueued);
        if (!_window.TryTake(charge))
        {
            return false;
        }

        _queue.Add(_finished, _origin!, charge);
        _finished = null;
        _origin = null;
        return true;
    }

    /// <summary>Sends a batch that has waited long enough for more records, and watches the deadline.</summary>
    private void Tick()
    {
        _queue.CheckDeadline();
        if (_building.Wait(0))
        {
            try
            {
                if (Volatile.Read(ref _disposed) == 0 && _queue.Failure is null && (IsWaitingForRoom || (_builder.Count > 0 && _time.GetElapsedTime(_begunAt) >= _linger)))
                {
                    TryFinish(out _);
                }
            }
            finally
            {
                _building.Release();
            }
        }
    }

    private void ThrowIfEnded()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        if (_queue.Failure is { } failure)
        {
            throw failure;
        }

        if (Volatile.Read(ref _stopped) is { } stopped)
        {
            throw stopped;
        }
    }
}
