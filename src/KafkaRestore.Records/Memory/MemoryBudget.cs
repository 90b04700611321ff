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
    private readonly LinkedList<Waiter> _reservations = new();
    private readonly LinkedList<Waiter> _extensions = new();
    private long _used;
    private long _total;
    private object? _exceeding;
    private int _excesses;

    /// <summary>Creates a budget of <paramref name="totalBytes"/> bytes (at least 1).</summary>
    public MemoryBudget(long totalBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(totalBytes, 1);
        _total = totalBytes;
    }

    /// <summary>The whole budget in bytes.</summary>
    public long TotalBytes => Interlocked.Read(ref _total);

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

    /// <summary>
    /// Makes the whole budget larger or smaller. What is reserved stays reserved: after shrinking, more than the whole may be in use until enough is given back, and nothing
    /// is granted before that but what goes alone. So whoever could go on before can go on now, if later.
    /// </summary>
    /// <param name="totalBytes">The whole budget from now on, at least 1.</param>
    public void Resize(long totalBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(totalBytes, 1);
        lock (_gate)
        {
            Interlocked.Exchange(ref _total, totalBytes);
            GrantWaiters();
        }
    }

    /// <summary>Waits until <paramref name="bytes"/> bytes are free and takes them all.</summary>
    /// <exception cref="OperationCanceledException">Cancelled while waiting; nothing is held.</exception>
    public ValueTask<MemoryReservation> ReserveAsync(long bytes, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        cancellationToken.ThrowIfCancellationRequested();
        Waiter waiter;
        lock (_gate)
        {
            if (_reservations.Count == 0 && Fits(bytes))
            {
                return new(Take(bytes));
            }

            waiter = new Waiter(bytes, null);
            _reservations.AddLast(waiter.Node);
        }

        return WaitAsync(waiter, cancellationToken);
    }

    /// <summary>Adds to a reservation as <see cref="ExtendAsync(long, object, CancellationToken)"/> does, for a holder that never extends twice at once.</summary>
    public ValueTask<MemoryReservation> ExtendAsync(long bytes, CancellationToken cancellationToken) =>
        ExtendAsync(bytes, new object(), cancellationToken);

    /// <summary>
    /// Adds <paramref name="bytes"/> to a reservation whose holder cannot know its need ahead (one very large record).
    /// Taken from what is free; else one holder at a time may exceed the budget, because waiting here while holding could
    /// stop everyone. So memory stays within the budget plus what one holder could not know.
    /// </summary>
    /// <param name="bytes">How many bytes.</param>
    /// <param name="holder">
    /// Whoever needs it, compared by <see cref="object.Equals(object?)"/>: whose additions depend on each other must be one holder, which never waits
    /// for itself.
    /// </param>
    /// <param name="cancellationToken">Ends the waiting; nothing is held then.</param>
    /// <returns>The addition, to be disposed with what it was for.</returns>
    public ValueTask<MemoryReservation> ExtendAsync(long bytes, object holder, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        cancellationToken.ThrowIfCancellationRequested();
        Waiter waiter;
        lock (_gate)
        {
            if (TryExtend(bytes, holder) is { } extension)
            {
                return new(extension);
            }

            waiter = new Waiter(bytes, holder);
            _extensions.AddLast(waiter.Node);
        }

        return WaitAsync(waiter, cancellationToken);
    }

    internal void Release(long bytes, bool endsExcess)
    {
        lock (_gate)
        {
            GiveBack(bytes, endsExcess);
            GrantWaiters();
        }
    }

    private async ValueTask<MemoryReservation> WaitAsync(Waiter waiter, CancellationToken cancellationToken)
    {
        var registration = cancellationToken.UnsafeRegister(static (state, token) => ((Waiter)state!).Done.TrySetCanceled(token), waiter);
        await using (registration.ConfigureAwait(false))
        {
            try
            {
                return await waiter.Done.Task.ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                lock (_gate)
                {
                    waiter.Node.List?.Remove(waiter.Node);
                    GrantWaiters();
                }

                throw;
            }
        }
    }

    private bool Fits(long bytes) => bytes <= _total - _used || _used == 0;

    private MemoryReservation Take(long bytes, bool exceeds = false)
    {
        _used += bytes;
        return new MemoryReservation(this, bytes, exceeds);
    }

    private MemoryReservation? TryExtend(long bytes, object holder)
    {
        if (bytes <= _total - _used)
        {
            return Take(bytes);
        }

        if (_exceeding is not null && !_exceeding.Equals(holder))
        {
            return null;
        }

        _exceeding = holder;
        _excesses++;
        return Take(bytes, exceeds: true);
    }

    // Extensions first: who waits for one holds a reservation already, and others may be waiting for that.
    private void GrantWaiters()
    {
        for (var node = _extensions.First; node is not null;)
        {
            var next = node.Next;
            if (TryExtend(node.Value.Bytes, node.Value.Holder!) is { } extension)
            {
                _extensions.Remove(node);
                Give(node.Value, extension, extension.Exceeds);
            }

            node = next;
        }

        while (_reservations.First is { } first && Fits(first.Value.Bytes))
        {
            _reservations.RemoveFirst();
            Give(first.Value, Take(first.Value.Bytes), exceeds: false);
        }
    }

    private void Give(Waiter waiter, MemoryReservation granted, bool exceeds)
    {
        if (!waiter.Done.TrySetResult(granted))
        {
            // Cancelled at this very moment: it holds nothing, and goes through the waiters again when it leaves.
            GiveBack(waiter.Bytes, exceeds);
        }
    }

    private void GiveBack(long bytes, bool endsExcess)
    {
        _used -= bytes;
        if (endsExcess && --_excesses == 0)
        {
            _exceeding = null;
        }
    }

    private sealed class Waiter
    {
        public Waiter(long bytes, object? holder)
        {
            Bytes = bytes;
            Holder = holder;
            Node = new LinkedListNode<Waiter>(this);
        }

        public long Bytes { get; }

        public object? Holder { get; }

        public LinkedListNode<Waiter> Node { get; }

        public TaskCompletionSource<MemoryReservation> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
