using KafkaRestore.Kafka.Batches;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;
using KafkaRestore.Testing;

namespace KafkaRestore.Kafka.Tests.Batches;

/// <summary>Records for batches, and batches of them.</summary>
internal static class BatchRecords
{
    public static readonly ProduceCodec[] Codecs = [ProduceCodec.None, ProduceCodec.Lz4, ProduceCodec.Zstd, ProduceCodec.Gzip];

    /// <summary>The codecs, for theories.</summary>
    public static TheoryData<ProduceCodec> EachCodec => [.. Codecs];

    /// <summary>Records of any kind, the same for the same seed.</summary>
    public static IReadOnlyList<RecordData> Random(int seed)
    {
        var random = new Random(seed);
        var count = random.Next(5) switch { 0 => 1, 1 => random.Next(200, 2_000), _ => random.Next(1, 60) };
        var records = new List<RecordData>(count);
        var offset = random.NextInt64(1L << 40);
        for (var i = 0; i < count; i++)
        {
            records.Add(new RecordData(offset, Timestamp(random), Bytes(random), Bytes(random), Headers(random)));
            offset += random.Next(1, 4);
        }

        return records;
    }

    /// <summary>The records in the archive's layout, one after the other.</summary>
    public static byte[] Encode(IReadOnlyCollection<RecordData> records)
    {
        var bytes = new byte[records.Sum(RecordEncoder.SizeOf)];
        var position = 0;
        foreach (var record in records)
        {
            position += RecordEncoder.Write(bytes.AsSpan(position), record);
        }

        return bytes;
    }

    /// <summary>One batch of all records, in one call.</summary>
    public static RecordBatch Build(ProduceCodec codec, IReadOnlyCollection<RecordData> records, BufferPool? pool = null)
    {
        using var builder = new RecordBatchBuilder(codec, null, pool ?? BufferPool.Shared);
        var bytes = Encode(records);
        Assert.Equal(records.Count, builder.AppendMany(bytes, long.MaxValue, int.MaxValue, out var consumed));
        Assert.Equal(bytes.Length, consumed);
        return builder.Finish();
    }

    /// <summary>Fails unless the batch says just this.</summary>
    public static BatchDecoder AssertHolds(RecordBatch batch, IReadOnlyList<RecordData> records, string what = "batch", int plainCapacity = 64 << 20)
    {
        var decoded = new BatchDecoder(batch.Bytes.Span, plainCapacity);
        RecordComparison.AssertEqual(records, decoded.Records, what, offsets: false);
        Assert.Equal(records.Count, batch.Count);
        Assert.Equal(records.Count - 1, decoded.LastOffsetDelta);
        Assert.Equal(records[0].Timestamp, decoded.BaseTimestamp);
        Assert.Equal(records.Max(record => record.Timestamp), decoded.MaxTimestamp);
        Assert.Equal(records.Sum(record => (long)RecordEncoder.SizeOf(record)), batch.RecordBytes);
        return decoded;
    }

    private static long Timestamp(Random random) => random.Next(12) switch
    {
        0 => 0,
        1 => -1,
        2 => long.MinValue,
        3 => long.MaxValue,
        4 => TestRecords.Year9999,
        5 => random.NextInt64(long.MinValue, long.MaxValue),
        _ => TestRecords.SomeTime + random.Next(1_000_000),
    };

    private static byte[]? Bytes(Random random)
    {
        var length = random.Next(12) switch { 0 => -1, 1 => 0, 2 => random.Next(20, 100), 3 => random.Next(500, 9_000), _ => random.Next(1, 40) };
        return length < 0 ? null : Fill(random, length);
    }

    private static HeaderData[] Headers(Random random)
    {
        var count = random.Next(20) switch { 0 => 300, 1 => random.Next(60, 130), < 8 => 0, _ => random.Next(1, 5) };
        var headers = new HeaderData[count];
        for (var i = 0; i < count; i++)
        {
            headers[i] = new HeaderData(Fill(random, random.Next(40) == 0 ? random.Next(9_000) : random.Next(0, 40)), random.Next(4) == 0 ? null : Fill(random, random.Next(0, 70)));
        }

        return headers;
    }

    // Half of it compresses.
    private static byte[] Fill(Random random, int length)
    {
        var bytes = new byte[length];
        if (random.Next(2) == 0)
        {
            random.NextBytes(bytes);
        }
        else
        {
            Array.Fill(bytes, (byte)random.Next(256));
        }

        return bytes;
    }
}
