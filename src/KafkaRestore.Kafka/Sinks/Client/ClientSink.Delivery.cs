using Confluent.Kafka;
using KafkaRestore.Kafka.Client;
using KafkaRestore.Records.Errors;
using KafkaErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Sinks.Client;

/// <summary>The way back: delivery reports, acknowledgements, the deadline, the end.</summary>
public sealed partial class ClientSink
{
    private readonly ISinkObserver _observer;
    private readonly TimeProvider _time;
    // The client library retries in silence: this long without an acknowledgement is more than a slow broker.
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(5);
    private readonly TimeSpan _deadline;
    private readonly TimeSpan _watchPeriod;

    // Guards everything below. The observer is called under it: that keeps acknowledgements in order, and it must not block.
    private readonly Lock _gate = new();
    private readonly Queue<InFlightBlock> _blocks = new();
    private InFlightBlock? _newest;
    private InFlightBlock? _oldest;
    private long _expected;
    private bool _closed;
    private Exception? _failure;
    private Error? _lastError;
    private string? _trouble;
    private Error? _unexplained;
    private bool _unexplainedAtWatch;
    private long _acknowledged;
    private long _acknowledgedAtWatch;
    private long _progressAt;

    private void Begin(int source, int records)
    {
        lock (_gate)
        {
            _newest = new InFlightBlock(source, records);
            if (_oldest is null)
            {
                _oldest = _newest;
            }
            else
            {
                _blocks.Enqueue(_newest);
            }
        }
    }

    private void OnDelivered(DeliveryReport<byte[]?, byte[]?> report)
    {
        long held;
        lock (_gate)
        {
            if (_closed || _oldest is not { } block)
            {
                return;
            }

            ref readonly var record = ref block.Next;
            held = record.Bytes + RecordOverhead;
            if (report.Error.IsError || report.Status != PersistenceStatus.Persisted)
            {
                if (!IsVerdict(report, record.Offset))
                {
                    Refused(report.Error, record.Offset);
                    return;
                }
            }
            else if (report.Offset.Value != _expected)
            {
                End(Misplaced(report.Offset.Value, record.Offset));
                return;
            }
            else
            {
                Acknowledge(block);
            }
        }

        // Last, so that whoever waits for an empty window finds every acknowledgement reported.
        _window.Release(held);
    }

    private void Acknowledge(InFlightBlock block)
    {
        _onTrial = false;
        _expected++;
        _acknowledged++;
        block.Acknowledge();
        if (block.IsComplete)
        {
            Report(block);
            block.Release();
            _oldest = _blocks.TryDequeue(out var next) ? next : null;
        }
    }

    /// <summary>
    /// A report that is not "persisted". When the instance ends for good it throws out its queue, and those reports can overtake the
    /// one that says why: then the sink waits for that one.
    /// </summary>
    private void Refused(Error error, long sourceOffset)
    {
        if (!IsConsequence(error.Code))
        {
            End(Refusal(error, sourceOffset));
            return;
        }

        var cause = Cause(error);
        if (IsConsequence(cause.Code))
        {
            _unexplained ??= cause;
        }
        else
        {
            End(Refusal(cause, sourceOffset));
        }
    }

    /// <summary>The error behind one that only says that the instance has ended.</summary>
    private Error Cause(Error error) =>
        IsConsequence(error.Code) && NativeClient.FatalError(_producer) is { IsError: true } cause ? cause : error;

    private static bool IsConsequence(KafkaErrorCode code) => code
        is KafkaErrorCode.Local_PurgeQueue
        or KafkaErrorCode.Local_PurgeInflight
        or KafkaErrorCode.Local_Fatal
        or KafkaErrorCode.Local_GaplessGuarantee;

    private void Report(InFlightBlock block)
    {
        try
        {
            _observer.Acknowledged(block.ToAck(_expected));
        }
        catch (Exception e)
        {
            _closed = true;
            Fail(new RestoreException(ErrorCodes.Internal, "an acknowledgement could not be noted", _lane.Target.ToString(), inner: e));
        }
    }

