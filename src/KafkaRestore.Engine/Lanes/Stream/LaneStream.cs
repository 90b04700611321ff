using System.Runtime.CompilerServices;
using System.Threading.Channels;
using KafkaRestore.Archive.KafkaBackup.Segments;
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
    private readonly SegmentReader _reader;
    private readonly MemoryBudget _room;
    private readonly BufferPool _pool;

    /// <summary>Prepares the stream of <paramref name="lane"/>; nothing is read yet.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="lane">One of its lanes.</param>
    /// <param name="reader">Reads segments within its budget.</param>
    /// <param name="room">This lane's own budget for blocks that grow because headers are added.</param>
    /// <param name="pool">Where memory is rented.</param>
    public LaneStream(RestorePlan plan, LanePlan lane, SegmentReader reader, MemoryBudget room, BufferPool? pool = null)
    {
        _room = room;
        _plan = plan;
        _lane = lane;
        _reader = reader.Together();
        _pool = pool ?? BufferPool.Shared;
        Counters = [.. lane.Sources.Select(_ => new SourceCounters())];
    }

    /// <summary>What happened to each source's records on the way, in the order of the lane's sources.</summary>
    public IReadOnlyList<SourceCounters> Counters { get; }

    /// <summary>The blocks in order; each belongs to whoever takes it. May be read once.</summary>
    /// <exception cref="Records.Errors.RestoreException">ARCHIVE_CORRUPT, ARCHIVE_GENERATIONS and the other failures of reading.</exception>
    public async IAsyncEnumerable<RecordBlock> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var ahead = Channel.CreateBounded<RecordBlock>(new BoundedChannelOptions(BlocksAhead) { SingleReader = true, SingleWriter = true });
        var reading = Task.Run(() => ReadAheadAsync(ahead.Writer, stop.Token), CancellationToken.None);
        try
        {
            await foreach (var block in ahead.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return block;
            }
        }
        finally
        {
            // A consumer that stops early leaves blocks behind; they go back before anyone may think that the memory is free.
            await stop.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (ahead.Reader.TryRead(out var left))
            {
                left.Dispose();
            }
        }
    }

    private async Task ReadAheadAsync(ChannelWriter<RecordBlock> ahead, CancellationToken cancellationToken)
    {
        try
        {
            for (var i = 0; i < _lane.Sources.Count; i++)
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

    private async Task ReadSourceAsync(int index, ChannelWriter<RecordBlock> ahead, CancellationToken cancellationToken)
    {
        var source = _lane.Sources[index];
        var counters = Counters[index];
        var transform = new RecordTransform(_plan.Rules, source, counters);
        var stream = new SourceStream(_plan.BackupId, source, _plan.Rules, _reader, counters, _pool);
        await foreach (var block in stream.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
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

                if (kept == 0)
                {
                    result.Dispose();
                    continue;
                }

                result.Source = index;
                await ahead.WriteAsync(result, cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                result.Dispose();
                block.Dispose();
                throw;
            }
        }
    }
}
