namespace KafkaRestore.Kafka.Sinks;

/// <summary>
/// The bytes that a sink holds copies of. One thread takes and waits; any thread gives back. A record larger than the whole window
/// goes when the window is empty.
/// </summary>
internal sealed class QueueWindow(long limit)
{
    private long _used;
    private Waiter? _waiter;
    private Exception? _closed;

    /// <summary>Bytes taken now.</summary>
    internal long Used => Interlocked.Read(ref _used);

    /// <summary>Takes <paramref name="bytes"/> bytes if they are free.</summary>
    internal bool TryTake(long bytes)
    {
        var used = Interlocked.Read(ref _used);
        if (used != 0 && used + bytes > limit)
        {
            return false;
        }

        Interlocked.Add(ref _used, bytes);
        return true;
    }

    /// <summary>Gives bytes back.</summary>
    internal void Release(long bytes)
    {
        var left = Interlocked.Add(ref _used, -bytes);
        if (Volatile.Read(ref _waiter) is { } waiter && left <= waiter.Threshold)
        {
            waiter.Done.TrySetResult();
        }
    }

    /// <summary>
    /// Waits until <paramref name="bytes"/> bytes can be taken. Wakes at half of the window, so that a slow target wakes the sender
    /// once for many records.
    /// </summary>
    internal Task WaitForRoomAsync(long bytes, CancellationToken cancellationToken) =>
        WaitUntilAsync(Math.Max(0, Math.Min(limit / 2, limit - bytes)), cancellationToken);

    /// <summary>Waits until everything has been given back.</summary>
    internal Task WaitUntilEmptyAsync(CancellationToken cancellationToken) => WaitUntilAsync(0, cancellationToken);

    /// <summary>Ends every wait, now and later, with <paramref name="reason"/>.</summary>
    internal void Close(Exception reason)
    {
        Interlocked.CompareExchange(ref _closed, reason, null);
        Volatile.Read(ref _waiter)?.Done.TrySetException(reason);
    }

    private async Task WaitUntilAsync(long threshold, CancellationToken cancellationToken)
    {
        var waiter = new Waiter(threshold);
        Interlocked.Exchange(ref _waiter, waiter);
        try
        {
            // After the waiter is in place: what was given back or closed before that woke nobody.
            if (Volatile.Read(ref _closed) is { } reason)
            {
                waiter.Done.TrySetException(reason);
            }
            else if (Used <= threshold)
            {
                waiter.Done.TrySetResult();
            }

            await waiter.Done.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _waiter, null);
        }
    }

    private sealed class Waiter(long threshold)
    {
        internal long Threshold { get; } = threshold;

        internal TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
