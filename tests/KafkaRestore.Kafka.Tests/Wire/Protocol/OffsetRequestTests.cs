using Confluent.Kafka;
using KafkaRestore.Kafka.Wire.Protocol;
using static KafkaRestore.Kafka.Tests.Wire.Protocol.WireBytes;

namespace KafkaRestore.Kafka.Tests.Wire.Protocol;

/// <summary>ListOffsets, OffsetCommit and OffsetFetch.</summary>
public sealed class OffsetRequestTests
{
    private static readonly ListOffsetsRequest s_list = new(
        IsolationLevel.ReadCommitted, [new(new("t", 1), ListOffsetsPartition.Latest, 8), new(new("t", 2), ListOffsetsPartition.Earliest)]);

    private static readonly OffsetFetchRequest s_one = new([new("g", [new("t", 1)])], requireStable: true);
    private static readonly OffsetFetchRequest s_two = new([new("g", [new("t", 1)]), new("h", null)], requireStable: false);

    [Theory]
    [InlineData(2, "FFFFFFFF 01 00000001 0001 't' 00000002 00000001 FFFFFFFFFFFFFFFF 00000002 FFFFFFFFFFFFFFFE")]
    [InlineData(4, "FFFFFFFF 01 00000001 0001 't' 00000002 00000001 00000008 FFFFFFFFFFFFFFFF 00000002 FFFFFFFF FFFFFFFFFFFFFFFE")]
    [InlineData(6, "FFFFFFFF 01 02 02 't' 03 00000001 00000008 FFFFFFFFFFFFFFFF 00 00000002 FFFFFFFF FFFFFFFFFFFFFFFE 00 00 00")]
    public void ListOffsets_is_written(short version, string expected) => AssertWritten(s_list, version, expected);

    [Theory]
    [InlineData(2, "00000005 00000001 0001 't' 00000001 00000001 0000 FFFFFFFFFFFFFFFF 0000000000000064", -1)]
    [InlineData(5, "00000005 00000001 0001 't' 00000001 00000001 0000 FFFFFFFFFFFFFFFF 0000000000000064 00000003", 3)]
    [InlineData(6, "00000005 02 02 't' 02 00000001 0000 FFFFFFFFFFFFFFFF 0000000000000064 00000003 00 00 00", 3)]
    public void ListOffsets_is_read(short version, string answer, int epoch)
    {
        var response = Read(s_list, version, answer);

        Assert.Equal(TimeSpan.FromMilliseconds(5), response.Throttle);
        Assert.Equal([new(new("t", 1), ErrorCode.NoError, -1, 100, epoch)], response.Partitions);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(9)]
    public void OffsetCommit_is_written_as_from_outside_of_the_group(short version) => AssertWritten(
        new OffsetCommitRequest("g", [new(new("t", 1), 100, 3, "m"), new(new("t", 2), 5)]),
        version,
        "02 'g' FFFFFFFF 01 00 02 02 't' 03 00000001 0000000000000064 00000003 02 'm' 00 00000002 0000000000000005 FFFFFFFF 00 00 00 00");

    [Fact]
    public void OffsetCommit_is_read()
    {
        var response = Read(new OffsetCommitRequest("g", []), 8, "00000006 02 02 't' 03 00000001 0000 00 00000002 0016 00 00 00");

        Assert.Equal(TimeSpan.FromMilliseconds(6), response.Throttle);
        Assert.Equal([new(new("t", 1), ErrorCode.NoError), new(new("t", 2), ErrorCode.IllegalGeneration)], response.Partitions);
    }

    [Fact]
    public void OffsetFetch_takes_one_group_in_version_7()
    {
        AssertWritten(s_one, 7, "02 'g' 02 02 't' 02 00000001 00 01 00");
        AssertWritten(new OffsetFetchRequest([new("g", null)], requireStable: false), 7, "02 'g' 00 00 00");
        Assert.Throws<ArgumentException>(() => Body(s_two, 7));
    }

    [Fact]
    public void OffsetFetch_takes_several_groups_in_version_8() =>
        AssertWritten(s_two, 8, "03 02 'g' 02 02 't' 02 00000001 00 00  02 'h' 00 00  00 00");

    [Fact]
    public void OffsetFetch_of_version_7_is_read_with_the_requests_group()
    {
        var response = Read(s_one, 7, "00000007 02 02 't' 02 00000001 0000000000000064 00000003 02 'm' 0000 00 00 0000 00");

        Assert.Equal(TimeSpan.FromMilliseconds(7), response.Throttle);
        var group = Assert.Single(response.Groups);
        Assert.Equal(("g", ErrorCode.NoError), (group.Group, group.Error));
        Assert.Equal([new(new("t", 1), ErrorCode.NoError, 100, 3, "m")], group.Partitions);
    }

    [Fact]
    public void OffsetFetch_of_version_8_is_read_with_the_groups_errors()
    {
        var response = Read(s_two, 8, "00000000 03 02 'h' 01 001E 00  02 'g' 02 02 't' 02 00000001 FFFFFFFFFFFFFFFF FFFFFFFF 01 0058 00 00 0000 00  00");

        Assert.Equal([("h", ErrorCode.GroupAuthorizationFailed, 0), ("g", ErrorCode.NoError, 1)], response.Groups.Select(group => (group.Group, group.Error, group.Partitions.Count)));
        Assert.Equal(new(new("t", 1), ErrorCode.UnstableOffsetCommit, -1, -1, ""), response.Groups[1].Partitions[0]);
    }
}
