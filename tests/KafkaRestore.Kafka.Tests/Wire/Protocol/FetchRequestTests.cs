using Confluent.Kafka;
using KafkaRestore.Kafka.Wire;
using KafkaRestore.Kafka.Wire.Protocol;
using static KafkaRestore.Kafka.Tests.Wire.Protocol.WireBytes;

namespace KafkaRestore.Kafka.Tests.Wire.Protocol;

public sealed class FetchRequestTests
{
    private static readonly FetchRequest s_request = new(TimeSpan.FromMilliseconds(500), 1 << 20, IsolationLevel.ReadCommitted, [new(new("t", 2), 77, 1000, LeaderEpoch: 4)]);

    [Fact]
    public void The_lowest_version_is_classic() => AssertWritten(s_request, 11, """
        FFFFFFFF 000001F4 00000001 00100000 01 00000000 FFFFFFFF
        00000001 0001 't' 00000001  00000002 00000004 000000000000004D FFFFFFFFFFFFFFFF 000003E8
        00000000 0000
        """);

    [Fact]
    public void The_highest_version_is_flexible() => AssertWritten(s_request, 12, """
        FFFFFFFF 000001F4 00000001 00100000 01 00000000 FFFFFFFF
        02 02 't' 02  00000002 00000004 000000000000004D FFFFFFFF FFFFFFFFFFFFFFFF 000003E8 00  00
        01 01 00
        """);

    [Fact]
    public void A_classic_answer_is_read()
    {
        var response = Read(s_request, 11, """
            00000007 0000 00000000
            00000001 0001 't' 00000002
              00000002 0000 0000000000000064 0000000000000063 0000000000000001 00000001 0000000000000009 000000000000000A FFFFFFFF 00000003 010203
              00000003 0003 FFFFFFFFFFFFFFFF FFFFFFFFFFFFFFFF FFFFFFFFFFFFFFFF FFFFFFFF FFFFFFFF FFFFFFFF
            """);

        Assert.Equal((TimeSpan.FromMilliseconds(7), ErrorCode.NoError), (response.Throttle, response.Error));
        var (read, missing) = (response.Partitions[0], response.Partitions[1]);
        Assert.Equal((new TargetPartition("t", 2), 100L, 99L, 1L), (read.Partition, read.HighWatermark, read.LastStableOffset, read.LogStartOffset));
        Assert.Equal([1, 2, 3], read.Records.ToArray());
        Assert.Equal((ErrorCode.UnknownTopicOrPart, true), (missing.Error, missing.Records.IsEmpty));
    }

    [Fact]
    public void A_flexible_answer_is_read_with_the_new_leader()
    {
        var response = Read(s_request, 12, """
            00000000 0000 00000000
            02 02 't' 02
              00000002 004A 0000000000000064 0000000000000063 0000000000000001 00 FFFFFFFF 01
              02  00 0D 00000001 0000000000000002 00  01 09 00000003 00000005 00
              00
            00
            """);

        var partition = Assert.Single(response.Partitions);
        Assert.Equal((ErrorCode.FencedLeaderEpoch, new PartitionLeader(3, 5)), (partition.Error, partition.Leader));
    }
}
