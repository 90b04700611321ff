namespace KafkaRestore.Records.Memory;

/// <summary>Bytes taken from a <see cref="MemoryBudget"/>; disposing gives them back once.</summary>
public sealed class MemoryReservation : IDisposable
{
    private readonly MemoryBudget _budget;
    private readonly SemaphoreSlim? _overdraft;
    private long _bytes;

    internal MemoryReservation(MemoryBudget budget, long bytes, SemaphoreSlim? overdraft = null)
    {
        _budget = budget;
        _bytes = bytes;
        _overdraft = overdraft;
    }

    /// <summary>Bytes still held.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Gives back all but <paramref name="keep"/> bytes, when the exact need turns out smaller.</summary>
    public void ShrinkTo(long keep)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(keep);
        var held = Interlocked.Read(ref _bytes);
        if (keep < held && Interlocked.CompareExchange(ref _bytes, keep, held) == held)
        {
            _budget.Release(held - keep);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        var held = Interlocked.Exchange(ref _bytes, 0);
        if (held > 0)
        {
            _budget.Release(held);
            _overdraft?.Release();
        }
    }
}
