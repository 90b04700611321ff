using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using KafkaRestore.Kafka.Batches;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;
using KafkaRestore.Testing;

namespace KafkaRestore.Kafka.Tests.Batches;

public sealed class RecordBatchLimitTests
{
    [Fact]
    public void Batches_are_as_large_as_the_limits_allow_and_no_larger() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var records = BatchRecords.Random(seed);
            ReadOnlySpan<byte> rest = BatchRecords.Encode(records);
            var plainLimit = random.Next(3) switch { 0 => random.Next(0, 300), 1 => random.Next(300, 20_000), _ => random.Next(20_000, 300_000) };
            var countLimit = random.Next(2) == 0 ? random.Next(1, 20) : int.MaxValue;
            using var builder = new RecordBatchBuilder(ProduceCodec.None, null, BufferPool.Shared);
            for (var done = 0; done < records.Count;)
            {
                var count = builder.AppendMany(rest, plainLimit, countLimit, out var consumed);
                Assert.Equal(builder.Count, count);
                Assert.InRange(count, 1, countLimit);
                Assert.True(builder.PlainBytes <= plainLimit || count == 1, $"seed {seed}: {count} records of {builder.PlainBytes} bytes, limit {plainLimit}");
                rest = rest[consumed..];
                if (!rest.IsEmpty && count < countLimit)
                {
                    Assert.True(builder.PlainBytes + builder.SizeOf(RecordView.At(rest)) > plainLimit, $"seed {seed}: one more record had room");
                    Assert.Equal(0, builder.AppendMany(rest, plainLimit, countLimit, out consumed));
                    Assert.Equal(0, consumed);
                }

                var expected = records.Skip(done).Take(count).ToList();
                Assert.Equal((expected[0].Timestamp, expected[^1].Timestamp), (builder.FirstTimestamp, builder.LastTimestamp));
                var plain = builder.PlainBytes;
                using var batch = builder.Finish();
                Assert.Equal((expected[0].Timestamp, expected[^1].Timestamp), (batch.FirstTimestamp, batch.LastTimestamp));
                Assert.Equal(plain, batch.Length);
                BatchRecords.AssertHolds(batch, expected, $"seed {seed}");
                done += count;
            }

            Assert.True(rest.IsEmpty);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(150));

    [Fact]
    public void A_record_that_just_fits_is_taken_and_a_limit_one_byte_lower_leaves_it()
    {
        var bytes = BatchRecords.Encode(TestRecords.Ordinary(10));
        using var builder = new RecordBatchBuilder(ProduceCodec.None, null, BufferPool.Shared);
        builder.AppendMany(bytes, long.MaxValue, 10, out _);
        var all = builder.PlainBytes;
        builder.Discard();

        Assert.Equal(9, builder.AppendMany(bytes, all - 1, 100, out var consumed));
        Assert.Equal(0, builder.AppendMany(bytes.AsSpan(consumed), all - 1, 100, out _));
        Assert.Equal(1, builder.AppendMany(bytes.AsSpan(consumed), all, 100, out _));
        Assert.Equal(all, builder.PlainBytes);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-1, -1)]
    [InlineData(61, 1)]
    public void An_empty_batch_takes_one_record_whatever_the_limits_are(long plainLimit, int countLimit)
    {
        var bytes = BatchRecords.Encode(TestRecords.Ordinary(10, valueBytes: 200_000));
        using var builder = new RecordBatchBuilder(ProduceCodec.Lz4, null, BufferPool.Shared);
        Assert.Equal(1, builder.AppendMany(bytes, plainLimit, countLimit, out var consumed));
        Assert.Equal(0, builder.AppendMany(bytes.AsSpan(consumed), plainLimit, countLimit, out _));
    }

    [Fact]
    public void Bytes_that_end_inside_a_record_are_refused()
    {
        var bytes = BatchRecords.Encode(TestRecords.Ordinary(3));
        using var builder = new RecordBatchBuilder(ProduceCodec.None, null, BufferPool.Shared);
        for (var length = 1; length < bytes.Length; length++)
        {
            builder.Discard();
            var record = RecordView.At(bytes).Encoded.Length;
            if (length % record != 0)
            {
                Assert.Throws<ArgumentException>(() => builder.AppendMany(bytes.AsSpan(0, length), long.MaxValue, int.MaxValue, out _));
            }
        }
    }

    [Fact]
    public void Lengths_that_lie_are_refused_and_touch_no_memory_beyond_the_record()
    {
        // The records around the damaged one make sure that it meets the fast way, not only the careful one.
        var before = TestRecords.Ordinary(2);
        var victim = TestRecords.Record(2, key: [1, 2], value: [3, 4, 5], headers: [TestRecords.Header("name", [6])]);
        var good = BatchRecords.Encode([victim]);
        var random = new Random(5);
        var refused = 0;
        for (var round = 0; round < 3_000; round++)
        {
            var bad = good.ToArray();
            var at = random.Next(20, bad.Length);
            bad[at] = (byte)random.Next(256);
            if (random.Next(2) == 0 && at + 4 <= bad.Length)
            {
                BinaryPrimitives.WriteInt32LittleEndian(bad.AsSpan(at), random.Next(2) == 0 ? int.MaxValue - random.Next(64) : random.Next(-3, 70_000));
            }

            if (RecordCheck.Check(bad, out _, out _) == RecordCheckResult.Whole)
            {
                continue;
            }

            byte[] bytes = [.. BatchRecords.Encode(before), .. bad, .. BatchRecords.Encode(TestRecords.Ordinary(5, 3))];
            using var builder = new RecordBatchBuilder(ProduceCodec.None, null, BufferPool.Shared);
            Assert.Throws<ArgumentException>(() => builder.AppendMany(bytes, long.MaxValue, int.MaxValue, out _));
            refused++;
        }

        Assert.True(refused > 100, $"only {refused} of the records were damaged");
    }
}
