using System.Buffers.Binary;

namespace KafkaRestore.Kafka.Tests.Wire.Protocol;

/// <summary>The simplest record batch: one record, a value and no key, not compressed.</summary>
internal static class OneRecordBatch
{
    public static byte[] Of(byte value, long timestamp, long producerId = -1, short epoch = -1, int sequence = -1)
    {
        // Length (zigzag), attributes, two deltas, no key, a value of one byte, no headers.
        byte[] record = [14, 0, 0, 0, 1, 2, value, 0];
        var batch = new byte[61 + record.Length];
        var span = batch.AsSpan();
        BinaryPrimitives.WriteInt32BigEndian(span[8..], batch.Length - 12);
        BinaryPrimitives.WriteInt32BigEndian(span[12..], -1);
        span[16] = 2;
        BinaryPrimitives.WriteInt64BigEndian(span[27..], timestamp);
        BinaryPrimitives.WriteInt64BigEndian(span[35..], timestamp);
        BinaryPrimitives.WriteInt64BigEndian(span[43..], producerId);
        BinaryPrimitives.WriteInt16BigEndian(span[51..], epoch);
        BinaryPrimitives.WriteInt32BigEndian(span[53..], sequence);
        BinaryPrimitives.WriteInt32BigEndian(span[57..], 1);
        record.CopyTo(span[61..]);
        BinaryPrimitives.WriteUInt32BigEndian(span[17..], Crc32C(span[21..]));
        return batch;
    }

    private static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var next in bytes)
        {
            crc ^= next;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0x82F63B78;
            }
        }

        return ~crc;
    }
}
