using Confluent.Kafka;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Protocol;
using static KafkaRestore.Kafka.Tests.Wire.Protocol.WireBytes;

namespace KafkaRestore.Kafka.Tests.Wire.Protocol;

public sealed class MetadataRequestTests
{
    private const string Brokers = "02 00000001 02 'h' 00002384 03 'r1' 00  04 'cid' 00000001";
    private const string Partitions = "02 0000 00000004 00000001 00000006 03 00000001 00000002 02 00000001 02 00000002 00";

    [Theory]
    [InlineData(9, "03 02 't' 00 02 'u' 00 00 00 00 00")]
    [InlineData(10, "03 00000000000000000000000000000000 02 't' 00 00000000000000000000000000000000 02 'u' 00 00 00 00 00")]
    [InlineData(11, "03 00000000000000000000000000000000 02 't' 00 00000000000000000000000000000000 02 'u' 00 00 00 00")]
    [InlineData(12, "03 00000000000000000000000000000000 02 't' 00 00000000000000000000000000000000 02 'u' 00 00 00 00")]
    public void Topics_are_asked_for_by_name_and_never_created(short version, string expected) => AssertWritten(new MetadataRequest(["t", "u"]), version, expected);

    [Theory]
    [InlineData(9, "02 02 't' 00 00 00 01 00")]
    [InlineData(12, "02 00000000000000000000000000000000 02 't' 00 00 01 00")]
    public void Rights_to_topics_are_asked_for(short version, string expected) => AssertWritten(new MetadataRequest(["t"], withRights: true), version, expected);

    [Fact]
    public void No_names_and_no_list_are_not_the_same()
    {
        AssertWritten(new MetadataRequest(null), 12, "00 00 00 00");
        AssertWritten(new MetadataRequest([]), 12, "01 00 00 00");
    }

    [Theory]
    [InlineData(9, "", "80000000")]
    [InlineData(10, "000102030405060708090A0B0C0D0E0F", "80000000")]
    [InlineData(12, "000102030405060708090A0B0C0D0E0F", "")]
    public void An_answer_is_read(short version, string id, string operations)
    {
        var response = Read(new MetadataRequest(["t"]), version, $"00000003 {Brokers} 02 0000 02 't' {id} 01 {Partitions} 80000000 00 {operations} 00");

        Assert.Equal((TimeSpan.FromMilliseconds(3), "cid", 1), (response.Throttle, response.ClusterId, response.ControllerId));
        Assert.Equal([new BrokerEntry(new BrokerAddress(1, "h", 9092), "r1")], response.Brokers);
        var topic = Assert.Single(response.Topics);
        Assert.Equal((ErrorCode.NoError, "t", true, int.MinValue), (topic.Error, topic.Name, topic.IsInternal, topic.Rights));
        Assert.Equal(version < 10 ? Guid.Empty : new Guid("00010203-0405-0607-0809-0a0b0c0d0e0f"), topic.Id);
        var partition = Assert.Single(topic.Partitions);
        Assert.Equal((ErrorCode.NoError, 4, 1, 6), (partition.Error, partition.Index, partition.Leader, partition.LeaderEpoch));
        Assert.Equal(new[] { new[] { 1, 2 }, [1], [2] }, [partition.Replicas, partition.InSync, partition.Offline]);
    }

    [Theory]
    [InlineData("02 FFFFFFFF 02 'h' 00002384 00 00")]
    [InlineData("02 00000001 01 00002384 00 00")]
    [InlineData("02 00000001 02 'h' 00000000 00 00")]
    [InlineData("02 00000001 02 'h' 00010000 00 00")]
    public void A_broker_without_a_usable_address_is_refused(string brokers) =>
        Assert.Throws<WireFormatException>(() => Read(new MetadataRequest(null), 12, $"00000000 {brokers} 00 00000001 01 00"));
}
