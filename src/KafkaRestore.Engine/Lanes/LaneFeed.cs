using KafkaRestore.Engine.Lanes.Skipping;
using KafkaRestore.Engine.Lanes.Stream;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Engine.Lanes;

/// <summary>
/// A lane's stream, generation after generation, as far as it is not in the target yet: first its head is compared with what stands in the log, then the rest
/// is sent. The journal hears of every piece before any of its records is acknowledged.
/// </summary>
internal sealed class LaneFeed(IReadOnlyList<(int Generation, LaneStream Stream)> generations, LaneJournal journal, LaneSkips? skips = null) : IAsyncDisposable
{
    private int _next;
    private int _generation;
    private IAsyncEnumerator<StreamPiece>? _pieces;

    /// <summary>What is left of the current piece; null before the first and when all was taken.</summary>
    public RecordBlock? Block { get; private set; }

    /// <summary>Goes to the next piece with records; false at the stream's end. The current one must have been taken.</summary>
    /// <param name="comparing">Whether the log holds records that are yet to be found in the stream.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async ValueTask<bool> MoveNextAsync(bool comparing, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_pieces is null)
            {
                if (_next == generations.Count)
                {
                    return false;
                }

                (_generation, var stream) = generations[_next++];
                if (_next > 1)
                {
                    // Records of it may be acknowledged before the first mark: they belong to its beginning, not to the end of the generation before.
                    journal.Sending(0, _generation, new StreamMark(0, 0, stream.Counters[0].Tally));
                }

                _pieces = stream.ReadPiecesAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
            }

            if (!await _pieces.MoveNextAsync().ConfigureAwait(false))
            {
                await _pieces.DisposeAsync().ConfigureAwait(false);
                _pieces = null;
                continue;
            }

            var (block, mark, found) = _pieces.Current;
            Accept(found, mark.Source, comparing, block);
            journal.Sending(block?.Count ?? 0, _generation, mark);
            if (block is not null)
            {
                Block = block;
                return true;
            }
        }
    }

    private void Accept(IReadOnlyList<Skip>? found, int source, bool comparing, RecordBlock? block)
    {
        try
        {
            foreach (var skip in found ?? [])
            {
                skips!.Accept(skip, _generation, source, comparing);
            }
        }
        catch
        {
            block?.Dispose();
            throw;
        }
    }

    /// <summary>Takes what is left of the current piece; it belongs to the caller.</summary>
    public RecordBlock TakeAll()
    {
        var taken = Block!;
        Block = null;
        return taken;
    }

    /// <summary>Takes the first records of what is left of the current piece; they belong to the caller.</summary>
    /// <param name="count">How many, at least 1.</param>
    /// <param name="length">How many bytes they take.</param>
    public RecordBlock TakeFirst(int count, int length) => count == Block!.Count ? TakeAll() : Block.SplitFirst(count, length);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Block?.Dispose();
        Block = null;
        if (_pieces is not null)
        {
            await _pieces.DisposeAsync().ConfigureAwait(false);
        }
    }
}
