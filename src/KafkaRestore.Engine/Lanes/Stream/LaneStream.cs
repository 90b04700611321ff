using System.Runtime.CompilerServices;
using System.Threading.Channels;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Engine.Lanes.Skipping;
using KafkaRestore.Engine.Lanes.Spreading;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Engine.Lanes.Stream;

/// <summary>
/// The stream of a lane: every record that is to be written into its target partition, in order, as it is to be written. Deterministic: the
/// same plan gives the same records every time. Reading and unpacking run ahead of the consumer by a few blocks.
/// </summary>
/// <remarks>Not guaranteed: where one block ends and the next begins.</remarks>
public sealed class LaneStream
{
    private const int BlocksAhead = 2;

    private readonly RestorePlan _plan;
    private readonly LanePlan _lane;
    private readonly ISourceReading _reading;
    private readonly RecordPartitioner? _filter;
    private readonly MemoryBudget _room;
    private readonly BufferPool _pool;
    private readonly StreamPosition _from;

    /// <summary>What it leaves out because it cannot be read or written; set before it is read.</summary>
    internal StreamSkips Skips { get; init; } = StreamSkips.None;

    /// <summary>Prepares the stream of <paramref name="lane"/>; nothing is read yet.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="lane">One of its lanes.</param>
    /// <param name="reader">Reads segments within its budget.</param>
    /// <param name="room">This lane's own budget for blocks that grow because headers are added.</param>
    /// <param name="pool">Where memory is rented.</param>
    /// <param name="from">Where to go on; null is the beginning.</param>
    /// <param name="counters">Count on what happens to each source's records; null is from 0.</param>
    /// <remarks>A lane of a repartitioned topic reads all sources and leaves out what goes to other partitions.</remarks>
    public LaneStream(
        RestorePlan plan, LanePlan lane, SegmentReader reader, MemoryBudget room, BufferPool? pool = null, StreamPosition? from = null, IReadOnlyList<SourceCounters>? counters = null)
        : this(plan, lane, new OwnReading(plan, lane, reader.Together(), pool ?? BufferPool.Shared), room, pool, from, counters)
    {
        _filter = lane.Repartitioning is { } spread ? new RecordPartitioner(spread) : null;
    }

    /// <summary>Prepares the stream of <paramref name="lane"/> over records that <paramref name="reading"/> gives, which are all its own.</summary>
    internal LaneStream(
        RestorePlan plan, LanePlan lane, ISourceReading reading, MemoryBudget room, BufferPool? pool = null, StreamPosition? from = null, IReadOnlyList<SourceCounters>? counters = null)
    {
        _from = from ?? StreamPosition.Beginning;
        _room = room;
        _plan = plan;
        _lane = lane;
        _reading = reading;
        _pool = pool ?? BufferPool.Shared;
        Counters = counters ?? [.. lane.Sources.Select(_ => new SourceCounters())];
    }

    /// <summary>What happened to each source's records on the way, in the order of the lane's sources.</summary>
    public IReadOnlyList<SourceCounters> Counters { get; }

    /// <summary>The blocks in order; each belongs to whoever takes it. May be read once.</summary>
    /// <exception cref="Records.Errors.RestoreException">ARCHIVE_CORRUPT, ARCHIVE_GENERATIONS and the other failures of reading.</exception>
    public async IAsyncEnumerable<RecordBlock> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var piece in ReadPiecesAsync(cancellationToken).ConfigureAwait(false))
        {
            if (piece.Block is { } block)
            {
                yield return block;
            }
        }
    }

    /// <summary>The blocks in order, and what is accounted for behind each; the blocks belong to whoever takes them. May be read once.</summary>
    /// <exception cref="Records.Errors.RestoreException">ARCHIVE_CORRUPT, ARCHIVE_GENERATIONS and the other failures of reading.</exception>
    internal async IAsyncEnumerable<StreamPiece> ReadPiecesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var ahead = Channel.CreateBounded<StreamPiece>(new BoundedChannelOptions(BlocksAhead) { SingleReader = true, SingleWriter = true });
        var reading = Task.Run(() => ReadAheadAsync(ahead.Writer, stop.Token), CancellationToken.None);
        try
        {
            await foreach (var piece in ahead.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return piece;
            }
        }
        finally
        {
            // A consumer that stops early leaves blocks behind; they go back before anyone may think that the memory is free.
            await stop.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (ahead.Reader.TryRead(out var left))
            {
                left.Block?.Dispose();
            }
        }
    }

    private async Task ReadAheadAsync(ChannelWriter<StreamPiece> ahead, CancellationToken cancellationToken)
    {
        try
        {
            for (var i = 0; i < _from.Source; i++)
            {
                PassSource(i);
            }

            for (var i = _from.Source; i < _lane.Sources.Count; i++)
            {
                await ReadSourceAsync(i, ahead, cancellationToken).ConfigureAwait(false);
            }

            ahead.Complete();
        }
        catch (Exception failure)
        {
            ahead.Complete(failure);
        }
    }

    /// <summary>A source that an earlier run has finished.</summary>
    private void PassSource(int index)
    {
        var source = _lane.Sources[index];
        foreach (var segment in _lane.OwnsSources ? source.Segments.Where(segment => !Skips.HasSegment(source, segment)) : [])
        {
            Counters[index].SegmentPassed(segment.CompressedSize);
        }
    }

    private async Task ReadSourceAsync(int index, ChannelWriter<StreamPiece> ahead, CancellationToken cancellationToken)
    {
        var (readFrom, nextOffset) = index == _from.Source ? (_from.ReadFrom, _from.NextOffset) : (0, 0);
        var source = _lane.Sources[index];
        var counters = Counters[index];
        var transform = new RecordTransform(
            _plan.Rules, source, counters, readFrom, nextOffset, Skips, _filter is { } filter ? (filter, _lane.Target.Partition) : null, _lane.OwnsSources);
        await foreach (var (block, accountedBelow, lost) in _reading.ReadAsync(index, readFrom, counters, Skips, cancellationToken).ConfigureAwait(false))
        {
            if (block is null)
            {
                await ahead.WriteAsync(new StreamPiece(null, Mark(accountedBelow), lost is null ? null : [lost]), cancellationToken).ConfigureAwait(false);
                continue;
            }

            var result = block;
            try
            {
                if (transform.NeedsRoom)
                {
                    var size = RecordTransform.RoomFor(block);
                    var reserved = await _room.ReserveAsync(size, cancellationToken).ConfigureAwait(false);
                    result = new RecordBlock(_pool.Rent((int)Math.Min(size, int.MaxValue)), reserved);
                }

                var kept = transform.Apply(block, result);
                if (result != block)
                {
                    block.Dispose();
                }

                var mark = Mark(accountedBelow ?? transform.LastSeen + 1);
                if (kept == 0)
                {
                    result.Dispose();
                    await ahead.WriteAsync(new StreamPiece(null, mark, transform.Unwritable), cancellationToken).ConfigureAwait(false);
                    continue;
                }

                result.Source = index;
                await ahead.WriteAsync(new StreamPiece(result, mark, transform.Unwritable), cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                result.Dispose();
                block.Dispose();
                throw;
            }
        }

        await ahead.WriteAsync(new StreamPiece(null, Mark(StreamMark.SourceEnd)), cancellationToken).ConfigureAwait(false);

        // What comes again below the place where reading went on is counted already: the place must not go back.
        StreamMark Mark(long? accountedBelow) => new(index, accountedBelow != StreamMark.Open && accountedBelow < readFrom ? readFrom : accountedBelow, counters.Tally);
    }
}
