namespace KafkaRestore.Kafka.Tests.Wire.Calls;

/// <summary>Time in which a wait of at most a second is over at once and all longer ones stand still until a test moves them.</summary>
internal sealed class DeadlineTime : TimeProvider
{
    private static readonly TimeSpan s_short = TimeSpan.FromSeconds(1);

    private readonly ManualTime _time = new();

    public override long TimestampFrequency => _time.TimestampFrequency;

    public override long GetTimestamp() => _time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        dueTime >= TimeSpan.Zero && dueTime <= s_short ? System.CreateTimer(callback, state, TimeSpan.Zero, period) : _time.CreateTimer(callback, state, dueTime, period);

    public void Advance(TimeSpan by) => _time.Advance(by);
}
