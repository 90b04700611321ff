using System.Text;
using FsCheck;
using FsCheck.Fluent;
using KafkaRestore.Kafka.Batches;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;
using KafkaRestore.Testing;

namespace KafkaRestore.Kafka.Tests.Batches;

public sealed class RecordBatchBuilderTests
{
    public static TheoryData<ProduceCodec> EachCodec => BatchRecords.EachCodec;

    [Theory]
    [MemberData(nameof(EachCodec))]
    public void Any_records_are_read_back_equal(ProduceCodec codec) =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var records = BatchRecords.Random(seed);
            using var batch = BatchRecords.Build(codec, records);
            Assert.Equal(codec, BatchRecords.AssertHolds(batch, records, $"seed {seed}").Codec);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    [Theory]
    [MemberData(nameof(EachCodec))]
    public void Records_added_one_by_one_in_pieces_or_at_once_make_the_same_batch(ProduceCodec codec) =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var records = BatchRecords.Random(seed);
            var bytes = BatchRecords.Encode(records);
            using var whole = BatchRecords.Build(codec, records);
            using var builder = new RecordBatchBuilder(codec, null, BufferPool.Shared);
            long sum = 61;
            for (var position = 0; position < bytes.Length;)
            {
                var view = RecordView.At(bytes.AsSpan(position));
                if (random.Next(2) == 0)
                {
                    sum += builder.SizeOf(view);
                    builder.Append(view);
                    position += view.Encoded.Length;
                }
                else
                {
                    // A piece that ends with the record, or goes on behind it and is stopped by the count.
                    var piece = random.Next(2) == 0 ? view.Encoded : bytes.AsSpan(position);
                    sum += builder.SizeOf(view);
                    Assert.Equal(1, builder.AppendMany(piece, long.MaxValue, builder.Count + 1, out var consumed));
                    position += consumed;
                }

                Assert.Equal(sum, builder.PlainBytes);
            }

