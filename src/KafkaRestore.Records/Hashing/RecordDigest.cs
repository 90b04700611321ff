using System.Buffers.Binary;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Records.Hashing;

/// <summary>A 32-bit fingerprint of what a record carries: timestamp, key, value and headers in order, but not its offset.</summary>
/// <remarks>Tells a record from another one by accident, not from one that was made to look alike.</remarks>
public static class RecordDigest
{
    private const int TimestampAt = 4;
    private const int OffsetAt = 12;
    private const int KeyLengthAt = 20;

    /// <summary>The fingerprint: CRC-32C over the record's encoded bytes without its length prefix and offset, null lengths as -1.</summary>
    public static uint Of(RecordView record)
    {
        var encoded = record.Encoded;
        var crc = default(Crc32C);
        crc.Append(encoded[TimestampAt..OffsetAt]);
        if (HasOddNull(record))
        {
            var usual = new byte[encoded.Length];
            RecordEncoder.Write(usual, RecordData.From(record));
            encoded = usual;
        }

        crc.Append(encoded[KeyLengthAt..]);
        return crc.Value;
    }

    /// <summary>Any negative length is null (format section "record"); this program and Kafka's clients write -1.</summary>
    private static bool HasOddNull(RecordView record)
    {
        if ((record.KeyIsNull && BinaryPrimitives.ReadInt32LittleEndian(record.Encoded[KeyLengthAt..]) != -1)
            || (record.ValueIsNull && BinaryPrimitives.ReadInt32LittleEndian(record.Encoded[(record.HeaderCountPosition - 4)..]) != -1))
        {
            return true;
        }

        foreach (var header in record.Headers)
        {
            if (header.ValueIsNull && BinaryPrimitives.ReadInt32LittleEndian(header.Encoded[^4..]) != -1)
            {
                return true;
            }
        }

        return false;
    }
}
