using Confluent.Kafka;
using KafkaRestore.Kafka.Wire.Protocol;
using static KafkaRestore.Kafka.Tests.Wire.Protocol.WireBytes;

namespace KafkaRestore.Kafka.Tests.Wire.Protocol;

/// <summary>InitProducerId, AddPartitionsToTxn and EndTxn.</summary>
public sealed class TransactionRequestTests
{
    private static readonly AddPartitionsToTxnRequest s_add = new("id", 7, 2, [new("t", 1), new("u", 5), new("t", 0)]);

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void InitProducerId_is_written(short version)
    {
        AssertWritten(new InitProducerIdRequest("id", TimeSpan.FromMinutes(1), 7, 2), version, "03 'id' 0000EA60 0000000000000007 0002 00");
        AssertWritten(new InitProducerIdRequest(null, TimeSpan.FromMinutes(1)), version, "00 0000EA60 FFFFFFFFFFFFFFFF FFFF 00");
    }

    [Fact]
    public void InitProducerId_is_read() => Assert.Equal(
        new InitProducerIdResponse(TimeSpan.FromMilliseconds(1), ErrorCode.ConcurrentTransactions, 9, 3),
        Read(new InitProducerIdRequest(null, default), 4, "00000001 0033 0000000000000009 0003 00"));

    [Fact]
    public void AddPartitionsToTxn_is_written_in_classic_and_flexible_versions()
    {
        AssertWritten(s_add, 0, "0002 'id' 0000000000000007 0002 00000002 0001 't' 00000002 00000001 00000000 0001 'u' 00000001 00000005");
        AssertWritten(s_add, 3, "03 'id' 0000000000000007 0002 03 02 't' 03 00000001 00000000 00 02 'u' 02 00000005 00 00");
    }

    [Theory]
    [InlineData(0, "00000004 00000001 0001 't' 00000002 00000001 0000 00000000 0037")]
    [InlineData(3, "00000004 02 02 't' 03 00000001 0000 00 00000000 0037 00 00 00")]
    public void AddPartitionsToTxn_is_read(short version, string answer)
    {
        var response = Read(s_add, version, answer);

        Assert.Equal(TimeSpan.FromMilliseconds(4), response.Throttle);
        Assert.Equal([new(new("t", 1), ErrorCode.NoError), new(new("t", 0), ErrorCode.OperationNotAttempted)], response.Partitions);
    }

    [Fact]
    public void EndTxn_is_written_in_classic_and_flexible_versions()
    {
        AssertWritten(new EndTxnRequest("id", 7, 2, commit: true), 1, "0002 'id' 0000000000000007 0002 01");
        AssertWritten(new EndTxnRequest("id", 7, 2, commit: false), 4, "03 'id' 0000000000000007 0002 00 00");
    }

    [Theory]
    [InlineData(1, "00000000 002F")]
    [InlineData(4, "00000000 002F 00")]
    public void EndTxn_is_read(short version, string answer) =>
        Assert.Equal(new EndTxnResponse(TimeSpan.Zero, ErrorCode.InvalidProducerEpoch), Read(new EndTxnRequest("id", 7, 2, commit: false), version, answer));
}
