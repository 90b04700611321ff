using KafkaRestore.Records.Hashing;
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
    private readonly uint _expectedCrc;
    private long _position;
    private Crc32 _crc;

    /// <summary>Takes over <paramref name="chunk"/> and <paramref name="owner"/>.</summary>
    public ChunkedContent(
        string key,
        long length,
        byte[] start,
        uint crc,
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
        _expectedCrc = crc;
        Rewind();
    }

    public override long Length { get; }

    public override ReadOnlySpan<byte> Start => _start;

    public override async ValueTask<ReadOnlyMemory<byte>> NextAsync(CancellationToken cancellationToken)
    {
        var left = Length - SegmentHeader.FooterSize - _position;
        if (left <= 0)
        {
            // The bytes that were proven and the bytes that were read are the same, or the object changed in between.
            if (_crc.Value != _expectedCrc)
            {
                throw SegmentDamage.Corrupt(_key, "it changed while it was being read");
            }

            return ReadOnlyMemory<byte>.Empty;
        }

        var want = (int)Math.Min(left, _chunk.Capacity);
        var read = await _read(_position, _chunk.Memory[..want], cancellationToken).ConfigureAwait(false);
        if (read != want)
        {
            throw SegmentDamage.Corrupt(_key, $"it became shorter while it was being read: {_position + read} of {Length} bytes");
        }

        _position += read;
        _crc.Append(_chunk.GetSpan()[..read]);
        return _chunk.Memory[..read];
    }

    public override void Rewind()
    {
        _position = SegmentHeader.Size;
        _crc = default;
        _crc.Append(_start.AsSpan(0, SegmentHeader.Size));
    }

    public override ValueTask DisposeAsync()
    {
        _chunk.Dispose();
        _owner?.Dispose();
        return default;
    }
}
