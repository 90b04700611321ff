using KafkaRestore.Kafka.Batches;
using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Sinks.Batch.Fencing;
using KafkaRestore.Kafka.Wire.Protocol;
using KafkaRestore.Records.Errors;
using KafkaErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Sinks.Batch.Sending;

/// <summary>
/// The batches of one target partition that are not in its log yet, in order: up to five of them under way, the rest waiting.
/// </summary>
/// <remarks>
/// The first answer that is not an acknowledgement stops the sending. Once every batch under way has its answer (or its connection is gone), the remedy is applied, and
/// all unacknowledged batches are sent again from the first on. A broker recognises those that it has by their sequence numbers only as long as it remembers their producer: until its next
/// start or its next look at the list of producers, where the last record is older than <c>producer.id.expiration.ms</c>, as a restore's are. So what may have landed is never sent again on
/// trust: the partition is fenced anew, what stands in the log is acknowledged, and the rest goes under a new epoch. Without a fence nobody can look, and the broker's memory is all
/// that there is.
/// </remarks>
internal sealed partial class PartitionQueue
{
    /// <summary>The reason where nobody else has one.</summary>
    public const string StoodStill = "the process stood still";

    // How long after the broker's last word a quiet lane takes itself for the newest writer.
    private static readonly TimeSpan TrustedFor = TimeSpan.FromMinutes(10);

    // A broker remembers this many batches of a producer; with more under way it could not recognise all of them again.
    private const int MostUnderWay = 5;

    private readonly Lock _gate = new();
    private readonly List<PendingBatch> _batches = [];
    private readonly CancellationTokenSource _ended = new();
    private readonly ISinkObserver _observer;
    private readonly LaneTrouble _trouble;
    private readonly QueueWindow _window;
    private readonly ProduceDispatcher _dispatcher;
    private readonly PartitionFence? _fence;
    private readonly RecordBatchSplitter _splitter;
    private readonly TimeProvider _time;
    private readonly TimeSpan _deadline;
    private readonly LeaveOut? _leaveOut;

    private ProducerIdentity _producer;
    private int _nextSequence;
    private long _expected;
    private int _underWay;
    private bool _proven;
    private ProduceReaction? _remedy;
    private int _splitAt;
    private RestoreException? _refusal;
    private BrokerSender? _sender;
    private Backoff _backoff;
    private long _progressAt;
    private long _contactAt;
    private bool _mayWrite;
    private RestoreException? _denial;
    private Exception? _failure;

    /// <param name="target">The partition.</param>
    /// <param name="producer">Who writes; its next sequence number is 0.</param>
    /// <param name="startOffset">The offset that the first record gets.</param>
    /// <param name="fence">Renews the fence; null when there is none, and then only one batch is under way until the first is acknowledged.</param>
    /// <param name="dispatcher">Finds the leader.</param>
    /// <param name="observer">Hears of acknowledgements.</param>
    /// <param name="trouble">Hears of what is waited for.</param>
    /// <param name="window">Gets back what acknowledged batches held.</param>
    /// <param name="splitter">Makes two batches of one that is too large.</param>
    /// <param name="deadline">How long to wait without an acknowledgement.</param>
    /// <param name="time">The clock.</param>
    /// <param name="leaveOut">Leaves out a record that the broker refuses; null: such a record ends the queue.</param>
    public PartitionQueue(
        TargetPartition target,
        ProducerIdentity producer,
        long startOffset,
        PartitionFence? fence,
        ProduceDispatcher dispatcher,
        ISinkObserver observer,
        LaneTrouble trouble,
        QueueWindow window,
        RecordBatchSplitter splitter,
        TimeSpan deadline,
        TimeProvider time,
        LeaveOut? leaveOut = null)
    {
        _leaveOut = leaveOut;
        Target = target;
        _producer = producer;
        _expected = startOffset;
        _fence = fence;
        _proven = fence is not null;
        _dispatcher = dispatcher;
        _observer = observer;
        _trouble = trouble;
        _window = window;
        _splitter = splitter;
        _deadline = deadline;
        _time = time;
        _progressAt = _contactAt = time.GetTimestamp();
    }

