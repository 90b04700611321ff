namespace KafkaRestore.Kafka.Sinks.Batch.Sending;

/// <summary>Notices that the process stood still (stopped, swapped out, a machine that slept): the clock, looked at every second, has leapt.</summary>
/// <remarks>
/// A partition that is merely quiet is no standstill. Not noticed: a machine whose clocks stood still with it until somebody sets them. A clock that is set forward counts as a standstill.
/// </remarks>
internal sealed class StandstillWatch : IDisposable
{
    /// <summary>The longest leap that is none: busy machines are late, and whoever takes a partition over needs longer to begin.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private long _timestamp;
    private DateTimeOffset _clock;
    private int _count;

    public StandstillWatch(TimeProvider time)
    {
        _time = time;
        (_timestamp, _clock) = (time.GetTimestamp(), time.GetUtcNow());
        _timer = time.CreateTimer(static watch => _ = ((StandstillWatch)watch!).Count, this, Period, Period);
    }

    /// <summary>How many standstills there were, one that has just ended included.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                // The monotonic clock does not count the time in which the machine slept; the other one does.
                var (timestamp, clock) = (_time.GetTimestamp(), _time.GetUtcNow());
                if (_time.GetElapsedTime(_timestamp, timestamp) > Longest || clock - _clock > Longest)
                {
                    _count++;
                }

                (_timestamp, _clock) = (timestamp, clock);
                return _count;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();
}
