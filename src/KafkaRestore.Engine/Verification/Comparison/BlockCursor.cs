using KafkaRestore.Records.Layout;

namespace KafkaRestore.Engine.Verification.Comparison;

/// <summary>A place in a stream of blocks, record by record; each block goes back when it has been passed.</summary>
/// <param name="blocks">The stream; it begins to be read, and takes memory, with the first <see cref="FillAsync"/>.</param>
/// <param name="cancellationToken">Ends the reading.</param>
internal sealed class BlockCursor(IAsyncEnumerable<RecordBlock> blocks, CancellationToken cancellationToken) : IAsyncDisposable
{
    private readonly IAsyncEnumerator<RecordBlock> _blocks = blocks.GetAsyncEnumerator(cancellationToken);
    private RecordBlock? _block;
    private int _position;

    /// <summary>Whether <see cref="Current"/> is there without waiting.</summary>
    public bool HasRecord => _block is not null && _position < _block.Length;

    /// <summary>The record that the cursor stands at.</summary>
    public RecordView Current => RecordView.At(_block!.Bytes[_position..]);

    /// <summary>Which source <see cref="Current"/> comes from.</summary>
    public int Source => _block!.Source;

    /// <summary>Goes to the next block where that is needed; false at the end of the stream.</summary>
    public async ValueTask<bool> FillAsync()
    {
        while (!HasRecord)
        {
            Release();
            if (!await _blocks.MoveNextAsync().ConfigureAwait(false))
            {
                return false;
            }

            _block = _blocks.Current;
        }

        return true;
    }

    /// <summary>Goes behind the current record, of <paramref name="length"/> bytes.</summary>
    public void Pass(int length) => _position += length;

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Release();
        return _blocks.DisposeAsync();
    }

    private void Release()
    {
        _block?.Dispose();
        _block = null;
        _position = 0;
    }
}
