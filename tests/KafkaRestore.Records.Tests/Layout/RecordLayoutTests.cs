using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Records.Tests.Layout;

public sealed class RecordLayoutTests
{
    private static readonly RecordData s_sample = new(7, -5, [1, 2], [3], [new HeaderData([4], null), new HeaderData([], [5, 6])]);

    [Fact]
    public void Any_record_is_read_as_it_was_written() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var record = ArchiveBuilderRecords.Odd(random, random.NextInt64());
            var bytes = Encode(record, trailing: random.Next(40));
            Assert.Equal(RecordCheckResult.Whole, RecordCheck.Check(bytes, out var length, out var problem));
            Assert.Null(problem);
            Assert.Equal(RecordEncoder.SizeOf(record), length);
            Assert.Null(RecordComparison.Difference(record, RecordData.From(RecordView.At(bytes))));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Null_and_empty_are_told_apart_and_any_negative_length_is_null()
    {
        var view = RecordView.At(Encode(s_sample with { Key = null, Value = [] }));
        Assert.True(view.KeyIsNull && view.Key.IsEmpty);
        Assert.True(!view.ValueIsNull && view.Value.IsEmpty);

        var bytes = Encode(s_sample with { Key = null, Headers = [] });
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(20), int.MinValue);
        Assert.Equal(RecordCheckResult.Whole, RecordCheck.Check(bytes, out _, out _));
        Assert.True(RecordView.At(bytes).KeyIsNull);
        Assert.Equal([3], RecordView.At(bytes).Value.ToArray());
    }

    [Fact]
    public void The_header_count_stands_where_the_view_says()
    {
        var view = RecordView.At(Encode(s_sample));
        Assert.Equal(2, BinaryPrimitives.ReadUInt16LittleEndian(view.Encoded[view.HeaderCountPosition..]));
        Assert.Equal(2, view.Headers.Count);
    }

    [Fact]
    public void Every_truncation_is_incomplete_and_says_how_long_the_record_is()
    {
        var bytes = Encode(s_sample);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Equal(RecordCheckResult.Incomplete, RecordCheck.Check(bytes.AsSpan(0, length), out var claimed, out var problem));
            Assert.Equal(length < 4 ? 0 : bytes.Length, claimed);
            Assert.Null(problem);
        }
    }

    [Fact]
    public void Every_corruption_of_one_byte_is_judged_and_what_is_whole_can_be_walked()
    {
        var original = Encode(s_sample, trailing: 50);
        var results = new HashSet<RecordCheckResult>();
        for (var at = 0; at < original.Length - 50; at++)
        {
            for (var value = 0; value < 256; value++)
            {
                var bytes = (byte[])original.Clone();
                bytes[at] = (byte)value;
                var result = RecordCheck.Check(bytes, out var length, out var problem);
                Assert.Equal(result == RecordCheckResult.Malformed, problem is not null);
                results.Add(result);
                if (result == RecordCheckResult.Whole)
                {
                    Assert.Equal(length, Encode(RecordData.From(RecordView.At(bytes))).Length);
                }
            }
        }

        Assert.Equal(3, results.Count);
    }

    [Fact]
    public void Random_bytes_are_judged_and_what_is_whole_can_be_walked() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var bytes = new byte[random.Next(0, 120)];
            random.NextBytes(bytes);
            if (bytes.Length >= 4)
            {
                BinaryPrimitives.WriteInt32LittleEndian(bytes, random.Next(20, Math.Max(21, bytes.Length)));
            }

            for (var at = 20; at + 4 <= bytes.Length; at += random.Next(1, 20))
            {
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), random.Next(-1, 10));
            }

            if (RecordCheck.Check(bytes, out _, out _) == RecordCheckResult.Whole)
            {
                RecordData.From(RecordView.At(bytes));
            }
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0, 0u, "below the smallest possible")]
    [InlineData(0, 25u, "below the smallest possible")]
    [InlineData(20, 1000u, "the key is longer")]
    [InlineData(20, 0x7FFFFFFFu, "the key is longer")]
    [InlineData(26, 0x7FFFFFFFu, "the value is longer")]
    [InlineData(26, 17u, "before its header count")]
    [InlineData(31, 0x00010003u, "inside header 3 of 3")]
    [InlineData(26, 0u, "header")]
    public void A_lie_about_a_length_is_named(int at, uint length, string words)
    {
        var bytes = Encode(s_sample);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), length);
        Assert.Equal(RecordCheckResult.Malformed, RecordCheck.Check(bytes, out _, out var problem));
        Assert.Contains(words, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "1 bytes are left after the last header")]
    [InlineData(-1, "the value of header 2 of 2 is longer")]
    public void Headers_must_end_where_the_record_ends(int more, string words)
    {
        var bytes = Encode(s_sample, trailing: 1);
        BinaryPrimitives.WriteInt32LittleEndian(bytes, bytes.Length - 5 + more);
        Assert.Equal(RecordCheckResult.Malformed, RecordCheck.Check(bytes, out _, out var problem));
        Assert.Contains(words, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(uint.MaxValue)]
    [InlineData((uint)int.MaxValue)]
    [InlineData(0x80000000u)]
    public void A_length_beyond_every_buffer_is_incomplete_with_its_true_size(uint body)
    {
        var bytes = Encode(s_sample);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, body);
        Assert.Equal(RecordCheckResult.Incomplete, RecordCheck.Check(bytes, out var length, out _));
        Assert.Equal(4L + body, length);
    }

    [Fact]
    public void The_encoder_refuses_what_the_layout_cannot_hold()
    {
        var longKey = s_sample with { Headers = [new HeaderData(new byte[RecordEncoder.MaxHeaderKey + 1], null)] };
        var manyHeaders = s_sample with { Headers = [.. Enumerable.Repeat(new HeaderData([], null), RecordEncoder.MaxHeaders + 1)] };
        Assert.Throws<ArgumentException>(() => RecordEncoder.SizeOf(longKey));
        Assert.Throws<ArgumentException>(() => RecordEncoder.SizeOf(manyHeaders));
    }

    [Fact]
    public void The_most_and_longest_headers_survive()
    {
        var record = s_sample with { Headers = [new HeaderData(new byte[RecordEncoder.MaxHeaderKey], [1]), .. Enumerable.Repeat(new HeaderData([9], null), RecordEncoder.MaxHeaders - 1)] };
        var bytes = Encode(record);
        Assert.Equal(RecordCheckResult.Whole, RecordCheck.Check(bytes, out _, out _));
        Assert.Null(RecordComparison.Difference(record, RecordData.From(RecordView.At(bytes))));
    }

    private static byte[] Encode(RecordData record, int trailing = 0)
    {
        var bytes = new byte[RecordEncoder.SizeOf(record) + trailing];
        Assert.Equal(bytes.Length - trailing, RecordEncoder.Write(bytes, record));
        return bytes;
    }
}
