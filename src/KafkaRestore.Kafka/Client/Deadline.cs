namespace KafkaRestore.Kafka.Client;

/// <summary>A stretch of time that has begun.</summary>
internal readonly struct Deadline
{
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly TimeSpan _length;

    private Deadline(TimeProvider time, TimeSpan length)
    {
        _time = time;
        _start = time.GetTimestamp();
        _length = length;
    }

    /// <summary>What is left; never negative.</summary>
    internal TimeSpan Remaining
    {
        get
        {
            var left = _length - _time.GetElapsedTime(_start);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    internal bool IsOver => Remaining == TimeSpan.Zero;

    internal static Deadline Start(TimeProvider time, TimeSpan length) => new(time, length);
}
