using KafkaRestore.Engine.Lanes.Stream;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Engine.Lanes;

/// <summary>Goes through a lane's stream, generation after generation, and lets parts of a piece be taken: first to compare with the log, then to send.</summary>
internal sealed class StreamReader(IReadOnlyList<(int Generation, LaneStream Stream)> generations, CancellationToken cancellationToken) : IAsyncDisposable
{
    private int _generation = -1;
    private IAsyncEnumerator<StreamPiece>? _pieces;

    /// <summary>The generation of <see cref="Mark"/>.</summary>
    public int Generation => generations[_generation].Generation;

    /// <summary>What is left of the current piece; null where it has no records or all were taken.</summary>
    public RecordBlock? Block { get; private set; }

    /// <summary>What is accounted for behind the current piece.</summary>
    public StreamMark Mark { get; private set; }

    /// <summary>Goes to the next piece; false at the stream's end. What was left of the current one must have been taken.</summary>
    public async ValueTask<bool> MoveNextAsync()
    {
        while (true)
        {
            if (_pieces is not null)
            {
                if (await _pieces.MoveNextAsync().ConfigureAwait(false))
                {
                    (Block, Mark) = _pieces.Current;
                    return true;
                }

                await _pieces.DisposeAsync().ConfigureAwait(false);
                _pieces = null;
            }

            if (_generation + 1 == generations.Count)
            {
                return false;
            }

            _pieces = generations[++_generation].Stream.ReadAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        }
    }

    /// <summary>Takes what is left of the current piece; it belongs to the caller.</summary>
    public RecordBlock? TakeAll()
    {
        var taken = Block;
        Block = null;
        return taken;
    }

    /// <summary>Takes the first records of what is left of the current piece; they belong to the caller.</summary>
    /// <param name="count">How many.</param>
    /// <param name="length">How many bytes they take.</param>
    public RecordBlock TakeFirst(int count, int length) => count == Block!.Count ? TakeAll()! : Block.SplitFirst(count, length);

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
