namespace KafkaRestore.Cluster.Limits;

/// <summary>
/// How much a silo has used of its share lately: the most of the last few seconds. Over less than a second nothing can be said, because batches are acknowledged as a whole; and a silo whose lanes have
/// just ended begins the next ones in a moment, and wants its share again.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class RateUse(TimeProvider time)
{
    private const int Seconds = 3;
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(0.9);

    private readonly Queue<double> _lately = new();
    private (long At, long Units)? _measured;

    /// <summary>Takes a count.</summary>
    /// <param name="units">All that was ever used.</param>
    /// <returns>What was used a second; null where it is too early to say.</returns>
    public double? Take(long units)
    {
        var now = time.GetTimestamp();
        if (_measured is not { } before)
        {
            _measured = (now, units);
        }
        else if (time.GetElapsedTime(before.At, now) is var since && since >= Shortest)
        {
            _measured = (now, units);
            _lately.Enqueue(Math.Max(0, (units - before.Units) / since.TotalSeconds));
            if (_lately.Count > Seconds)
            {
                _lately.Dequeue();
            }
        }

        return _lately.Count == 0 ? null : _lately.Max();
    }
}
