using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace KafkaRestore.Kafka.Wire.Protocol;

/// <summary>
/// Writes a request: Kafka's primitive types into rented memory, and record batches by reference, so that they are never copied. The same calls write
/// classic and flexible versions (KIP-482); <see cref="Flexible"/> decides.
/// </summary>
internal sealed class WireWriter : IDisposable
{
    private readonly List<Attachment> _attachments = [];
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(512);
    private long _attached;

    /// <summary>Whether lengths are compact and structures end with tagged fields.</summary>
    public bool Flexible { get; set; }

    /// <summary>Bytes written so far without the attachments.</summary>
    public int Position { get; private set; }

    /// <summary>Bytes in all.</summary>
    public long Length => Position + _attached;

    /// <summary>Starts anew with the same memory.</summary>
    public void Reset()
    {
        Position = 0;
        Flexible = false;
        _attachments.Clear();
        _attached = 0;
    }

    /// <summary>Writes 0 or 1.</summary>
    public void Boolean(bool value) => Take(1)[0] = value ? (byte)1 : (byte)0;

    /// <summary>Writes one byte.</summary>
    public void Int8(sbyte value) => Take(1)[0] = (byte)value;

    /// <summary>Writes two bytes, big-endian.</summary>
    public void Int16(short value) => BinaryPrimitives.WriteInt16BigEndian(Take(2), value);

    /// <summary>Writes four bytes, big-endian.</summary>
    public void Int32(int value) => BinaryPrimitives.WriteInt32BigEndian(Take(4), value);

    /// <summary>Writes eight bytes, big-endian.</summary>
    public void Int64(long value) => BinaryPrimitives.WriteInt64BigEndian(Take(8), value);

    /// <summary>Writes a duration in whole milliseconds: 0 where it is negative, the largest number where it is longer than that.</summary>
    public void Milliseconds(TimeSpan value) => Int32((int)Math.Clamp(value.TotalMilliseconds, 0, int.MaxValue));

    /// <summary>Writes a UUID as it stands in <paramref name="value"/>, most significant byte first.</summary>
    public void Uuid(Guid value) => value.TryWriteBytes(Take(16), bigEndian: true, out _);

    /// <summary>Writes an unsigned number, seven bits to a byte.</summary>
    public void UnsignedVarInt(uint value)
    {
        while (value >= 0x80)
        {
            Take(1)[0] = (byte)(value | 0x80);
            value >>= 7;
        }

        Take(1)[0] = (byte)value;
    }

    /// <summary>Writes a text, or null.</summary>
    public void String(string? value)
    {
        if (value is null)
        {
            NullLength(isShort: true);
            return;
        }

        var length = Encoding.UTF8.GetByteCount(value);
        if (Flexible)
        {
            UnsignedVarInt((uint)length + 1);
        }
        else
        {
            Int16(checked((short)length));
        }

        Encoding.UTF8.GetBytes(value, Take(length));
    }

    /// <summary>Writes bytes with their length.</summary>
    public void Bytes(ReadOnlySpan<byte> value)
    {
        BytesLength(value.Length);
        value.CopyTo(Take(value.Length));
    }

    /// <summary>Writes bytes with their length by reference: <paramref name="value"/> must stay as it is until the request has been sent.</summary>
    public void Attach(ReadOnlyMemory<byte> value)
    {
        BytesLength(value.Length);
        _attachments.Add(new Attachment(Position, value));
        _attached += value.Length;
    }

    /// <summary>Writes the number of elements of an array; its elements follow.</summary>
    public void ArrayLength(int count)
    {
        if (Flexible)
        {
            UnsignedVarInt((uint)count + 1);
        }
        else
        {
            Int32(count);
        }
    }

    /// <summary>Writes an array of texts.</summary>
    public void Strings(IReadOnlyCollection<string> values)
    {
        ArrayLength(values.Count);
        foreach (var value in values)
        {
            String(value);
        }
    }

    /// <summary>Writes a null array.</summary>
    public void NullArray() => NullLength(isShort: false);

    /// <summary>Ends a structure: no tagged fields, where the version has them at all.</summary>
    public void EndStructure()
    {
        if (Flexible)
        {
            UnsignedVarInt(0);
        }
    }

    /// <summary>Overwrites four bytes at <paramref name="position"/>, which lies before the first attachment.</summary>
    public void PatchInt32(int position, int value) => BinaryPrimitives.WriteInt32BigEndian(_buffer.AsSpan(position, 4), value);

    /// <summary>The whole request piece by piece, in order. Valid until the next write, <see cref="Reset"/> or <see cref="Dispose"/>.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Pieces()
    {
        var from = 0;
        foreach (var attachment in _attachments)
        {
            if (attachment.At > from)
            {
                yield return _buffer.AsMemory(from, attachment.At - from);
                from = attachment.At;
            }

            yield return attachment.Bytes;
        }

        if (Position > from)
        {
            yield return _buffer.AsMemory(from, Position - from);
        }
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        var buffer = Interlocked.Exchange(ref _buffer, []);
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void BytesLength(int length)
    {
        if (Flexible)
        {
            UnsignedVarInt((uint)length + 1);
        }
        else
        {
            Int32(length);
        }
    }

    private void NullLength(bool isShort)
    {
        if (Flexible)
        {
            UnsignedVarInt(0);
        }
        else if (isShort)
        {
            Int16(-1);
        }
        else
        {
            Int32(-1);
        }
    }

    private Span<byte> Take(int count)
    {
        if (_buffer.Length - Position < count)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, Position + count));
            _buffer.AsSpan(0, Position).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        var span = _buffer.AsSpan(Position, count);
        Position += count;
        return span;
    }

    private readonly record struct Attachment(int At, ReadOnlyMemory<byte> Bytes);
}
