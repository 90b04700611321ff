using System.Buffers.Binary;

namespace KafkaRestore.Kafka.Reading.Polling;

/// <summary>Writes the parts of a record, little-endian, one after the other.</summary>
internal unsafe ref struct RecordWriter(Span<byte> target)
{
    private Span<byte> _rest = target;

    public void UInt16(int value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_rest, (ushort)value);
        _rest = _rest[sizeof(ushort)..];
    }

    public void Int32(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_rest, value);
        _rest = _rest[sizeof(int)..];
    }

    public void Int64(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_rest, value);
        _rest = _rest[sizeof(long)..];
    }

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_rest);
        _rest = _rest[bytes.Length..];
    }

    /// <summary>A length and the bytes; no address is null.</summary>
    public void Nullable(void* start, nuint length)
    {
        Int32(start is null ? -1 : (int)length);
        Bytes(new ReadOnlySpan<byte>(start, start is null ? 0 : (int)length));
    }
}