    /// <summary>The partition.</summary>
    public TargetPartition Target { get; }

    /// <summary>Cancelled once the queue has ended.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>Why it ended; null while it has not.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    /// <summary>Whether nothing is unacknowledged.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return _batches.Count == 0;
            }
        }
    }

    /// <summary>Adds a batch behind all others; the memory of both belongs to the queue from now on, and its charge has been taken from the window.</summary>
    public void Add(RecordBatch batch, RecordOrigin origin, long charge)
    {
        var pending = new PendingBatch(batch, origin, charge);
        lock (_gate)
        {
            if (_failure is not null)
            {
                pending.Release();
                return;
            }

            if (_batches.Count == 0)
            {
                _progressAt = _time.GetTimestamp();
            }

            Stamp(pending);
            _batches.Add(pending);
            _sender?.Wake();
        }
    }

    /// <summary>The next batch that may be sent; the caller must <see cref="PendingBatch.Release"/> it once its bytes are written.</summary>
    public PendingBatch? TryTake()
    {
        lock (_gate)
        {
            if (_failure is not null || _remedy is not null || _underWay == _batches.Count || _underWay == (_proven ? MostUnderWay : 1))
            {
                return null;
            }

            if (_fence is not null && (_fence.IsStale || (_underWay == 0 && _time.GetElapsedTime(_contactAt) > TrustedFor)))
            {
                Stop(ProduceReaction.Reown, _trouble.Text ?? StoodStill);
                return null;
            }

            var batch = _batches[_underWay++];
            batch.Use();
            batch.Send();
            return batch;
        }
    }

    /// <summary>Says from where the queue is sent now; null while its leader is not known.</summary>
    public void SentBy(BrokerSender? sender)
    {
        lock (_gate)
        {
            _sender = sender;
            sender?.Wake();
        }
    }

    /// <summary>A broker has answered <paramref name="batch"/>.</summary>
    public void Answer(PendingBatch batch, in ProducePartitionResult answer)
    {
        var (code, text) = (answer.Error, answer.Message);
        lock (_gate)
        {
            _contactAt = _time.GetTimestamp();
            if (_failure is not null)
            {
                return;
            }

            if (_remedy is not null)
            {
                // Whatever it says of a batch behind the one that failed, that batch is not acknowledged now.
                batch.IsDoubtful |= ProduceReactions.LeavesDoubt(code);
                _underWay--;
                RemedyIfQuiet();
                return;
            }

            var reaction = ProduceReactions.To(code);
            if (reaction == ProduceReaction.Acknowledge)
            {
                if (batch != _batches[0])
                {
                    EndLocked(new RestoreException(ErrorCodes.Internal, "a broker's answers came out of order", Target.ToString()));
                    return;
                }

                _underWay--;
                Acknowledge(answer.BaseOffset);
                _sender?.Wake();
                return;
            }

            _underWay--;
            var refusal = PartitionRefusals.For(reaction, code, text, batch, Target, _fence is not null);
            if (reaction == ProduceReaction.Denied && _mayWrite)
            {
                // It was allowed a moment ago: whoever took the right away may give it back.
                (reaction, _denial, refusal) = (ProduceReaction.Resend, refusal, null);
            }
            if (refusal is not null && _leaveOut is not null && reaction is ProduceReaction.Split or ProduceReaction.Isolate)
            {
                Isolate(batch, answer.RecordErrors, refusal);
            }
            else if (refusal is not null)
            {
                EndLocked(refusal);
            }
            else
            {
                batch.IsDoubtful |= ProduceReactions.LeavesDoubt(code);
                _splitAt = batch.Batch.Count / 2;
                Stop(reaction, Describe(code, text));
            }
        }
    }

    /// <summary>One of its batches has no answer and will get none: the connection is gone, or the leader cannot be reached.</summary>
    /// <param name="reason">What happened.</param>
    /// <param name="written">Whether any of the batch may have been sent.</param>
    public void Lose(string reason, bool written)
    {
        lock (_gate)
        {
            if (_failure is not null)
            {
                return;
            }

            if (written)
            {
                // Which of them it is does not matter: what is behind the first one can only be in the log if that is.
                foreach (var batch in _batches.Take(_underWay))
                {
                    batch.IsDoubtful = true;
                }
            }

            _underWay--;
            _trouble.Say(reason);
            if (_remedy is null)
            {
                Stop(ProduceReaction.FindLeader, reason);
            }
            else
            {
                RemedyIfQuiet();
            }
        }
    }

    /// <summary>The leader cannot be reached: a queue that has something to send and nothing under way looks for its leader anew.</summary>
    public void LoseIfIdle(string reason)
    {
        lock (_gate)
        {
            if (_failure is null && _remedy is null && _underWay == 0 && _batches.Count > 0)
            {
                Stop(ProduceReaction.FindLeader, reason);
            }
        }
    }

    /// <summary>Notes why the leader is not found, for the error that follows when it never is.</summary>
    public void Note(string trouble)
    {
        lock (_gate)
        {
            _trouble.Say(trouble);
        }
    }

    /// <summary>Notes what keeps answers away, if any are awaited.</summary>
    public void NoteIfWaiting(string trouble)
    {
        lock (_gate)
        {
            if (_underWay > 0)
            {
                _trouble.Say(trouble);
            }
        }
    }

    /// <summary>
    /// The right to find the leader was refused: false when there was none before either, and the queue should end; true when it was there and may be given back before
    /// the deadline.
    /// </summary>
    public bool MayWait(RestoreException denial)
    {
        lock (_gate)
        {
            if (_mayWrite)
            {
                _denial = denial;
                _trouble.Say(denial.Message);
            }

            return _mayWrite;
        }
    }

    /// <summary>Ends the queue when nothing was acknowledged for too long.</summary>
    public void CheckDeadline()
    {
        lock (_gate)
        {
            if (_failure is null && _batches.Count > 0 && _time.GetElapsedTime(_progressAt) is var waited && waited >= _deadline)
            {
                EndLocked(_denial is { } denial ? PartitionRefusals.StillDenied(denial, waited, Target) : PartitionRefusals.Late(waited, _trouble.Text, Target));
            }
        }
    }

    /// <summary>Ends the queue: nothing more is sent or reported. What is under way may still reach the log.</summary>
    public void End(Exception failure)
    {
        lock (_gate)
        {
            EndLocked(failure);
        }
    }

    private void EndLocked(Exception failure)
    {
        if (_failure is not null)
        {
            return;
        }

        Volatile.Write(ref _failure, failure);
        foreach (var batch in _batches)
        {
            batch.Release();
        }

        _batches.Clear();
        _window.Close(failure);
        _ = _ended.CancelAsync();
    }

    private void Stamp(PendingBatch batch)
    {
        batch.Stamp(_producer, _nextSequence);
        _nextSequence = (_nextSequence + batch.Batch.Count) & int.MaxValue;
    }

    /// <summary>The first batch is in the log at <paramref name="offset"/>.</summary>
    private void Acknowledge(long offset)
    {
        var batch = _batches[0];
        if (offset != _expected)
        {
            EndLocked(PartitionRefusals.Misplaced(batch, offset, _expected, Target));
            return;
        }

        _expected += batch.Batch.Count;
        _batches.RemoveAt(0);
        _proven = _mayWrite = true;
        _denial = null;
        _backoff.Reset();
        _trouble.Say(null);
        _progressAt = _time.GetTimestamp();
        try
        {
            _observer.Acknowledged(batch.AckAt(offset));
        }
        catch (Exception defect)
        {
            EndLocked(new RestoreException(ErrorCodes.Internal, $"an acknowledgement could not be noted: {defect.GetType().Name}: {defect.Message}", Target.ToString(), inner: defect));
        }

        _window.Release(batch.Charge);
        batch.Release();
    }

    private static string Describe(KafkaErrorCode code, string? text) =>
        string.IsNullOrEmpty(text) ? KafkaErrors.NameOf(code) : $"{KafkaErrors.NameOf(code)}: {text}";
}
