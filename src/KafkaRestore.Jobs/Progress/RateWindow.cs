namespace KafkaRestore.Jobs.Progress;

/// <summary>How fast something grew over the last seconds. For one thread.</summary>
/// <param name="window">How far back it looks.</param>
/// <param name="time">The clock.</param>
internal sealed class RateWindow(TimeSpan window, TimeProvider time)
{
    private readonly Queue<(long At, long Records, long Bytes)> _samples = new();
    private (long At, long Records, long Bytes) _last;

    /// <summary>Records a second; 0 before two samples.</summary>
    public double Records => PerSecond(sample => sample.Records);

    /// <summary>Bytes a second; 0 before two samples.</summary>
    public double Bytes => PerSecond(sample => sample.Bytes);

    /// <summary>Takes where the counts stand now.</summary>
    public void Add(long records, long bytes)
    {
        _last = (time.GetTimestamp(), records, bytes);
        _samples.Enqueue(_last);

        // One sample from before the window stays, so that the rate covers all of it.
        while (_samples.Count > 2 && time.GetElapsedTime(_samples.ElementAt(1).At, _last.At) >= window)
        {
            _samples.Dequeue();
        }
    }

    private double PerSecond(Func<(long At, long Records, long Bytes), long> count)
    {
        if (_samples.Count < 2)
        {
            return 0;
        }

        var first = _samples.Peek();
        var seconds = time.GetElapsedTime(first.At, _last.At).TotalSeconds;
        return seconds <= 0 ? 0 : (count(_last) - count(first)) / seconds;
    }
}
