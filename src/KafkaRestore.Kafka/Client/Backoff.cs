namespace KafkaRestore.Kafka.Client;

/// <summary>How long to wait before trying again: doubling from 20 ms to a second, with jitter.</summary>
internal struct Backoff
{
    private const int FirstMs = 20;
    private const int MostMs = 1_000;

    private int _failures;

    /// <summary>The next wait.</summary>
    public TimeSpan Next()
    {
        var most = Math.Min(MostMs, FirstMs << Math.Min(_failures, 8));
        _failures++;
        return TimeSpan.FromMilliseconds((most / 2.0) + (Random.Shared.NextDouble() * most / 2.0));
    }

    /// <summary>Something succeeded.</summary>
    public void Reset() => _failures = 0;
}
