namespace KafkaRestore.Kafka.Tests.Sinks.Batch;

/// <summary>The system's time, which leaps as it does for a process that stood still; timers know nothing of it.</summary>
internal sealed class LeapingTime : TimeProvider
{
    private long _leapTicks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => System.GetElapsedTime(0, System.GetTimestamp()).Ticks + Interlocked.Read(ref _leapTicks);

    public void Leap(TimeSpan by) => Interlocked.Add(ref _leapTicks, by.Ticks);
}
