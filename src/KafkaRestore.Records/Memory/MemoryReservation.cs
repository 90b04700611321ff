namespace KafkaRestore.Records.Memory;

/// <summary>Bytes taken from a <see cref="MemoryBudget"/>; disposing gives them back once.</summary>
public sealed class MemoryReservation : IDisposable
{
    private readonly MemoryBudget _budget;
    private long _bytes;
    private int _disposed;

    internal MemoryReservation(MemoryBudget budget, long bytes, bool exceeds)
    {
        _budget = budget;
        _bytes = bytes;
        Exceeds = exceeds;
    }

    /// <summary>Bytes still held.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Whether it was granted beyond the budget.</summary>
    internal bool Exceeds { get; }

    /// <summary>Gives back all but <paramref name="keep"/> bytes, when the exact need turns out smaller.</summary>
    public void ShrinkTo(long keep)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(keep);
        var held = Interlocked.Read(ref _bytes);
        if (keep < held && Interlocked.CompareExchange(ref _bytes, keep, held) == held)
        {
            _budget.Release(held - keep, endsExcess: false);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _budget.Release(Interlocked.Exchange(ref _bytes, 0), Exceeds);
        }
    }
}
