using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Archive.KafkaBackup.Segments;

/// <summary>
/// The memory of one open segment: its reservation, and the slots for blocks that are out with the consumer. Given back when the segment is
/// closed and the last block is back.
/// </summary>
internal sealed class SegmentLease : IDisposable
{
    private readonly MemoryBudget _budget;
    private readonly object _holder;
    private readonly BufferPool _pool;
    private readonly SemaphoreSlim _slots;
    private readonly List<MemoryReservation> _held = [];
    private int _users = 1;

    /// <summary>Takes over <paramref name="reservation"/>; what goes beyond it comes out of <paramref name="budget"/> for <paramref name="holder"/>.</summary>
    public SegmentLease(MemoryBudget budget, object holder, BufferPool pool, MemoryReservation reservation, int slots)
    {
        _budget = budget;
        _holder = holder;
        _pool = pool;
        _held.Add(reservation);
        _slots = new SemaphoreSlim(slots, slots);
    }

    /// <summary>Raises what is held for the whole segment to <paramref name="bytes"/> where less was reserved.</summary>
    public async ValueTask EnsureAsync(long bytes, CancellationToken cancellationToken)
    {
        var missing = bytes - _held.Sum(reservation => reservation.Bytes);
        if (missing > 0)
        {
            await ExtendAsync(missing, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Adds to the reservation what could not be known ahead; held until the segment is closed.</summary>
    public async ValueTask ExtendAsync(long bytes, CancellationToken cancellationToken) =>
        _held.Add(await _budget.ExtendAsync(bytes, _holder, cancellationToken).ConfigureAwait(false));

    /// <summary>An empty block out of the reservation; waits while all slots are out.</summary>
    public async ValueTask<RecordBlock> RentAsync(int bytes, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        Interlocked.Increment(ref _users);
        return new RecordBlock(_pool.Rent(bytes), new Slot(this, null));
    }

    /// <summary>An empty block beyond the reservation, for one record larger than a block.</summary>
    public async ValueTask<RecordBlock> RentLargeAsync(int bytes, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        MemoryReservation extension;
        try
        {
            extension = await _budget.ExtendAsync(bytes, _holder, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            _slots.Release();
            throw;
        }

        Interlocked.Increment(ref _users);
        return new RecordBlock(_pool.Rent(bytes), new Slot(this, extension));
    }

    /// <inheritdoc/>
    public void Dispose() => Leave();

    private void Leave()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            foreach (var reservation in _held)
            {
                reservation.Dispose();
            }
        }
    }

    private sealed class Slot(SegmentLease lease, MemoryReservation? extension) : IDisposable
    {
        public void Dispose()
        {
            extension?.Dispose();
            lease._slots.Release();
            lease.Leave();
        }
    }
}
