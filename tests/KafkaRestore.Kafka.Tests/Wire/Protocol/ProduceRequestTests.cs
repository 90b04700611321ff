using Confluent.Kafka;
using KafkaRestore.Kafka.Wire;
using KafkaRestore.Kafka.Wire.Protocol;
using static KafkaRestore.Kafka.Tests.Wire.Protocol.WireBytes;

namespace KafkaRestore.Kafka.Tests.Wire.Protocol;

public sealed class ProduceRequestTests
{
    private static readonly ProduceRequest s_request = new(TimeSpan.FromSeconds(5), [new(new("t", 3), Of("AABB")), new(new("u", 0), Of("CC")), new(new("t", 1), Of("DD"))]);

    [Fact]
    public void Batches_are_grouped_by_topic_in_classic_versions() => AssertWritten(s_request, 8, """
        FFFF FFFF 00001388
        00000002
          0001 't' 00000002  00000003 00000002 AABB  00000001 00000001 DD
          0001 'u' 00000001  00000000 00000001 CC
        """);

    [Theory]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(11)]
    public void Batches_are_grouped_by_topic_in_flexible_versions(short version) => AssertWritten(s_request, version, """
        00 FFFF 00001388
        03
          02 't' 03  00000003 03 AABB 00  00000001 02 DD 00  00
          02 'u' 02  00000000 02 CC 00  00
        00
        """);

    [Fact]
    public void A_transactional_id_is_written_where_there_is_one() =>
        AssertWritten(new ProduceRequest(TimeSpan.Zero, [], "id"), 8, "0002 'id' FFFF 00000000 00000000");

    [Fact]
    public void A_partition_that_stands_there_twice_is_refused()
    {
        var request = new ProduceRequest(TimeSpan.Zero, [new(new("t", 1), Of("AA")), new(new("t", 1), Of("BB"))]);
        Assert.Contains("t/1", Assert.Throws<ArgumentException>(() => Body(request, 9)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_classic_answer_is_read()
    {
        var response = Read(s_request, 8, """
            00000001 0001 't' 00000002
              00000003 0000 0000000000000064 FFFFFFFFFFFFFFFF 0000000000000005 00000000 FFFF
              00000001 0057 FFFFFFFFFFFFFFFF FFFFFFFFFFFFFFFF FFFFFFFFFFFFFFFF 00000002 00000007 0003 'bad' 00000008 FFFF 0002 'no'
            00000019
            """);

        Assert.Equal(TimeSpan.FromMilliseconds(25), response.Throttle);
        var (good, bad) = (response.Partitions[0], response.Partitions[1]);
        Assert.Equal((new TargetPartition("t", 3), ErrorCode.NoError, 100L, -1L, 5L), (good.Partition, good.Error, good.BaseOffset, good.LogAppendTime, good.LogStartOffset));
        Assert.Empty(good.RecordErrors);
        Assert.Null(good.Message);
        Assert.Null(good.Leader);
        Assert.Equal((new TargetPartition("t", 1), ErrorCode.InvalidRecord, -1L, "no"), (bad.Partition, bad.Error, bad.BaseOffset, bad.Message));
        Assert.Equal([new(7, "bad"), new(8, null)], bad.RecordErrors);
    }

    [Fact]
    public void A_flexible_answer_is_read_with_the_new_leader_and_past_unknown_fields()
    {
        var response = Read(s_request, 10, """
            02 02 't' 03
              00000003 0006 FFFFFFFFFFFFFFFF FFFFFFFFFFFFFFFF FFFFFFFFFFFFFFFF 01 00  02  00 09 00000002 0000000B 00  05 01 FF
              00000001 0006 FFFFFFFFFFFFFFFF FFFFFFFFFFFFFFFF FFFFFFFFFFFFFFFF 01 00  01  00 09 FFFFFFFF FFFFFFFF 00
              00
            00000000  01  00 02 0101
            """);

        Assert.All(response.Partitions, partition => Assert.Equal(ErrorCode.NotLeaderForPartition, partition.Error));
        Assert.Equal([new PartitionLeader(2, 11), null], response.Partitions.Select(partition => partition.Leader));
    }
}
