using KafkaRestore.Records.Memory;

namespace KafkaRestore.Archive.KafkaBackup.Segments;

/// <summary>A segment held in memory whole.</summary>
internal sealed class MemoryContent(NativeBuffer buffer, int length) : SegmentContent
{
    private bool _given;

    public override long Length => length;

    public override ReadOnlySpan<byte> Start => Whole.Span[..Math.Min(length, 64)];

    /// <summary>All of it, for formats that are parsed whole.</summary>
    public ReadOnlyMemory<byte> Whole => buffer.Memory[..length];

    public override ValueTask<ReadOnlyMemory<byte>> NextAsync(CancellationToken cancellationToken)
    {
        if (_given)
        {
            return new(ReadOnlyMemory<byte>.Empty);
        }

        _given = true;
        return new(Whole[SegmentHeader.Size..(length - SegmentHeader.FooterSize)]);
    }

    public override void Rewind() => _given = false;

    public override ValueTask DisposeAsync()
    {
        buffer.Dispose();
        return default;
    }
}
