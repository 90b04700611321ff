using System.Runtime.ExceptionServices;
using Confluent.Kafka;
using KafkaRestore.Kafka.Client;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Kafka.Sinks.Client;

/// <summary>A lane's sink over Confluent.Kafka: one idempotent producer instance that writes to one partition.</summary>
/// <remarks>
/// A record that this client cannot carry unchanged is refused when its turn comes: every record before it is sent and acknowledged
/// first, it and everything after it is not, unless the lane leaves such records out. The same holds for a call that is cancelled: what was handed over before goes on to the
/// broker, but the sink is at its end, because going on behind the half-sent block would leave a gap.
/// The first record goes alone: a broker that does not know the producer yet would take the second batch even if it refused the first,
/// and another writer's presence shows before more is written.
/// Acknowledgements come from the client's thread, the deadline's timer, or the caller's own.
/// </remarks>
public sealed partial class ClientSink : IRecordSink
{
    // What the client keeps besides a record's bytes, and what we keep; measured, rounded up.
    private const int RecordOverhead = 256;

    private static readonly TimeSpan DisposeDeadline = TimeSpan.FromSeconds(10);

    private readonly SinkLane _lane;
    private readonly TopicPartition _target;
    private readonly QueueWindow _window;
    private readonly RecordTranslator _translator;
    private readonly Func<IProducer<byte[]?, byte[]?>> _newProducer;
    private readonly Action<DeliveryReport<byte[]?, byte[]?>> _onDelivered;
    private readonly ITimer _watch;
    private IProducer<byte[]?, byte[]?> _producer;
    private bool _begun;
    private bool _proving;
    private int _disposed;

    internal ClientSink(SinkLane lane, ISinkObserver observer, DeliveryOptions delivery, IDictionary<string, string> properties, Action<ClientLogLine> log, TimeProvider time)
    {
        _lane = lane;
        _observer = observer;
        _time = time;
        _deadline = delivery.AcknowledgementDeadline;
        _expected = lane.ExpectedOffset;
        _target = new TopicPartition(lane.Target.Topic, lane.Target.Partition);
        _window = new QueueWindow(lane.QueueBytes);
        _translator = new RecordTranslator(lane, compresses: properties["compression.type"] != "none");
        _onDelivered = OnDelivered;
        _newProducer = () => ClientConfiguration.Build(() => new ProducerBuilder<byte[]?, byte[]?>(new ProducerConfig(properties))
            .SetLogHandler((_, line) => log(ClientLogLine.From(line)))
            .SetErrorHandler((_, error) => NoteError(error))
            .Build());
        _producer = _newProducer();
        _progressAt = time.GetTimestamp();
        _watchPeriod = TimeSpan.FromMilliseconds(Math.Clamp(_deadline.TotalMilliseconds / 20, 20, 1_000));
        _watch = time.CreateTimer(static state => ((ClientSink)state!).CheckDeadline(), this, _watchPeriod, _watchPeriod);
    }

    /// <inheritdoc/>
    public long StartOffset => _lane.ExpectedOffset;

    /// <inheritdoc/>
    public async ValueTask SendAsync(RecordBlock block, CancellationToken cancellationToken)
    {
        using (block)
        {
            ThrowIfEnded();
            if (block.Count == 0)
            {
                return;
            }

            var turn = new Turn(block.Count);
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                Begin(block.Source, block.Count);
                while (true)
                {
                    while (!TrySendSome(block, ref turn))
                    {
                        await (_proving ? _window.WaitUntilEmptyAsync(cancellationToken) : _window.WaitForRoomAsync(turn.BytesWanted, cancellationToken)).ConfigureAwait(false);
                    }

                    if (turn.Refusal is not { } refusal)
                    {
                        return;
                    }

                    await _window.WaitUntilEmptyAsync(cancellationToken).ConfigureAwait(false);
                    if (_lane.LeaveOut is null || !turn.IsUnwritable)
                    {
                        End(refusal);
                        throw refusal;
                    }

                    await LeaveOutAsync(block, turn, cancellationToken).ConfigureAwait(false);
                    turn = turn.Behind(RecordView.At(block.Bytes[turn.Position..]).Encoded.Length);
                }
            }
            catch (OperationCanceledException)
            {
                StopSending(new RestoreException(ErrorCodes.Stopped, "sending was cancelled", _lane.Target.ToString()));
                throw;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_window.Used != 0)
        {
            await _window.WaitUntilEmptyAsync(cancellationToken).ConfigureAwait(false);
        }

        // After the wait: what was handed over before a cancelled send is still worth waiting for, the report counts it.
        ThrowIfEnded();
    }

