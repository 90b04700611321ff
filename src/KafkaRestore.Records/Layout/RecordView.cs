using System.Buffers.Binary;

namespace KafkaRestore.Records.Layout;

/// <summary>
/// One record, seen in place: nothing is copied and nothing is allocated. The layout is that of the archive's record area
/// (docs/archive-formats.md, "record"): little-endian, <c>total_len u32, timestamp i64, offset i64, key_len i32, key, value_len i32,
/// value, header_count u16</c>, then per header <c>key_len u16, key, value_len i32, value</c>; a length of -1 is null.
/// </summary>
public readonly ref struct RecordView
{
    /// <summary>Bytes before the key: the length prefix, timestamp, offset and key length.</summary>
    public const int KeyStart = 24;

    /// <summary>The least that <c>total_len</c> can be: a record with null key, null value and no header.</summary>
    public const int SmallestBody = 26;

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly int _valueLengthAt;
    private readonly int _headersAt;

    private RecordView(ReadOnlySpan<byte> bytes, int valueLengthAt, int headersAt)
    {
        _bytes = bytes;
        _valueLengthAt = valueLengthAt;
        _headersAt = headersAt;
    }

    /// <summary>The whole encoded record, length prefix included.</summary>
    public ReadOnlySpan<byte> Encoded => _bytes;

    /// <summary>Epoch milliseconds; -1 is "none", other negative values occur.</summary>
    public long Timestamp => BinaryPrimitives.ReadInt64LittleEndian(_bytes[4..]);

    /// <summary>Source offset.</summary>
    public long Offset => BinaryPrimitives.ReadInt64LittleEndian(_bytes[12..]);

    /// <summary>Whether the key is null (an empty key is not).</summary>
    public bool KeyIsNull => KeyLength < 0;

    /// <summary>The key; empty when null.</summary>
    public ReadOnlySpan<byte> Key => _bytes.Slice(KeyStart, Math.Max(KeyLength, 0));

    /// <summary>Whether the value is null, a tombstone (an empty value is not).</summary>
    public bool ValueIsNull => ValueLength < 0;

    /// <summary>The value; empty when null.</summary>
    public ReadOnlySpan<byte> Value => _bytes.Slice(_valueLengthAt + 4, Math.Max(ValueLength, 0));

    /// <summary>Number of headers, 0 to 65,535.</summary>
    public int HeaderCount => BinaryPrimitives.ReadUInt16LittleEndian(_bytes[_headersAt..]);

    /// <summary>The headers in order, duplicates included.</summary>
    public RecordHeaders Headers => new(_bytes[(_headersAt + 2)..], HeaderCount);

    /// <summary>Where <c>header_count</c> stands in <see cref="Encoded"/>.</summary>
    public int HeaderCountPosition => _headersAt;

    private int KeyLength => BinaryPrimitives.ReadInt32LittleEndian(_bytes[20..]);

    private int ValueLength => BinaryPrimitives.ReadInt32LittleEndian(_bytes[_valueLengthAt..]);

    /// <summary>
    /// Sees the record at the start of <paramref name="source"/>, which must have been checked by <see cref="RecordCheck"/>.
    /// </summary>
    /// <param name="source">Memory that begins with a whole, checked record.</param>
    public static RecordView At(ReadOnlySpan<byte> source)
    {
        var length = 4 + (int)BinaryPrimitives.ReadUInt32LittleEndian(source);
        var bytes = source[..length];
        var valueLengthAt = KeyStart + Math.Max(BinaryPrimitives.ReadInt32LittleEndian(bytes[20..]), 0);
        var headersAt = valueLengthAt + 4 + Math.Max(BinaryPrimitives.ReadInt32LittleEndian(bytes[valueLengthAt..]), 0);
        return new RecordView(bytes, valueLengthAt, headersAt);
    }
}
