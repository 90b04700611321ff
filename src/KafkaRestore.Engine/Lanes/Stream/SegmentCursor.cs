using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Engine.Lanes.Stream;

/// <summary>Goes through the records of one open segment one by one, for merging.</summary>
internal sealed class SegmentCursor : IAsyncDisposable
{
    private readonly OpenSegment _segment;
    private readonly IAsyncEnumerator<RecordBlock> _blocks;
    private RecordBlock? _block;
    private int _position;

    public SegmentCursor(OpenSegment segment, CancellationToken cancellationToken)
    {
        _segment = segment;
        _blocks = segment.Blocks.GetAsyncEnumerator(cancellationToken);
    }

    /// <summary>What is open.</summary>
    public OpenSegment Segment => _segment;

    /// <summary>The record reached.</summary>
    public RecordView Current => RecordView.At(_block!.Bytes[_position..]);

    /// <summary>Its source offset.</summary>
    public long Offset { get; private set; }

    /// <summary>Goes to the next record of the block in memory; false when <see cref="MoveToNextBlockAsync"/> has to be asked.</summary>
    public bool TryMoveNext()
    {
        if (_block is null)
        {
            return false;
        }

        _position += Current.Encoded.Length;
        if (_position < _block.Length)
        {
            Offset = Current.Offset;
            return true;
        }

        _block.Dispose();
        _block = null;
        return false;
    }

    /// <summary>Goes to the first record of the next block; false after the last.</summary>
    public async ValueTask<bool> MoveToNextBlockAsync()
    {
        while (await _blocks.MoveNextAsync().ConfigureAwait(false))
        {
            _block = _blocks.Current;
            _position = 0;
            if (_block.Count > 0)
            {
                Offset = Current.Offset;
                return true;
            }

            _block.Dispose();
            _block = null;
        }

        return false;
    }

    public async ValueTask DisposeAsync()
    {
        _block?.Dispose();
        await _blocks.DisposeAsync().ConfigureAwait(false);
        await _segment.DisposeAsync().ConfigureAwait(false);
    }
}
