using System.Buffers;
using System.Buffers.Binary;

namespace KafkaRestore.Kafka.Wire.Connections;

/// <summary>Cuts a broker's bytes into answers. Memory grows with the bytes that came, never with the length that was claimed.</summary>
internal sealed class FrameReader(Stream stream, int mostBytes) : IDisposable
{
    private const int PrefixBytes = 4;
    private const int CorrelationBytes = 4;
    private const int SmallBuffer = 16 << 10;
    private const int KeptBuffer = 1 << 20;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(SmallBuffer);
    private int _start;
    private int _end;

    /// <summary>Whether a first answer has come.</summary>
    public bool HasAnswered { get; private set; }

    private int Unread => _end - _start;

    /// <summary>The next answer without its length, valid until the next call; null when the broker closed the connection before one.</summary>
    /// <exception cref="WireException">It closed in the middle of one, or the length is none.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> NextAsync(CancellationToken cancellationToken)
    {
        Shrink();
        if (!await FillAsync(PrefixBytes, cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(_start));
        if (length < CorrelationBytes || length > mostBytes)
        {
            throw Refuse(length);
        }

        await FillAsync(PrefixBytes + length, cancellationToken).ConfigureAwait(false);
        var frame = _buffer.AsMemory(_start + PrefixBytes, length);
        _start += PrefixBytes + length;
        HasAnswered = true;
        return frame;
    }

    /// <summary>Gives the memory back; no read may be under way.</summary>
    public void Dispose()
    {
        var buffer = Interlocked.Exchange(ref _buffer, []);
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Reads until <paramref name="count"/> bytes are there; false when the stream ends before the first.</summary>
    private async ValueTask<bool> FillAsync(int count, CancellationToken cancellationToken)
    {
        while (Unread < count)
        {
            MakeRoom(count);
            var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return Unread == 0 ? false : throw new WireException(WireFailure.Lost, "the broker closed the connection in the middle of an answer");
            }

            _end += read;
        }

        return true;
    }

    private void MakeRoom(int count)
    {
        if (_end < _buffer.Length && _buffer.Length - _start >= count)
        {
            return;
        }

        if (_start > 0)
        {
            Move(_buffer);
        }

        if (_end == _buffer.Length)
        {
            Replace((int)Math.Min(count, (long)_buffer.Length * 2));
        }
    }

    private void Shrink()
    {
        if (_buffer.Length > KeptBuffer && Unread <= SmallBuffer)
        {
            Replace(SmallBuffer);
        }
    }

    private void Replace(int size)
    {
        var old = _buffer;
        Move(ArrayPool<byte>.Shared.Rent(size));
        ArrayPool<byte>.Shared.Return(old);
    }

    private void Move(byte[] to)
    {
        _buffer.AsSpan(_start, Unread).CopyTo(to);
        (_buffer, _start, _end) = (to, 0, Unread);
    }

    // Other protocols on the port show in their first four bytes.
    private WireException Refuse(int length) => (HasAnswered, length >>> 16, length) switch
    {
        (false, 0x1503, _) => new WireException(WireFailure.Tls, "the broker answers in TLS: this port wants SSL or SASL_SSL", hint: Remedies.Tls),
        (false, _, 0x48545450) => new WireException(WireFailure.Malformed, "an HTTP server answers, not a Kafka broker"),
        _ => new WireException(WireFailure.Malformed, $"an answer claims {length} bytes; between {CorrelationBytes} and {mostBytes} are accepted"),
    };
}
