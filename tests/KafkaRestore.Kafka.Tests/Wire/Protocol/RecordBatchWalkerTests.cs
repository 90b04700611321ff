using KafkaRestore.Kafka.Wire.Protocol;
using static KafkaRestore.Kafka.Tests.Wire.Protocol.WireBytes;

namespace KafkaRestore.Kafka.Tests.Wire.Protocol;

public sealed class RecordBatchWalkerTests
{
    private const string Data =
        "0000000000000064 00000033 00000007 02 00000000 0000 00000004 0000000000000001 0000000000000009 0000000000000011 0003 00000005 00000003 0102";

    private const string Control =
        "0000000000000069 00000032 00000008 02 00000000 0030 00000000 0000000000000001 000000000000000A 0000000000000011 0004 FFFFFFFF 00000001 03";

    [Fact]
    public void Batches_are_found_one_after_the_other()
    {
        var walker = new RecordBatchWalker(Of(Data + Control));

        Assert.Equal(RecordBatchStep.Batch, walker.Next(out var data));
        Assert.Equal(new RecordBatchHeader(63, 100, 4, 3, 7, 17, 3, 5, 9, IsTransactional: false, IsControl: false), data);
        Assert.Equal((104L, 105L), (data.LastOffset, data.NextOffset));
        Assert.Equal(Of(Data), walker.Batch.ToArray());
        Assert.Equal(RecordBatchStep.Batch, walker.Next(out var control));
        Assert.Equal(new RecordBatchHeader(62, 105, 0, 1, 8, 17, 4, -1, 10, IsTransactional: true, IsControl: true), control);
        Assert.Equal(RecordBatchStep.End, walker.Next(out _));
        Assert.True(walker.Batch.IsEmpty);
    }

    [Fact]
    public void A_batch_that_was_cut_off_anywhere_is_left_out()
    {
        var whole = Of(Data + Control);
        for (var length = 63; length < whole.Length; length++)
        {
            var walker = new RecordBatchWalker(whole.AsSpan(0, length));
            Assert.Equal(RecordBatchStep.Batch, walker.Next(out _));
            Assert.Equal(RecordBatchStep.End, walker.Next(out _));
        }
    }

    [Theory]
    [InlineData("00")]
    [InlineData("01")]
    public void Formats_before_version_2_are_named_and_not_read(string magic)
    {
        var walker = new RecordBatchWalker(Of($"0000000000000064 0000000E 00000000 {magic} 00 FFFFFFFF FFFFFFFF"));
        Assert.Equal(RecordBatchStep.NotSupported, walker.Next(out _));
        Assert.Equal(RecordBatchStep.NotSupported, walker.Next(out _));
    }

    [Theory]
    [InlineData(8, "FFFFFFFF")] // length
    [InlineData(8, "80000000")]
    [InlineData(8, "00000000")]
    [InlineData(8, "00000030")]
    [InlineData(16, "03")] // format
    [InlineData(16, "FF")]
    [InlineData(0, "FFFFFFFFFFFFFFFF")] // base offset
    [InlineData(0, "7FFFFFFFFFFFFFFE")]
    [InlineData(23, "FFFFFFFF")] // last offset delta
    [InlineData(23, "00000001")]
    [InlineData(57, "FFFFFFFF")] // records
    [InlineData(57, "7FFFFFFF")]
    public void Numbers_that_cannot_be_are_refused(int at, string number)
    {
        var bytes = Of(Data);
        Of(number).CopyTo(bytes, at);
        Assert.Throws<WireFormatException>(() =>
        {
            var walker = new RecordBatchWalker(bytes);
            walker.Next(out _);
        });
    }

    [Fact]
    public void A_length_beyond_the_end_is_a_batch_that_was_cut_off()
    {
        var bytes = Of(Data);
        Of("7FFFFFFF").CopyTo(bytes, 8);
        var walker = new RecordBatchWalker(bytes);
        Assert.Equal(RecordBatchStep.End, walker.Next(out _));
    }
}