            using var pieces = builder.Finish();
            Assert.True(whole.Bytes.Span.SequenceEqual(pieces.Bytes.Span));
            Assert.Equal(sum, new BatchDecoder(pieces.Bytes.Span, 64 << 20).PlainBytes);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(30));

    [Theory]
    [MemberData(nameof(EachCodec))]
    public void A_builder_used_again_makes_the_batch_that_a_new_one_makes(ProduceCodec codec)
    {
        using var builder = new RecordBatchBuilder(codec, null, BufferPool.Shared);
        for (var seed = 0; seed < 10; seed++)
        {
            var records = BatchRecords.Random(seed);
            builder.AppendMany(BatchRecords.Encode(BatchRecords.Random(seed + 50)), long.MaxValue, int.MaxValue, out _);
            builder.Discard();
            Assert.Equal(0, builder.Count);
            builder.AppendMany(BatchRecords.Encode(records), long.MaxValue, int.MaxValue, out _);
            using var again = builder.Finish();
            using var anew = BatchRecords.Build(codec, records);
            Assert.True(anew.Bytes.Span.SequenceEqual(again.Bytes.Span), $"seed {seed}");
        }
    }

    [Theory]
    [MemberData(nameof(EachCodec))]
    public void Sizes_around_the_chunk_and_a_byte_to_either_side_are_read_back_equal(ProduceCodec codec)
    {
        const int chunk = 64 << 10;
        foreach (var size in (int[])[chunk, 2 * chunk, 3 * chunk])
        {
            // From a record that ends well before the boundary to one that ends behind it, its own few bytes of header included.
            for (var value = size - 60; value <= size + 10; value++)
            {
                // Random bytes in the middle, so that the boundary falls into stored blocks as well as into packed ones.
                var bytes = value % 2 == 0 ? TestRecords.Bytes(value, value) : new byte[value];
                IReadOnlyList<RecordData> records = [TestRecords.Record(1, value: bytes), TestRecords.Record(2, key: [1], value: [2])];
                using var batch = BatchRecords.Build(codec, records);
                BatchRecords.AssertHolds(batch, records, $"value of {value} bytes");
            }
        }
    }

    [Theory]
    [MemberData(nameof(EachCodec))]
    public void A_chunk_filled_to_the_byte_by_small_records_is_read_back_equal(ProduceCodec codec)
    {
        for (var last = 0; last < 130; last++)
        {
            IReadOnlyList<RecordData> records = [.. TestRecords.Ordinary(400, valueBytes: 100), TestRecords.Record(500, value: new byte[last]), .. TestRecords.Ordinary(150, 501, 100)];
            using var batch = BatchRecords.Build(codec, records);
            BatchRecords.AssertHolds(batch, records, $"a record of {last} bytes among others");
        }
    }

    [Theory]
    [MemberData(nameof(EachCodec))]
    public void Records_of_several_megabytes_are_read_back_equal(ProduceCodec codec)
    {
        IReadOnlyList<RecordData> records =
        [
            TestRecords.Record(0, key: [1]),
            TestRecords.Record(1, key: TestRecords.Bytes(3_000_000, 1), value: new byte[5_000_000]),
            .. TestRecords.Ordinary(100, 2),
            TestRecords.Record(200, headers: [TestRecords.Header("big", TestRecords.Bytes(2_000_000, 2)), TestRecords.Header("after", [1])]),
            TestRecords.Record(201, value: [2]),
        ];
        using var batch = BatchRecords.Build(codec, records);
        BatchRecords.AssertHolds(batch, records);
    }

    [Fact]
    public void A_record_of_hundreds_of_megabytes_is_packed_in_linear_time_and_memory()
    {
        var value = new byte[300 << 20];
        value[^1] = 1;
        var record = TestRecords.Record(7, value: value);
        var pool = new BufferPool();
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var bytes = BatchRecords.Encode([record]);
        using var builder = new RecordBatchBuilder(ProduceCodec.Lz4, null, pool);
        Assert.Equal(1, builder.AppendMany(bytes, 1_000_000, 100, out _));
        using var batch = builder.Finish();
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;

        Assert.InRange(allocated, bytes.Length, bytes.Length + 100_000); // the test's own copy, nothing like it besides
        Assert.InRange(batch.Capacity, batch.Length, batch.Length * 3 / 2);
        var plain = Lz4FrameDecoder.Decode(batch.Bytes.Span[61..]);
        Assert.Equal(1, plain[^2]);
        Assert.Equal(0, plain[^1]);
        Assert.Equal(-1, plain.AsSpan(20, plain.Length - 22).IndexOfAnyExcept((byte)0));
    }

    [Theory]
    [InlineData(long.MinValue, long.MaxValue, -1)]
    [InlineData(long.MaxValue, long.MinValue, 0)]
    [InlineData(-5, -2, -9)]
    [InlineData(0, 0, 0)]
    [InlineData(TestRecords.Year9999, -1, long.MinValue)]
    public void Timestamps_of_any_span_survive(long first, long second, long third)
    {
        IReadOnlyList<RecordData> records = [TestRecords.Record(0, first), TestRecords.Record(1, second), TestRecords.Record(2, third), .. TestRecords.Ordinary(3, 3)];
        using var batch = BatchRecords.Build(ProduceCodec.None, records);
        BatchRecords.AssertHolds(batch, records);
    }

    [Fact]
    public void Header_keys_of_any_bytes_and_length_survive()
    {
        IReadOnlyList<RecordData> records =
        [
            TestRecords.Record(0, headers: [new HeaderData([0xFF, 0xFE], []), new HeaderData([], null), new HeaderData([0], [0]), new HeaderData([0xFF, 0xFE], [1])]),
            TestRecords.Record(1, headers: [new HeaderData(TestRecords.Bytes(ushort.MaxValue, 1), [1])]),
            TestRecords.Record(2, headers: [.. Enumerable.Range(0, ushort.MaxValue).Select(i => new HeaderData([(byte)i], i % 2 == 0 ? null : []))]),
            .. TestRecords.Ordinary(2, 3),
        ];
        using var batch = BatchRecords.Build(ProduceCodec.Lz4, records);
        BatchRecords.AssertHolds(batch, records);
    }

    [Theory]
    [MemberData(nameof(EachCodec))]
    public void Stamping_writes_the_producer_and_the_checksum_each_time(ProduceCodec codec)
    {
        var records = TestRecords.Ordinary(1_000);
        using var batch = BatchRecords.Build(codec, records);
        var before = BatchRecords.AssertHolds(batch, records);
        Assert.Equal((-1L, (short)-1, -1), (before.ProducerId, before.ProducerEpoch, before.BaseSequence));

        foreach (var (id, epoch, sequence) in ((long, short, int)[])[(77, 3, 0), (long.MaxValue, short.MaxValue, int.MaxValue), (-1, -1, -1)])
        {
            batch.Stamp(id, epoch, sequence);
            var stamped = BatchRecords.AssertHolds(batch, records);
            Assert.Equal((id, epoch, sequence), (stamped.ProducerId, stamped.ProducerEpoch, stamped.BaseSequence));
            Assert.Equal(stamped.ComputedChecksum, stamped.Checksum);
        }
    }

    [Fact]
    public void Incompressible_records_grow_by_no_more_than_the_frame()
    {
        IReadOnlyList<RecordData> records = [TestRecords.Record(0, value: TestRecords.Bytes(1_000_000, 1))];
        using var lz4 = BatchRecords.Build(ProduceCodec.Lz4, records);
        using var none = BatchRecords.Build(ProduceCodec.None, records);
        Assert.InRange(lz4.Length, none.Length, none.Length + 7 + 4 + (4 * 16));
    }

    [Fact]
    public void A_finished_batch_holds_little_more_memory_than_it_needs_and_gives_it_back()
    {
        var pool = new BufferPool();
        var batch = BatchRecords.Build(ProduceCodec.Lz4, TestRecords.Ordinary(5_000), pool);
        Assert.InRange(batch.Capacity, batch.Length, batch.Length * 5 / 4);
        batch.Dispose();
        Assert.Throws<ObjectDisposedException>(() => batch.Bytes.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => batch.Stamp(1, 1, 1));
    }

    [Fact]
    public void After_a_giant_record_the_builder_holds_what_it_held_before()
    {
        using var builder = new RecordBatchBuilder(ProduceCodec.None, null, new BufferPool());
        builder.AppendMany(BatchRecords.Encode([TestRecords.Record(0, value: new byte[20_000_000])]), 0, 0, out _);
        Assert.InRange(builder.HeldBytes, 20_000_000, 60_000_000);
        builder.Finish().Dispose();
        Assert.InRange(builder.HeldBytes, 1, 1_000_000);
    }

    [Fact]
    public void What_a_codec_takes_is_part_of_what_a_builder_holds()
    {
        using var low = new RecordBatchBuilder(ProduceCodec.Zstd, 1, new BufferPool());
        using var high = new RecordBatchBuilder(ProduceCodec.Zstd, 12, new BufferPool());
        var bytes = BatchRecords.Encode(TestRecords.Ordinary(2_000));
        low.AppendMany(bytes, long.MaxValue, int.MaxValue, out _);
        high.AppendMany(bytes, long.MaxValue, int.MaxValue, out _);
        Assert.True(high.HeldBytes > 2 * low.HeldBytes, $"level 12: {high.HeldBytes} bytes, level 1: {low.HeldBytes} bytes");
    }

    [Theory]
    [InlineData(ProduceCodec.None)]
    [InlineData(ProduceCodec.Lz4)]
    [InlineData(ProduceCodec.Zstd)]
    public void Nothing_is_allocated_per_record(ProduceCodec codec)
    {
        var bytes = BatchRecords.Encode(TestRecords.Ordinary(20_000));
        using var builder = new RecordBatchBuilder(codec, null, new BufferPool());
        Round();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Round();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000);

        void Round()
        {
            Assert.Equal(20_000, builder.AppendMany(bytes, long.MaxValue, int.MaxValue, out _));
            using var batch = builder.Finish();
            batch.Stamp(1, 1, 1);
        }
    }

    [Fact]
    public void The_supported_codecs_are_those_that_can_be_built()
    {
        foreach (var codec in Enum.GetValues<ProduceCodec>())
        {
            Assert.Equal(BatchRecords.Codecs.Contains(codec), RecordBatchBuilder.Supports(codec));
            if (!RecordBatchBuilder.Supports(codec))
            {
                Assert.Throws<ArgumentOutOfRangeException>(() => new RecordBatchBuilder(codec, null, BufferPool.Shared));
            }
        }
    }

    [Theory]
    [InlineData(ProduceCodec.Zstd, 0)]
    [InlineData(ProduceCodec.Zstd, 20)]
    [InlineData(ProduceCodec.Gzip, 0)]
    [InlineData(ProduceCodec.Gzip, 10)]
    public void Levels_that_a_codec_does_not_have_are_refused(ProduceCodec codec, int level) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RecordBatchBuilder(codec, level, BufferPool.Shared));

    [Theory]
    [InlineData(ProduceCodec.Zstd, 1, 19)]
    [InlineData(ProduceCodec.Gzip, 1, 9)]
    public void The_level_changes_the_size_and_not_the_records(ProduceCodec codec, int low, int high)
    {
        var random = new Random(1);
        IReadOnlyList<RecordData> records =
            [.. Enumerable.Range(0, 5_000).Select(i => TestRecords.Record(i, value: Encoding.ASCII.GetBytes($"{{\"customer\":{random.Next(500)},\"amount\":{random.Next(10_000)},\"state\":\"{(i % 3 == 0 ? "open" : "settled")}\"}}")))];
        var sizes = new List<int>();
        foreach (var level in (int[])[low, high])
        {
            using var builder = new RecordBatchBuilder(codec, level, BufferPool.Shared);
            builder.AppendMany(BatchRecords.Encode(records), long.MaxValue, int.MaxValue, out _);
            using var batch = builder.Finish();
            BatchRecords.AssertHolds(batch, records);
            sizes.Add(batch.Length);
        }

        Assert.True(sizes[1] < sizes[0], $"level {high}: {sizes[1]} bytes, level {low}: {sizes[0]} bytes");
    }

    [Fact]
    public void An_empty_batch_cannot_be_finished()
    {
        using var builder = new RecordBatchBuilder(ProduceCodec.None, null, BufferPool.Shared);
        Assert.Equal(0, builder.AppendMany([], 1_000, 10, out var consumed));
        Assert.Equal(0, consumed);
        Assert.Throws<InvalidOperationException>(builder.Finish);
    }
}
