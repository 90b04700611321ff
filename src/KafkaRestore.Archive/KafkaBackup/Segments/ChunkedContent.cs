using KafkaRestore.Records.Memory;

namespace KafkaRestore.Archive.KafkaBackup.Segments;

/// <summary>
/// A segment too large to be held: read in pieces a second time, from a spool file or from a storage where that costs little.
/// </summary>
internal sealed class ChunkedContent : SegmentContent
{
    private readonly Func<long, Memory<byte>, CancellationToken, ValueTask<int>> _read;
    private readonly NativeBuffer _chunk;
    private readonly IDisposable? _owner;
    private readonly byte[] _start;
    private readonly string _key;
    private long _position = SegmentHeader.Size;

    /// <summary>Takes over <paramref name="chunk"/> and <paramref name="owner"/>.</summary>
    public ChunkedContent(
        string key,
        long length,
        byte[] start,
        NativeBuffer chunk,
        Func<long, Memory<byte>, CancellationToken, ValueTask<int>> read,
        IDisposable? owner)
    {
        _key = key;
        Length = length;
        _start = start;
        _chunk = chunk;
        _read = read;
        _owner = owner;
    }

    public override long Length { get; }

    public override ReadOnlySpan<byte> Start => _start;

    public override async ValueTask<ReadOnlyMemory<byte>> NextAsync(CancellationToken cancellationToken)
    {
        var left = Length - SegmentHeader.FooterSize - _position;
        if (left <= 0)
        {
            return ReadOnlyMemory<byte>.Empty;
        }

        var want = (int)Math.Min(left, _chunk.Capacity);
        var read = await _read(_position, _chunk.Memory[..want], cancellationToken).ConfigureAwait(false);
        if (read != want)
        {
            throw SegmentDamage.Corrupt(_key, $"it became shorter while it was being read: {_position + read} of {Length} bytes");
        }

        _position += read;
        return _chunk.Memory[..read];
    }

    public override ValueTask DisposeAsync()
    {
        _chunk.Dispose();
        _owner?.Dispose();
        return default;
    }
}
