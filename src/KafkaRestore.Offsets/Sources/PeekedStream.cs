using System.Text;

namespace KafkaRestore.Offsets.Sources;

/// <summary>A stream whose first bytes are known before it is read, also where it cannot seek; a byte order mark is left out.</summary>
internal sealed class PeekedStream : Stream
{
    private const int HeadBytes = 4 << 10;

    private readonly Stream _rest;
    private readonly byte[] _head;
    private int _position;

    private PeekedStream(Stream rest, byte[] head)
    {
        _rest = rest;
        _head = head;
        Utf16 = head.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) ? Encoding.BigEndianUnicode : Encoding.Unicode;
        IsUtf16 = head.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || Utf16 == Encoding.BigEndianUnicode;
        _position = IsUtf16 ? 2 : head.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0;
        var text = (IsUtf16 ? Utf16 : Encoding.Latin1).GetString(head, _position, head.Length - _position).AsSpan().TrimStart();
        FirstCharacter = text.IsEmpty ? '\0' : text[0];
        IsEmpty = text.IsEmpty && head.Length < HeadBytes;
    }

    /// <summary>Whether a byte order mark says UTF-16.</summary>
    public bool IsUtf16 { get; }

    /// <summary>Its order of bytes.</summary>
    public Encoding Utf16 { get; }

    /// <summary>The first one that is no blank, among the first bytes.</summary>
    public char FirstCharacter { get; }

    /// <summary>Whether there is nothing but blanks.</summary>
    public bool IsEmpty { get; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Reads the first bytes.</summary>
    public static async Task<PeekedStream> OpenAsync(Stream stream, CancellationToken cancellationToken)
    {
        var head = new byte[HeadBytes];
        var read = await stream.ReadAtLeastAsync(head, HeadBytes, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return new PeekedStream(stream, head[..read]);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position == _head.Length)
        {
            return await _rest.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }

        return TakeHead(buffer.Span);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        _position == _head.Length ? _rest.Read(buffer, offset, count) : TakeHead(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int TakeHead(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, _head.Length - _position);
        _head.AsSpan(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }
}
