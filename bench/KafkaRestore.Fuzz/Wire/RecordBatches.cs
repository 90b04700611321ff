using System.Buffers.Binary;
using KafkaRestore.Kafka.Wire.Protocol;

namespace KafkaRestore.Fuzz.Wire;

/// <summary>Record batches with headers that fit together, and noise for records.</summary>
internal static class RecordBatches
{
    /// <summary>Makes <paramref name="count"/> of them, one after the other.</summary>
    public static byte[] Generate(Random random, int count)
    {
        var bytes = new List<byte>();
        var offset = random.NextInt64(1000);
        for (; count > 0; count--)
        {
            var batch = new byte[RecordBatchHeader.HeaderBytes + random.Next(50)];
            random.NextBytes(batch);
            var last = random.Next(100);
            BinaryPrimitives.WriteInt64BigEndian(batch, offset);
            BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(8), batch.Length - 12);
            batch[16] = 2;
            BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(23), last);
            BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(57), random.Next(last + 2));
            bytes.AddRange(batch);
            offset += last + 1 + random.Next(3);
        }

        return [.. bytes];
    }

    /// <summary>Walks over them. Null, or what must not be.</summary>
    public static string? Walk(ReadOnlySpan<byte> bytes, out int batches)
    {
        batches = 0;
        var walker = new RecordBatchWalker(bytes);
        var walked = 0;
        while (walker.Next(out var header) == RecordBatchStep.Batch)
        {
            batches++;
            walked += header.SizeBytes;
            if (header.SizeBytes != walker.Batch.Length || walked > bytes.Length || header.NextOffset <= header.BaseOffset || header.Records < 0)
            {
                return $"the batch {header} was accepted";
            }
        }

        return walker.Next(out _) == RecordBatchStep.Batch ? "a batch came after the end" : null;
    }
}
