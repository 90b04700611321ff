using System.IO.Compression;
using System.Text;
using KafkaRestore.Kafka.Batches;
using KafkaRestore.Kafka.Batches.Compression;
using KafkaRestore.Kafka.Reading.Decoding;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Kafka.Tests.Batches;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Memory;
using KafkaRestore.Testing;
using static KafkaRestore.Kafka.Tests.Wire.Protocol.WireBytes;

namespace KafkaRestore.Kafka.Tests.Reading;

/// <summary>Frames of other writers than ours, and damaged ones.</summary>
public sealed class BatchDecompressorTests
{
    // A literal, a copy of eight bytes from four back, which repeats itself, and another literal.
    private const string Repeating = "0E  0C 'abcd'  11 04  04 'XY'";

    [Fact]
    public void Raw_snappy_is_unpacked() => AssertUnpacks(2, Repeating, "abcdabcdabcdXY");

    [Fact]
    public void Every_kind_of_literal_and_copy_in_snappy_is_unpacked() =>
        AssertUnpacks(2, "14  F0 03 'abcd'  01 04  0E 0400  0F 08000000  F4 0300 'wxyz'", "abcdabcdabcdabcdwxyz");

    [Fact]
    public void Snappy_in_xerials_framing_is_unpacked() =>
        AssertUnpacks(2, "82 'SNAPPY' 00 00000001 00000001  0000000B 0E 0C 'abcd' 11 04 04 'XY'  00000003 01 00 'Z'", "abcdabcdabcdXYZ");

    [Theory]
    [InlineData("")]
    [InlineData("FFFFFFFFFF7F")]
    [InlineData("04 0C 'abc'")] // the literal is cut off
    [InlineData("03 0C 'abcd'")] // more than was said
    [InlineData("05 0C 'abcd'")] // less than was said
    [InlineData("08 0C 'abcd' 01 05")] // a copy from before the begin
    [InlineData("08 0C 'abcd' 01 00")] // a copy from nowhere
    [InlineData("08 0C 'abcd' 0E 04")] // a distance cut off
    [InlineData("08 F0")]
    [InlineData("82 'SNAPPY' 00 00000001 00000001 000000FF 00")]
    public void What_is_no_snappy_is_refused(string packed) => AssertRefused(2, Of(packed));

    [Fact]
    public void Lz4_with_linked_blocks_checksums_and_a_size_is_unpacked() =>
        AssertUnpacks(
            3,
            "04224D18 5C 40 0000000000000015 00  08000080 'abcdefgh' 11111111  09000000 04 0800 50 'ABCDE' 22222222  00000000 33333333",
            "abcdefghabcdefghABCDE");

    [Theory]
    [InlineData("")]
    [InlineData("04224D18 60")]
    [InlineData("05224D18 60 40 82 00000000")] // another magic
    [InlineData("04224D18 A0 40 82 00000000")] // another version
    [InlineData("04224D18 61 40 00000000 82 00000000")] // a dictionary
    [InlineData("04224D18 60 30 82 00000000")] // no such block size
    [InlineData("04224D18 60 40 82 FFFF0080 00")] // a block cut off
    [InlineData("04224D18 60 40 82 01000180 00 00000000")] // a block longer than any
    [InlineData("04224D18 60 40 82 03000000 1F 00 00 00000000")] // malformed
    [InlineData("04224D18 60 40 82 01000080 'a'")] // no end mark
    public void What_is_no_lz4_frame_is_refused(string packed) => AssertRefused(3, Of(packed), room: 128 << 10);

    [Fact]
    public void Several_gzip_members_are_one_text()
    {
        using var decompressor = new BatchDecompressor();
        var plain = new byte[6];

        Assert.Equal(6, decompressor.TryUnpack(1, [.. Gzip("abc"), .. Gzip("def")], plain));
        Assert.Equal("abcdef", Encoding.ASCII.GetString(plain));
    }

    [Fact]
    public void A_codec_that_kafka_does_not_have_is_refused() => AssertRefused(5, [1, 2, 3]);