    /// <summary>
    /// Drops what is not acknowledged; nothing is flushed. Ends within seconds, whatever the brokers do; an instance that takes
    /// longer is left to end by itself.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _watch.DisposeAsync().ConfigureAwait(false);
        End(new ObjectDisposedException(nameof(ClientSink)));
        await CloseAsync(_producer).ConfigureAwait(false);
        ReleaseBlocks();
    }

    private static async Task CloseAsync(IProducer<byte[]?, byte[]?> producer)
    {
        var closing = BlockingCall.RunAsync(
            () =>
            {
                producer.Dispose();
                return true;
            },
            CancellationToken.None);
        await Task.WhenAny(closing, Task.Delay(DisposeDeadline)).ConfigureAwait(false);
    }

    /// <summary>Hands over records until the window is full (false) or the block is at its end or a record is refused (true).</summary>
    private bool TrySendSome(RecordBlock block, ref Turn turn)
    {
        var rest = block.Bytes[turn.Position..];
        while (turn.Index < turn.Count)
        {
            if (_proving && _window.Used != 0)
            {
                return false;
            }

            _proving = false;
            var record = RecordView.At(rest);
            if (turn.IsOnTrial)
            {
                turn.IsOnTrial = false;
                if (TakeVerdict() is { } tooLarge)
                {
                    turn.Refuse(tooLarge, isUnwritable: true, wasSent: true);
                    return true;
                }

                turn.Pass(record);
                rest = rest[record.Encoded.Length..];
                continue;
            }

            var alone = _lane.LeaveOut is not null && _translator.MayBeTooLarge(record);
            if (alone && _window.Used != 0)
            {
                _proving = true;
                return false;
            }

            turn.BytesWanted = record.Encoded.Length + RecordOverhead;
            if (!_window.TryTake(turn.BytesWanted))
            {
                return false;
            }

            if (_translator.Translate(record) is { } refusal)
            {
                _window.Release(turn.BytesWanted);
                turn.Refuse(refusal, isUnwritable: true);
                return true;
            }

            _newest!.Note(turn.Index - turn.First, record);
            if (alone)
            {
                BeginTrial();
            }

            try
            {
                _producer.Produce(_target, _translator.Message, _onDelivered);
            }
            catch (KafkaException e)
            {
                _window.Release(turn.BytesWanted);
                turn.Refuse(Refusal(Cause(e.Error), record.Offset), isUnwritable: false);
                return true;
            }

            _proving = !_begun || alone;
            _begun = true;
            if (alone)
            {
                turn.IsOnTrial = true;
                return false;
            }

            turn.Pass(record);
            rest = rest[record.Encoded.Length..];
        }

        return true;
    }

    private void ThrowIfEnded()
    {
        if (Volatile.Read(ref _failure) is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>How far a block has been handed over.</summary>
    private struct Turn(int count)
    {
        internal readonly int Count => count;

        /// <summary>The record whose turn it is.</summary>
        internal int Index;

        /// <summary>The first record behind the last one that was left out.</summary>
        internal int First;

        internal int Position;
        internal long BytesWanted;

        /// <summary>Whether the record has been sent alone, and the broker's verdict is awaited.</summary>
        internal bool IsOnTrial;

        /// <summary>Why the record ends the sink, or is left out.</summary>
        internal RestoreException? Refusal;

        /// <summary>Whether the refusal is due to the record itself.</summary>
        internal bool IsUnwritable;

        internal void Pass(RecordView record)
        {
            Index++;
            Position += record.Encoded.Length;
        }

        /// <summary>Whether the broker has refused it, which ends the client's instance.</summary>
        internal bool WasSent;

        internal void Refuse(RestoreException refusal, bool isUnwritable, bool wasSent = false)
        {
            Refusal = refusal;
            IsUnwritable = isUnwritable;
            WasSent = wasSent;
        }

        /// <summary>The turn of the record behind this one, which is left out.</summary>
        internal readonly Turn Behind(int length) => new(count) { Index = Index + 1, First = Index + 1, Position = Position + length };
    }
}
