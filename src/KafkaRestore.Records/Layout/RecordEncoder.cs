using System.Buffers.Binary;

namespace KafkaRestore.Records.Layout;

/// <summary>Writes records in the layout that <see cref="RecordView"/> reads.</summary>
public static class RecordEncoder
{
    /// <summary>The most headers a record can have in this layout.</summary>
    public const int MaxHeaders = ushort.MaxValue;

    /// <summary>The longest header key in bytes.</summary>
    public const int MaxHeaderKey = ushort.MaxValue;

    /// <summary>Bytes that <see cref="Write"/> needs, the length prefix included.</summary>
    /// <exception cref="ArgumentException">Too many headers or a header key too long for the layout.</exception>
    /// <exception cref="OverflowException">The record would exceed 2 GiB.</exception>
    public static int SizeOf(RecordData record)
    {
        if (record.Headers.Count > MaxHeaders)
        {
            throw new ArgumentException($"{record.Headers.Count} headers; the layout holds {MaxHeaders}", nameof(record));
        }

        var size = 4 + RecordView.SmallestBody;
        checked
        {
            size += record.Key?.Length ?? 0;
            size += record.Value?.Length ?? 0;
            foreach (var header in record.Headers)
            {
                if (header.Key.Length > MaxHeaderKey)
                {
                    throw new ArgumentException($"a header key of {header.Key.Length} bytes; the layout holds {MaxHeaderKey}", nameof(record));
                }

                size += 6 + header.Key.Length + (header.Value?.Length ?? 0);
            }
        }

        return size;
    }

    /// <summary>Writes <paramref name="record"/> and says how many bytes it took.</summary>
    public static int Write(Span<byte> destination, RecordData record)
    {
        var size = SizeOf(record);
        BinaryPrimitives.WriteUInt32LittleEndian(destination, (uint)(size - 4));
        BinaryPrimitives.WriteInt64LittleEndian(destination[4..], record.Timestamp);
        BinaryPrimitives.WriteInt64LittleEndian(destination[12..], record.Offset);
        var position = WriteNullable(destination, 20, record.Key);
        position = WriteNullable(destination, position, record.Value);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[position..], (ushort)record.Headers.Count);
        position += 2;
        foreach (var header in record.Headers)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(destination[position..], (ushort)header.Key.Length);
            header.Key.CopyTo(destination[(position + 2)..]);
            position = WriteNullable(destination, position + 2 + header.Key.Length, header.Value);
        }

        return size;
    }

    private static int WriteNullable(Span<byte> destination, int position, byte[]? bytes)
    {
        BinaryPrimitives.WriteInt32LittleEndian(destination[position..], bytes?.Length ?? -1);
        bytes?.CopyTo(destination[(position + 4)..]);
        return position + 4 + (bytes?.Length ?? 0);
    }
}
