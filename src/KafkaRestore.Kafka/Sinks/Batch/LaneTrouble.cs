namespace KafkaRestore.Kafka.Sinks.Batch;

/// <summary>What one lane waits for, in words: why its sending stopped, and what keeps the remedy waiting meanwhile. The observer hears of every change.</summary>
internal sealed class LaneTrouble(ISinkObserver observer)
{
    private readonly Lock _gate = new();
    private string? _reason;
    private string? _text;

    /// <summary>All of it, for a person; null when the lane waits for nothing.</summary>
    public string? Text => Volatile.Read(ref _text);

    /// <summary>Says why sending stopped; null once it goes on.</summary>
    public void Say(string? reason) => Tell(reason, null);

    /// <summary>Says what keeps the remedy waiting, beside the reason; null once it does not.</summary>
    public void SayAside(string? aside)
    {
        lock (_gate)
        {
            Tell(_reason, aside);
        }
    }

    private void Tell(string? reason, string? aside)
    {
        lock (_gate)
        {
            _reason = reason;
            var text = reason is null || aside is null || reason == aside ? reason ?? aside : $"{reason}; {aside}";
            if (text != _text)
            {
                Volatile.Write(ref _text, text);
                observer.Troubled(text);
            }
        }
    }
}
