namespace KafkaRestore.Records.Limits;

/// <summary>
/// A limit per second shared by all lanes. Grants are laid out on one time line, each taking its share of it, so the sum is right for
/// any number of callers; time that nobody used is not saved up beyond <see cref="Burst"/>.
/// </summary>
public sealed class RateLimiter
{
    /// <summary>How much unused time may be caught up at once.</summary>
    public static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly long _burstTicks;
    private double _ticksPerUnit;
    private double _next;

    /// <summary>Creates a limit of <paramref name="perSecond"/> units a second, 1 or more.</summary>
    public RateLimiter(long perSecond, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(perSecond, 1);
        _time = time;
        _burstTicks = (long)(Burst.TotalSeconds * time.TimestampFrequency);
        _ticksPerUnit = time.TimestampFrequency / (double)perSecond;
        _next = time.GetTimestamp();
        PerSecond = perSecond;
    }

    /// <summary>Units a second.</summary>
    public long PerSecond { get; private set; }

    /// <summary>Changes the limit for grants from now on; whoever waits already keeps its turn.</summary>
    /// <param name="perSecond">Units a second, 1 or more.</param>
    public void Change(long perSecond)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(perSecond, 1);
        lock (_gate)
        {
            PerSecond = perSecond;
            _ticksPerUnit = _time.TimestampFrequency / (double)perSecond;
        }
    }

    /// <summary>Waits for the turn of <paramref name="units"/> units.</summary>
    public ValueTask WaitAsync(long units, CancellationToken cancellationToken)
    {
        TimeSpan delay;
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            _next = Math.Max(_next, now - _burstTicks);
            delay = TimeSpan.FromSeconds((_next - now) / _time.TimestampFrequency);
            _next += units * _ticksPerUnit;
        }

        return delay <= TimeSpan.Zero ? ValueTask.CompletedTask : new ValueTask(Task.Delay(delay, _time, cancellationToken));
    }
}
