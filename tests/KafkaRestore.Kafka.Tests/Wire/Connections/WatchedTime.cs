namespace KafkaRestore.Kafka.Tests.Wire.Connections;

/// <summary>Manual time that says when a timer has been set.</summary>
internal sealed class WatchedTime : TimeProvider
{
    private readonly ManualTime _time = new();
    private readonly TaskCompletionSource _set = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TimeSpan _awaited;

    public override long TimestampFrequency => _time.TimestampFrequency;

    public override long GetTimestamp() => _time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = _time.CreateTimer(callback, state, dueTime, period);
        if (dueTime == _awaited)
        {
            _set.TrySetResult();
        }

        return timer;
    }

    /// <summary>Completes when a timer of this length is set from now on.</summary>
    public Task TimerOfAsync(TimeSpan length)
    {
        _awaited = length;
        return _set.Task;
    }

    public void Advance(TimeSpan by) => _time.Advance(by);
}
