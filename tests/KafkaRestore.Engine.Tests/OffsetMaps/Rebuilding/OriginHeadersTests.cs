using System.Buffers.Binary;
using KafkaRestore.Engine.OffsetMaps.Rebuilding;
using KafkaRestore.Engine.Tests.Doubles;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.OffsetMaps.Rebuilding;

public sealed class OriginHeadersTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("12345678", 12_345_678)]
    [InlineData("9223372036854775807", long.MaxValue)]
    public void Decimal_text_is_a_number_whatever_its_length(string text, long offset) =>
        Assert.Equal(new OriginHeaders(offset, 1234), Read(TestRecords.Header("x-original-offset", Bytes(text)), TestRecords.Header("x-source-partition", "1234"u8.ToArray())));

    [Theory]
    [InlineData(0)]
    [InlineData(12_345_678)]
    [InlineData(1L << 50)]
    public void Eight_bytes_that_are_no_digits_are_a_little_endian_number(long offset)
    {
        var partition = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(partition, 7);
        Assert.Equal(new OriginHeaders(offset, 7), Read(Tracking.Offset(offset), TestRecords.Header("x-source-partition", partition)));
    }

    [Fact]
    public void Of_chained_headers_the_last_set_counts() => Assert.Equal(new OriginHeaders(900, 2), Read(
        [.. Tracking.Of(5, 1, "old"), TestRecords.Header("own", [1]), TestRecords.Header("x-original-offset", "77"u8.ToArray()), TestRecords.Header("x-source-partition", "1"u8.ToArray()),
            TestRecords.Header("x-original-offset", "900"u8.ToArray()), TestRecords.Header("x-original-timestamp", "1"u8.ToArray()), TestRecords.Header("x-source-partition", "2"u8.ToArray())]));

    [Fact]
    public void A_partition_before_the_last_offset_is_that_of_an_older_restore() => Assert.Equal(new OriginHeaders(40, null), Read(
        [TestRecords.Header("x-original-offset", "7"u8.ToArray()), TestRecords.Header("x-source-partition", "3"u8.ToArray()), .. Tracking.Of(40, 1)]));

    [Fact]
    public void An_offset_that_cannot_be_read_hides_the_older_one()
    {
        foreach (var value in new[] { null, [], "12x"u8.ToArray(), "-1"u8.ToArray(), "9223372036854775808"u8.ToArray(), [255, 255, 255, 255, 255, 255, 255, 255] })
        {
            Assert.Null(Read(Tracking.Offset(5), TestRecords.Header("x-original-offset", value)));
        }
    }

    [Fact]
    public void Without_such_a_header_there_is_no_origin() =>
        Assert.Null(Read(TestRecords.Header("x-original-offset-2", "1"u8.ToArray()), TestRecords.Header("x-source-partition", "1"u8.ToArray())));

    private static byte[] Bytes(string text) => System.Text.Encoding.ASCII.GetBytes(text);

    private static OriginHeaders? Read(params HeaderData[] headers)
    {
        using var block = TestRecords.Block([TestRecords.Record(1, headers: headers)]);
        return OriginHeaders.TryRead(RecordView.At(block.Bytes), out var origin) ? origin : null;
    }
}
