namespace KafkaRestore.Engine.Tests.Doubles;

/// <summary>Time that moves only when a test moves it; timers fire in order of their due time, each at its own moment.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<Timer, (long Due, long Order)> _timers = new();
    private long _now = TimeSpan.TicksPerDay;
    private long _order;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Timers that have not fired.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _timers.UnorderedItems.Count(item => item.Element.IsSet(item.Priority.Due));
            }
        }
    }

    public override long GetTimestamp()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    public override DateTimeOffset GetUtcNow() => new(GetTimestamp() + new DateTime(2026, 1, 1).Ticks, TimeSpan.Zero);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Goes to the next timer's moment and fires it; false when none is set.</summary>
    public bool FireNext()
    {
        Timer timer;
        lock (_gate)
        {
            while (true)
            {
                if (!_timers.TryDequeue(out timer!, out var priority))
                {
                    return false;
                }

                if (timer.IsSet(priority.Due))
                {
                    _now = Math.Max(_now, priority.Due);
                    break;
                }
            }
        }

        timer.Fire();
        return true;
    }

    public void Advance(TimeSpan by)
    {
        lock (_gate)
        {
            _now += by.Ticks;
        }
    }

    private sealed class Timer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        private long? _due;

        public bool IsSet(long due) => _due == due;

        public void Fire()
        {
            _due = null;
            callback(state);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                if (dueTime == Timeout.InfiniteTimeSpan)
                {
                    _due = null;
                    return true;
                }

                _due = time._now + dueTime.Ticks;
                time._timers.Enqueue(this, (_due.Value, time._order++));
                return true;
            }
        }

        public void Dispose() => _due = null;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
