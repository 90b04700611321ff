namespace KafkaRestore.Kafka.Wire.Connections;

/// <summary>The requests of a connection that have no answer yet, in the order in which the answers must come, and one alarm for the first that is late.</summary>
internal sealed class PendingAnswers(TimeProvider time, Action<IPendingAnswer> late)
{
    private static readonly TimeSpan LongestAlarm = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly Queue<IPendingAnswer> _queue = new();
    private ITimer? _alarm;
    private TimeSpan _alarmAt;
    private bool _closed;

    /// <summary>How long the oldest has waited; zero when there is none.</summary>
    public TimeSpan Waiting
    {
        get
        {
            lock (_gate)
            {
                return _queue.TryPeek(out var oldest) ? time.GetElapsedTime(oldest.Begun) : TimeSpan.Zero;
            }
        }
    }

    /// <summary>Adds one behind all others; false when the connection is closed.</summary>
    public bool TryAdd(IPendingAnswer answer)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return false;
            }

            _queue.Enqueue(answer);
            Arm(Left(answer));
            return true;
        }
    }

    /// <summary>Takes the first one out; null when it is not <paramref name="correlationId"/>'s turn.</summary>
    public IPendingAnswer? Take(int correlationId)
    {
        lock (_gate)
        {
            return _queue.TryPeek(out var first) && first.CorrelationId == correlationId ? _queue.Dequeue() : null;
        }
    }

    /// <summary>Takes no more, and gives all that had no answer.</summary>
    public IReadOnlyList<IPendingAnswer> Close()
    {
        lock (_gate)
        {
            _closed = true;
            _alarm?.Dispose();
            _alarm = null;
            IPendingAnswer[] rest = [.. _queue];
            _queue.Clear();
            return rest;
        }
    }

    private void Ring(object? _)
    {
        IPendingAnswer? first = null;
        lock (_gate)
        {
            _alarm?.Dispose();
            _alarm = null;
            foreach (var answer in _queue)
            {
                if (first is null || Left(answer) < Left(first))
                {
                    first = answer;
                }
            }

            if (first is null)
            {
                return;
            }

            if (Left(first) > TimeSpan.Zero)
            {
                Arm(Left(first));
                return;
            }
        }

        late(first);
    }

    // While answers come in time, the alarm is set anew once per time-out, not once per request.
    private void Arm(TimeSpan left)
    {
        var now = time.GetElapsedTime(0);
        left = left < LongestAlarm ? left : LongestAlarm;
        if (_alarm is not null && _alarmAt <= now + left)
        {
            return;
        }

        _alarm?.Dispose();
        _alarmAt = now + left;
        _alarm = time.CreateTimer(Ring, null, TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(left.TotalMilliseconds))), Timeout.InfiniteTimeSpan);
    }

    private TimeSpan Left(IPendingAnswer answer) =>
        answer.Timeout == Timeout.InfiniteTimeSpan ? LongestAlarm : answer.Timeout - time.GetElapsedTime(answer.Begun);
}