    [Theory]
    [MemberData(nameof(BatchRecords.EachCodec), MemberType = typeof(BatchRecords))]
    public void Damaged_bytes_are_unpacked_or_refused_and_never_leave_their_memory(ProduceCodec codec)
    {
        const int Guard = 64;
        using var batch = BatchRecords.Build(codec, TestRecords.Ordinary(200));
        using var decompressor = new BatchDecompressor();
        var bits = BatchHeader.ReadCodecBits(batch.Bytes.Span);
        var room = BatchDecompressor.Unpack(bits, batch.Bytes[BatchHeader.Length..]).Length;
        var random = new Random(11);
        for (var round = 0; round < 500; round++)
        {
            var packed = Damage(random, batch.Bytes[BatchHeader.Length..].ToArray());
            var plain = new byte[room + Guard];
            plain.AsSpan(room).Fill(0xA5);
            var length = 0;
            try
            {
                length = decompressor.TryUnpack(bits, packed, plain.AsSpan(0, room));
            }
            catch (InvalidDataException)
            {
                // refused
            }

            Assert.InRange(length, BatchDecompressor.TooSmall, room);
            Assert.False(plain.AsSpan(room).ContainsAnyExcept((byte)0xA5), $"round {round}: written behind the end");
        }
    }

    [Fact]
    public unsafe void Damaged_records_are_decoded_or_refused_and_never_leave_their_memory()
    {
        const int Room = 4_096;
        const byte Guard = 0xA5;
        using var batch = BatchRecords.Build(ProduceCodec.None, TestRecords.Nasty().Take(15).ToList());
        var records = batch.Bytes[BatchHeader.Length..].ToArray();
        using var source = BufferPool.Shared.Rent(records.Length + RecordCursor.Overrun);
        using var target = BufferPool.Shared.Rent(Room + 64);
        var random = new Random(12);
        var decoded = 0;
        for (var round = 0; round < 20_000; round++)
        {
            Damage(random, [.. records]).CopyTo(source.GetSpan());
            target.GetSpan().Fill(Guard);
            var cursor = new RecordCursor((byte*)source.Pin().Pointer, records.Length, 15, 0, 14, 0, null);
            try
            {
                while (cursor.Next((byte*)target.Pin().Pointer, Room, out var size) == RecordStep.Record)
                {
                    Assert.Equal(Records.Layout.RecordCheckResult.Whole, Records.Layout.RecordCheck.Check(target.GetSpan()[..size], out var length, out _));
                    Assert.Equal(size, length);
                    decoded++;
                }
            }
            catch (Exception e) when (e is InvalidDataException or RestoreException { Code.Word: "RECORD_NOT_REPRESENTABLE" })
            {
                // refused
            }

            Assert.False(target.GetSpan().Slice(Room, 64).ContainsAnyExcept(Guard), $"round {round}: written behind the end");
        }

        Assert.InRange(decoded, 1_000, int.MaxValue);
    }

    private static byte[] Damage(Random random, byte[] bytes)
    {
        for (var flips = random.Next(1, 5); flips > 0; flips--)
        {
            bytes[random.Next(random.Next(2) == 0 ? bytes.Length : Math.Min(40, bytes.Length))] = (byte)random.Next(256);
        }

        return bytes;
    }

    private static byte[] Gzip(string text)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.ASCII.GetBytes(text));
        }

        return packed.ToArray();
    }

    private static void AssertUnpacks(short codec, string packed, string plain)
    {
        using var decompressor = new BatchDecompressor();
        var exact = new byte[plain.Length];
        Assert.Equal(plain.Length, decompressor.TryUnpack(codec, Of(packed), exact));
        Assert.Equal(plain, Encoding.ASCII.GetString(exact));
        Assert.Equal(BatchDecompressor.TooSmall, decompressor.TryUnpack(codec, Of(packed), new byte[plain.Length - 1]));
    }

    private static void AssertRefused(short codec, byte[] packed, int room = 64)
    {
        using var decompressor = new BatchDecompressor();
        Assert.Throws<InvalidDataException>(() => decompressor.TryUnpack(codec, packed, new byte[room]));
    }
}
