using Confluent.Kafka;
using KafkaRestore.Kafka.Probing;
using KafkaRestore.Kafka.Wire.Protocol;
using static KafkaRestore.Kafka.Tests.Wire.Protocol.WireBytes;

namespace KafkaRestore.Kafka.Tests.Wire.Protocol;

/// <summary>ListGroups, DescribeGroups, ConsumerGroupDescribe and OffsetDelete.</summary>
public sealed class GroupRequestTests
{
    private static readonly OffsetDeleteRequest s_delete = new("g", [new("t", 1), new("u", 0), new("t", 2)]);

    [Theory]
    [InlineData(3, "00")]
    [InlineData(4, "01 00")]
    [InlineData(5, "01 01 00")]
    public void ListGroups_asks_for_every_state_and_type(short version, string expected) => AssertWritten(new ListGroupsRequest(), version, expected);

    [Theory]
    [InlineData(3, "00000004 0000 02 02 'g' 09 'consumer' 00 00", null, null)]
    [InlineData(4, "00000004 0000 02 02 'g' 09 'consumer' 06 'Empty' 00 00", "Empty", null)]
    [InlineData(5, "00000004 0000 02 02 'g' 09 'consumer' 07 'Stable' 08 'Classic' 00 00", "Stable", "Classic")]
    public void ListGroups_is_read_with_what_the_version_tells(short version, string answer, string? state, string? type)
    {
        var response = Read(new ListGroupsRequest(), version, answer);

        Assert.Equal((TimeSpan.FromMilliseconds(4), ErrorCode.NoError), (response.Throttle, response.Error));
        Assert.Equal([new ListedGroupEntry("g", state, type)], response.Groups);
    }

    [Fact]
    public void ListGroups_is_read_with_its_error() => Assert.Equal(ErrorCode.GroupLoadInProgress, Read(new ListGroupsRequest(), 5, "00000000 000E 01 00").Error);

    [Fact]
    public void DescribeGroups_asks_for_the_rights_as_well() => AssertWritten(new DescribeGroupsRequest(["g", "hh"]), 5, "03 02 'g' 03 'hh' 01 00");

    [Fact]
    public void DescribeGroups_is_read_with_its_members()
    {
        var response = Read(
            new DescribeGroupsRequest([]),
            5,
            "00000001 02 0000 02 'g' 07 'Stable' 09 'consumer' 06 'range' 02 04 'm-1' 00 02 'c' 03 '/h' 03 0102 02 03 00 80000000 00 00");

        Assert.Equal(TimeSpan.FromMilliseconds(1), response.Throttle);
        var group = Assert.Single(response.Groups);
        Assert.Equal((ErrorCode.NoError, "g", "Stable"), (group.Error, group.Group, group.State));
        Assert.Equal([new DescribedMember("m-1", "c", "/h")], group.Members);
    }

    [Theory]
    [InlineData("80000000", null)]
    [InlineData("00000008", TargetRights.Read)]
    [InlineData("00000108", TargetRights.Read | TargetRights.Describe)]
    public void DescribeGroups_is_read_with_what_we_may_do_to_a_group_that_is_not_there(string bits, TargetRights? rights)
    {
        var group = Assert.Single(Read(new DescribeGroupsRequest([]), 5, $"00000000 02 0000 02 'g' 05 'Dead' 01 01 01 {bits} 00 00").Groups);

        Assert.Equal((ErrorCode.NoError, "g", "Dead", 0, rights), (group.Error, group.Group, group.State, group.Members.Count, group.Rights));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void ConsumerGroupDescribe_is_written_without_asking_for_rights(short version) => AssertWritten(new ConsumerGroupDescribeRequest(["g"]), version, "02 02 'g' 00 00");

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "01")]
    public void ConsumerGroupDescribe_is_read_with_its_members(short version, string type)
    {
        const string assignment = "02 00112233445566778899AABBCCDDEEFF 02 't' 03 00000000 00000001 00 00";
        var response = Read(
            new ConsumerGroupDescribeRequest([]),
            version,
            $"00000002 02 0000 00 02 'g' 0C 'Reconciling' 00000005 00000004 08 'uniform' 02 04 'm-1' 03 'st' 00 00000005 02 'c' 03 '/h' 03 02 't' 02 'u' 03 '.*' {assignment} {assignment} {type} 00 80000000 00 00");

        Assert.Equal(TimeSpan.FromMilliseconds(2), response.Throttle);
        var group = Assert.Single(response.Groups);
        Assert.Equal((ErrorCode.NoError, "g", "Reconciling"), (group.Error, group.Group, group.State));
        Assert.Equal([new DescribedMember("m-1", "c", "/h")], group.Members);
    }

    [Fact]
    public void OffsetDelete_is_written_by_topic() =>
        AssertWritten(s_delete, 0, "0001 'g' 00000002 0001 't' 00000002 00000001 00000002 0001 'u' 00000001 00000000");

    [Fact]
    public void OffsetDelete_is_read_with_the_groups_error_and_the_partitions()
    {
        var whole = Read(s_delete, 0, "0045 00000003 00000000");
        var each = Read(s_delete, 0, "0000 00000000 00000001 0001 't' 00000002 00000001 0000 00000002 0056");

        Assert.Equal((ErrorCode.GroupIdNotFound, TimeSpan.FromMilliseconds(3), 0), (whole.Error, whole.Throttle, whole.Partitions.Count));
        Assert.Equal([new(new("t", 1), ErrorCode.NoError), new(new("t", 2), ErrorCode.GroupSubscribedToTopic)], each.Partitions);
    }
}
