using System.Buffers.Binary;
using System.Buffers.Text;
using KafkaRestore.Engine.Options;

namespace KafkaRestore.Engine.Lanes.Stream;

/// <summary>The three headers that a restore adds at the end of each record's list, when asked to.</summary>
internal readonly struct AddedHeaders(HeaderEncoding encoding, int sourcePartition)
{
    /// <summary>How many are added.</summary>
    public const int Count = 3;

    /// <summary>The most bytes that they take.</summary>
    public const int MostBytes = (3 * 6) + 17 + 20 + 18 + 20 + 20 + 11;

    /// <summary>Writes them and says how many bytes they took.</summary>
    public int Write(Span<byte> destination, long offset, long timestamp)
    {
        var position = WriteNumber(destination, TrackingHeaders.OffsetName, offset, 8);
        position += WriteNumber(destination[position..], TrackingHeaders.TimestampName, timestamp, 8);
        return position + WriteNumber(destination[position..], TrackingHeaders.PartitionName, sourcePartition, 4);
    }

    private int WriteNumber(Span<byte> destination, ReadOnlySpan<byte> name, long number, int width)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(destination, (ushort)name.Length);
        name.CopyTo(destination[2..]);
        var value = destination[(6 + name.Length)..];
        int length;
        if (encoding == HeaderEncoding.Decimal)
        {
            Utf8Formatter.TryFormat(number, value, out length);
        }
        else
        {
            length = width;
            if (width == 8)
            {
                BinaryPrimitives.WriteInt64LittleEndian(value, number);
            }
            else
            {
                BinaryPrimitives.WriteInt32LittleEndian(value, (int)number);
            }
        }

        BinaryPrimitives.WriteInt32LittleEndian(destination[(2 + name.Length)..], length);
        return 6 + name.Length + length;
    }
}
