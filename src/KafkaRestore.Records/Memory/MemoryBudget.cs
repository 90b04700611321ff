namespace KafkaRestore.Records.Memory;

/// <summary>
/// One byte budget shared by all lanes of a process. A reservation is all-or-nothing and served first come, first served,
/// so nobody holds a part of what it needs and a large one is not starved by small ones.
/// A reservation larger than the whole budget is granted when nothing else is reserved: it goes alone.
/// </summary>
/// <remarks>Not guaranteed: that a holder uses no more than it reserved; that is the holder's duty.</remarks>
public sealed class MemoryBudget
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Waiter> _waiters = new();
    private readonly SemaphoreSlim _overdraft = new(1, 1);
    private long _used;

    /// <summary>Creates a budget of <paramref name="totalBytes"/> bytes (at least 1).</summary>
    public MemoryBudget(long totalBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(totalBytes, 1);
        TotalBytes = totalBytes;
    }

    /// <summary>The whole budget in bytes.</summary>
    public long TotalBytes { get; }

    /// <summary>Bytes reserved now.</summary>
    public long UsedBytes
    {
        get
        {
            lock (_gate)
            {
                return _used;
            }
        }
    }

    /// <summary>Waits until <paramref name="bytes"/> bytes are free and takes them all.</summary>
    /// <exception cref="OperationCanceledException">Cancelled while waiting; nothing is held.</exception>
    public async ValueTask<MemoryReservation> ReserveAsync(long bytes, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        cancellationToken.ThrowIfCancellationRequested();
        Waiter waiter;
        lock (_gate)
        {
            if (_waiters.Count == 0 && Fits(bytes))
            {
                _used += bytes;
                return new MemoryReservation(this, bytes);
            }

            waiter = new Waiter(bytes);
            waiter.Node = _waiters.AddLast(waiter);
        }

        await using (cancellationToken.UnsafeRegister(static (state, token) => ((Waiter)state!).Done.TrySetCanceled(token), waiter).ConfigureAwait(false))
        {
            try
            {
                await waiter.Done.Task.ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                lock (_gate)
                {
                    if (waiter.Node is not null)
                    {
                        _waiters.Remove(waiter.Node);
                        waiter.Node = null;
                    }

                    GrantWaiters();
                }

                throw;
            }
        }

        return new MemoryReservation(this, bytes);
    }

    /// <summary>
    /// Adds <paramref name="bytes"/> to a reservation whose holder cannot know its need ahead (one very large record).
    /// Taken from what is free; else one holder at a time may exceed the budget by it, because waiting here while holding could
    /// stop everyone. So memory stays within the budget plus the largest single record.
    /// </summary>
    /// <returns>The addition, to be disposed with what it was for.</returns>
    public async ValueTask<MemoryReservation> ExtendAsync(long bytes, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_used + bytes <= TotalBytes)
            {
                _used += bytes;
                return new MemoryReservation(this, bytes);
            }
        }

        await _overdraft.WaitAsync(cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            _used += bytes;
        }

        return new MemoryReservation(this, bytes, _overdraft);
    }

    internal void Release(long bytes)
    {
        lock (_gate)
        {
            _used -= bytes;
            GrantWaiters();
        }
    }

    private bool Fits(long bytes) => _used + bytes <= TotalBytes || _used == 0;

    private void GrantWaiters()
    {
        while (_waiters.First is { } first && Fits(first.Value.Bytes))
        {
            _waiters.RemoveFirst();
            first.Value.Node = null;
            if (first.Value.Done.TrySetResult())
            {
                _used += first.Value.Bytes;
            }
        }
    }

    private sealed class Waiter(long bytes)
    {
        public long Bytes { get; } = bytes;

        public LinkedListNode<Waiter>? Node { get; set; }

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