    /// <summary>Reports the acknowledged part of a half-acknowledged block; from now on nothing is sent or reported.</summary>
    private void End(Exception failure)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
            if (_oldest is { Acknowledged: > 0, IsComplete: false } block)
            {
                Report(block);
            }

            Fail(failure);
        }
    }

    private void Fail(Exception failure)
    {
        Interlocked.CompareExchange(ref _failure, failure, null);
        _window.Close(_failure!);
        if (_window.Used != 0)
        {
            NativeClient.Purge(_producer);
        }
    }

    /// <summary>Nothing more is sent; what is in flight goes on to be acknowledged.</summary>
    private void StopSending(RestoreException reason) => Interlocked.CompareExchange(ref _failure, reason, null);

    private void CheckDeadline()
    {
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            if (_unexplained is { } unexplained && _acknowledged == _acknowledgedAtWatch)
            {
                // The explanation follows at once, if it comes at all; a whole period is more than enough.
                if (_unexplainedAtWatch)
                {
                    End(Refusal(unexplained, _oldest!.Next.Offset));
                }

                _unexplainedAtWatch = true;
                return;
            }

            if (_window.Used == 0 || _acknowledged != _acknowledgedAtWatch)
            {
                Trouble(null);
                _acknowledgedAtWatch = _acknowledged;
                _progressAt = _time.GetTimestamp();
                return;
            }

            // One period more than the deadline: progress is only seen once in a period.
            var waited = _time.GetElapsedTime(_progressAt);
            if (waited >= Slow)
            {
                Trouble(_lastError is { } said ? KafkaErrors.Describe(said) : "no acknowledgement");
            }

            if (waited >= _deadline + _watchPeriod)
            {
                var cause = _lastError is { } error ? $"; last client error: {KafkaErrors.Describe(error)}" : "";
                End(new RestoreException(
                    ErrorCodes.TargetUnavailable,
                    $"no acknowledgement for {waited.TotalSeconds:0.#} s with records in flight{cause}",
                    _lane.Target.ToString()));
            }
        }
    }

    private void Trouble(string? why)
    {
        if (_trouble != why)
        {
            _trouble = why;
            _observer.Troubled(why);
        }
    }

    private void NoteError(Error error)
    {
        if (error.Code != KafkaErrorCode.Local_AllBrokersDown)
        {
            Volatile.Write(ref _lastError, error);
        }
    }

    private RestoreException Refusal(Error error, long sourceOffset)
    {
        var text = KafkaErrors.Describe(error);
        return KafkaErrors.Classify(error.Code) switch
        {
            KafkaErrorClass.TooLarge => new RestoreException(
                ErrorCodes.RecordTooLarge,
                $"the record at source offset {sourceOffset}, or the batch that begins with it, was refused: {text}",
                _lane.Target.ToString()),
            KafkaErrorClass.Denied => new RestoreException(ErrorCodes.TargetDenied, $"writing was denied: {text}", _lane.Target.ToString()),
            _ => new RestoreException(
                ErrorCodes.ProduceRefused,
                $"the record at source offset {sourceOffset} was refused: {text}",
                _lane.Target.ToString()),
        };
    }

    private RestoreException Misplaced(long found, long sourceOffset) => found < 0
        ? new RestoreException(
            ErrorCodes.ProduceRefused,
            $"the broker acknowledged the record at source offset {sourceOffset} without saying where it is; offset {_expected} was expected",
            _lane.Target.ToString())
        : new RestoreException(
            ErrorCodes.ForeignWriter,
            $"the record at source offset {sourceOffset} got offset {found}; {_expected} was expected",
            _lane.Target.ToString());

    private void ReleaseBlocks()
    {
        lock (_gate)
        {
            _oldest?.Release();
            _oldest = null;
            while (_blocks.TryDequeue(out var block))
            {
                block.Release();
            }
        }
    }
}
