using System.Runtime.CompilerServices;
using System.Threading.Channels;
using KafkaRestore.Engine.Lanes.Skipping;
using KafkaRestore.Engine.Lanes.Stream;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Engine.Lanes.Spreading;

/// <summary>
/// One lane's share of a topic that is read once for several lanes. The reading fills it, the lane empties it; what lies between takes no more than the lane's
/// own room, so a lane that stands still stops the reading and takes no memory from others.
/// </summary>
/// <param name="from">Where the lane goes on.</param>
/// <param name="room">The lane's own budget for blocks on their way.</param>
/// <param name="pool">Where memory is rented.</param>
internal sealed class LaneShare(StreamPosition from, MemoryBudget room, BufferPool pool) : ISourceReading
{
    /// <summary>Blocks are closed at this size; more than two of them fit into the room.</summary>
    public const int BlockBytes = 64 << 10;

    /// <summary>The room that a share needs, in bytes: one block being filled, one on its way, one at the sink.</summary>
    public const long RoomBytes = 4 * BlockBytes;

    private readonly Channel<Item> _items = Channel.CreateUnbounded<Item>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private readonly CancellationTokenSource _left = new();
    private RecordBlock? _filling;
    private int _count;
    private int _used;

    /// <summary>Starts the reading that fills it.</summary>
    public Action? Begin { get; set; }

    /// <summary>Whether nobody takes anything any more.</summary>
    public bool HasLeft => _left.IsCancellationRequested;

    /// <summary>The source offset from which the lane needs the source at <paramref name="index"/>; null when it has finished it.</summary>
    public long? NeedsFrom(int index) => HasLeft || index < from.Source ? null : index == from.Source ? from.ReadFrom : 0;

    /// <inheritdoc/>
    public async IAsyncEnumerable<SourceBlock> ReadAsync(
        int index, long readFrom, SourceCounters counters, StreamSkips skips, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Begin?.Invoke();
        await foreach (var item in _items.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            counters.Add(item.Read);
            if (item.EndsSource)
            {
                yield break;
            }

            yield return new SourceBlock(item.Block, item.AccountedBelow);
        }
    }

    /// <summary>Copies a record in; false when it has no place before <see cref="MakePlaceAsync"/>.</summary>
    public bool TryAdd(ReadOnlySpan<byte> record)
    {
        if (_filling is null || _filling.Capacity - _used < record.Length)
        {
            return false;
        }

        record.CopyTo(_filling.Memory[_used..]);
        _used += record.Length;
        _count++;
        return true;
    }

    /// <summary>Hands on what is there and waits for room for a record of <paramref name="bytes"/> bytes, or until the lane has left.</summary>
    public async ValueTask MakePlaceAsync(int bytes, CancellationToken cancellationToken)
    {
        if (_count > 0)
        {
            // In the middle of a block of the archive: what of it was counted so far is told with its end.
            HandOn(StreamMark.Open, default);
        }

        _filling?.Dispose();
        _filling = null;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _left.Token);
        try
        {
            var size = Math.Max(BlockBytes, bytes);
            var lease = await room.ReserveAsync(size, either.Token).ConfigureAwait(false);
            _filling = new RecordBlock(pool.Rent(size), lease);
        }
        catch (OperationCanceledException) when (HasLeft)
        {
            // It needs nothing any more.
        }
    }

    /// <summary>At the end of a block of the archive: hands on what is there, if it is worth it or asked for.</summary>
    /// <param name="accountedBelow">Everything below this source offset was given.</param>
    /// <param name="read">What was read for this lane and not told yet; cleared once told.</param>
    /// <param name="all">Whether even nothing is handed on, so that the lane's position moves.</param>
    public void Close(long accountedBelow, ref ReadCount read, bool all)
    {
        if (all || _used >= BlockBytes / 2)
        {
            HandOn(accountedBelow, read);
            read = default;
        }
    }

    /// <summary>The end of a source.</summary>
    public void EndSource(long accountedBelow, ref ReadCount read)
    {
        Close(accountedBelow, ref read, all: true);
        _items.Writer.TryWrite(new Item(null, accountedBelow, default, EndsSource: true));
    }

    /// <summary>The end of everything.</summary>
    public void Complete(Exception? failure)
    {
        _filling?.Dispose();
        _filling = null;
        _items.Writer.TryComplete(failure);
    }

    /// <summary>Nobody takes anything any more. The reading must go on with others or end: it calls <see cref="Complete"/>.</summary>
    public void Leave() => _left.Cancel();

    /// <summary>Gives back what was not taken, after the reading has ended.</summary>
    public void Clear()
    {
        while (_items.Reader.TryRead(out var item))
        {
            item.Block?.Dispose();
        }
    }

    private void HandOn(long accountedBelow, ReadCount read)
    {
        var block = _count > 0 ? _filling : null;
        if (block is not null)
        {
            block.SetContent(_count, _used);
            _filling = null;
            _count = _used = 0;
        }

        _items.Writer.TryWrite(new Item(block, accountedBelow, read, EndsSource: false));
    }

    private readonly record struct Item(RecordBlock? Block, long AccountedBelow, ReadCount Read, bool EndsSource);
}
