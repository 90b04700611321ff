using Confluent.Kafka;
using Confluent.Kafka.Admin;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Protocol;
using static KafkaRestore.Kafka.Tests.Wire.Protocol.WireBytes;

namespace KafkaRestore.Kafka.Tests.Wire.Protocol;

/// <summary>DescribeCluster, DescribeLogDirs, DescribeConfigs, IncrementalAlterConfigs and ApiVersions.</summary>
public sealed class AdministrationRequestTests
{
    private static readonly ConfiguredResource s_topic = new(ConfiguredResourceType.Topic, "t");
    private static readonly DescribeConfigsRequest s_describe = new([new(s_topic), new(new ConfiguredResource(ConfiguredResourceType.Broker, "1"), ["a", "b"])]);
    private static readonly CreateTopicsRequest s_create = new([new TopicToCreate("t", 3, -1, new Dictionary<string, string> { ["a"] = "1" })], validateOnly: false, TimeSpan.FromSeconds(1));
    private static readonly DescribeLogDirsRequest s_directories = new([new("t", 1), new("t", 0)]);

    private static readonly IncrementalAlterConfigsRequest s_alter = new(
        [new(s_topic, [new("a", AlterConfigOpType.Set, "1"), new("b", AlterConfigOpType.Delete, null), new("c", AlterConfigOpType.Append, "x"), new("d", AlterConfigOpType.Subtract, "y")])],
        validateOnly: true);

