using KafkaRestore.Records.Layout;

namespace KafkaRestore.Kafka.Batches;

/// <summary>Reads the records of a batch of this program (magic 2, unpacked) one after the other, as ordinary objects.</summary>
/// <remarks>Bytes that are no such records end in an <see cref="InvalidDataException"/> or <see cref="ArgumentOutOfRangeException"/>.</remarks>
internal ref struct BatchRecordReader(ReadOnlySpan<byte> records, long baseTimestamp)
{
    private readonly ReadOnlySpan<byte> _records = records;
    private int _position;

    /// <summary>Reads the next record. Its offset is its place in the batch.</summary>
    public RecordData Next()
    {
        _ = Number(); // the record's length
        _ = Take(1); // attributes
        var timestamp = unchecked(baseTimestamp + Number());
        var offset = Number();
        var key = Nullable();
        var value = Nullable();
        var headers = new HeaderData[Number()];
        for (var i = 0; i < headers.Length; i++)
        {
            headers[i] = new HeaderData(Nullable() ?? [], Nullable());
        }

        return new RecordData(offset, timestamp, key, value, headers);
    }

    private byte[]? Nullable()
    {
        var length = Number();
        return length < 0 ? null : Take(checked((int)length)).ToArray();
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        var taken = _records.Slice(_position, length);
        _position += length;
        return taken;
    }

    private long Number()
    {
        ulong value = 0;
        for (var shift = 0; shift < 7 * VarInt.Longest; shift += 7)
        {
            var next = Take(1)[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return (long)(value >> 1) ^ -(long)(value & 1);
            }
        }

        throw new InvalidDataException("a number is longer than any");
    }
}
