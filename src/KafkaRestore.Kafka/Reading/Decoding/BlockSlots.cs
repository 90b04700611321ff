using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Kafka.Reading.Decoding;

/// <summary>The memory of one reading: reserved as a whole, and given back as a whole when the reading and all its blocks are done with.</summary>
internal sealed class BlockSlots(MemoryReservation reserved, MemoryBudget budget, BufferPool pool, ReadOptions options) : IDisposable
{
    // Not disposed: a block may come back after the reading has ended, and without a wait handle there is nothing to free.
    private readonly SemaphoreSlim _free = new(options.Blocks);
    private int _holders = 1;

    /// <summary>An empty block with room for <paramref name="bytes"/> bytes, once one of the blocks that are out has come back.</summary>
    public async ValueTask<RecordBlock> RentAsync(int bytes, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken).ConfigureAwait(false);
        var slot = new Slot(this);
        Interlocked.Increment(ref _holders);
        try
        {
            slot.Beyond = bytes > options.BlockBytes ? await ExtendAsync(bytes - options.BlockBytes, cancellationToken).ConfigureAwait(false) : null;
            return new RecordBlock(pool.Rent(bytes), slot);
        }
        catch
        {
            slot.Dispose();
            throw;
        }
    }

    /// <summary>Memory that could not be foreseen.</summary>
    public ValueTask<MemoryReservation> ExtendAsync(long bytes, CancellationToken cancellationToken) => budget.ExtendAsync(bytes, this, cancellationToken);

    /// <summary>Ends the reading's own hold.</summary>
    public void Dispose() => Leave();

    private void Leave()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            reserved.Dispose();
        }
    }

    private sealed class Slot(BlockSlots owner) : IDisposable
    {
        public MemoryReservation? Beyond { get; set; }

        public void Dispose()
        {
            Beyond?.Dispose();
            owner._free.Release();
            owner.Leave();
        }
    }
}