    [Theory]
    [InlineData(0, "00 00")]
    [InlineData(1, "00 01 00")]
    public void DescribeCluster_is_written(short version, string expected) => AssertWritten(new DescribeClusterRequest(), version, expected);

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "01")]
    public void DescribeCluster_is_read(short version, string endpoints)
    {
        var response = Read(new DescribeClusterRequest(), version, $"00000001 0000 00 {endpoints} 04 'cid' 00000002 02 00000002 02 'h' 00002384 00 00 80000000 00");

        Assert.Equal((TimeSpan.FromMilliseconds(1), ErrorCode.NoError, null, "cid", 2), (response.Throttle, response.Error, response.Message, response.ClusterId, response.ControllerId));
        Assert.Equal([new BrokerEntry(new BrokerAddress(2, "h", 9092), null)], response.Brokers);
    }

    [Fact]
    public void DescribeLogDirs_is_written_in_classic_and_flexible_versions()
    {
        AssertWritten(s_directories, 1, "00000001 0001 't' 00000002 00000001 00000000");
        AssertWritten(s_directories, 4, "02 02 't' 03 00000001 00000000 00 00");
        AssertWritten(new DescribeLogDirsRequest(null), 1, "FFFFFFFF");
        AssertWritten(new DescribeLogDirsRequest(null), 2, "00 00");
    }

    [Theory]
    [InlineData(1, "00000001 00000001 0000 0002 '/d' 00000001 0001 't' 00000001 00000001 0000000000000064 0000000000000002 01", null, null)]
    [InlineData(3, "00000001 0000 02 0000 03 '/d' 02 02 't' 02 00000001 0000000000000064 0000000000000002 01 00 00 00 00", null, null)]
    [InlineData(4, "00000001 0000 02 0000 03 '/d' 02 02 't' 02 00000001 0000000000000064 0000000000000002 01 00 00 0000000000000400 0000000000000010 00 00", 1024L, 16L)]
    [InlineData(4, "00000001 0000 02 0000 03 '/d' 02 02 't' 02 00000001 0000000000000064 0000000000000002 01 00 00 FFFFFFFFFFFFFFFF FFFFFFFFFFFFFFFF 00 00", null, null)]
    public void DescribeLogDirs_is_read(short version, string answer, long? total, long? usable)
    {
        var response = Read(s_directories, version, answer);

        Assert.Equal((TimeSpan.FromMilliseconds(1), ErrorCode.NoError), (response.Throttle, response.Error));
        var directory = Assert.Single(response.Directories);
        Assert.Equal((ErrorCode.NoError, "/d", total, usable), (directory.Error, directory.Path, directory.TotalBytes, directory.UsableBytes));
        Assert.Equal([new(new("t", 1), 100, 2, true)], directory.Partitions);
    }

    [Theory]
    [InlineData(1, "00000002 02 0001 't' FFFFFFFF 04 0001 '1' 00000002 0001 'a' 0001 'b' 00")]
    [InlineData(3, "00000002 02 0001 't' FFFFFFFF 04 0001 '1' 00000002 0001 'a' 0001 'b' 00 00")]
    [InlineData(4, "03 02 02 't' 00 00 04 02 '1' 03 02 'a' 02 'b' 00 00 00 00")]
    public void DescribeConfigs_is_written(short version, string expected) => AssertWritten(s_describe, version, expected);

    [Theory]
    [InlineData(1, """
        00000001 00000001 0000 FFFF 02 0001 't' 00000002
          0001 'a' 0001 '1' 00 01 00 00000001 0001 'a' FFFF 05
          0001 'p' 0006 'secret' 01 04 01 00000000
        """)]
    [InlineData(4, """
        00000001 02 0000 00 02 02 't' 03
          02 'a' 02 '1' 00 01 00 02 02 'a' 00 05 00 02 00 00
          02 'p' 07 'secret' 01 04 01 01 09 04 'doc' 00
          00
        00
        """)]
    public void DescribeConfigs_is_read_without_secrets(short version, string answer)
    {
        var response = Read(s_describe, version, answer);

        Assert.Equal(TimeSpan.FromMilliseconds(1), response.Throttle);
        var resource = Assert.Single(response.Resources);
        Assert.Equal((ErrorCode.NoError, null, s_topic), (resource.Error, resource.Message, resource.Resource));
        Assert.Equal(
            [
                new("a", "1", ConfigSource.DynamicTopicConfig, IsReadOnly: false, IsSensitive: false),
                new("p", null, ConfigSource.StaticBrokerConfig, IsReadOnly: true, IsSensitive: true),
            ],
            resource.Entries);
    }

    [Theory]
    [InlineData(0, "00000001 02 0001 't' 00000004 0001 'a' 00 0001 '1' 0001 'b' 01 FFFF 0001 'c' 02 0001 'x' 0001 'd' 03 0001 'y' 01")]
    [InlineData(1, "02 02 02 't' 05 02 'a' 00 02 '1' 00 02 'b' 01 00 00 02 'c' 02 02 'x' 00 02 'd' 03 02 'y' 00 00 01 00")]
    public void IncrementalAlterConfigs_is_written(short version, string expected) => AssertWritten(s_alter, version, expected);

    [Theory]
    [InlineData(0, "00000001 00000001 0028 0002 'no' 02 0001 't'")]
    [InlineData(1, "00000001 02 0028 03 'no' 02 02 't' 00 00")]
    public void IncrementalAlterConfigs_is_read(short version, string answer)
    {
        var response = Read(s_alter, version, answer);

        Assert.Equal(TimeSpan.FromMilliseconds(1), response.Throttle);
        Assert.Equal([new(ErrorCode.InvalidConfig, "no", s_topic)], response.Resources);
    }

    [Theory]
    [InlineData(4, "00000001 0001 't' 00000003 FFFF 00000000 00000001 0001 'a' 0001 '1' 000003E8 00")]
    [InlineData(7, "02 02 't' 00000003 FFFF 01 02 02 'a' 02 '1' 00 00 000003E8 00 00")]
    public void CreateTopics_is_written(short version, string expected) => AssertWritten(s_create, version, expected);

    [Theory]
    [InlineData(4, "00000001 00000001 0001 't' 0028 0002 'no'")]
    [InlineData(5, "00000001 02 02 't' 0028 03 'no' FFFFFFFF FFFF 00 01 00 02 0000 00")]
    [InlineData(7, "00000001 02 02 't' 00000000000000010000000000000002 0028 03 'no' 00000003 0001 02 02 'a' 02 '1' 00 05 00 00 00 00")]
    public void CreateTopics_is_read(short version, string answer)
    {
        var response = Read(s_create, version, answer);

        Assert.Equal(TimeSpan.FromMilliseconds(1), response.Throttle);
        var topic = Assert.Single(response.Topics);
        Assert.Equal(("t", ErrorCode.InvalidConfig, "no"), (topic.Name, topic.Error, topic.Message));
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(2, "")]
    [InlineData(3, "0E 'kafka-restore' 04 '1.0' 00")]
    public void ApiVersions_is_written(short version, string expected) => AssertWritten(new ApiVersionsRequest("1.0"), version, expected);

    [Theory]
    [InlineData(0, "0000 00000001 0003 0000 000D", 0)]
    [InlineData(1, "0000 00000001 0003 0000 000D 00000009", 9)]
    [InlineData(3, "0000 02 0003 0000 000D 00 00000009 00", 9)]
    public void ApiVersions_is_read(short version, string answer, int throttle)
    {
        var response = Read(new ApiVersionsRequest("1.0"), version, answer);

        Assert.Equal(TimeSpan.FromMilliseconds(throttle), response.Throttle);
        Assert.Equal([new(3, 0, 13)], response.Apis);
    }

    [Fact]
    public void Of_an_answer_that_refuses_the_version_only_the_error_is_read()
    {
        // librdkafka's mock cluster writes the rest in neither form.
        var reader = new WireReader([0x00, 0x23, 0x01, 0x00, 0x12, 0x00, 0x00, 0x00, 0x02], flexible: true);

        var response = new ApiVersionsRequest("1.0").Read(ref reader, 3);

        Assert.Equal(Confluent.Kafka.ErrorCode.UnsupportedVersion, response.Error);
        Assert.Empty(response.Apis);
    }
}
