using Confluent.Kafka;
using KafkaRestore.Kafka.Wire.Protocol;
using static KafkaRestore.Kafka.Tests.Wire.Protocol.WireBytes;

namespace KafkaRestore.Kafka.Tests.Wire.Protocol;

public sealed class CreateTopicsRequestTests
{
    private static readonly CreateTopicsRequest s_trial =
        new([new TopicToCreate("t", 3, -1, new Dictionary<string, string> { ["a"] = "1" })], validateOnly: true, TimeSpan.FromSeconds(1));

    [Theory]
    [InlineData(5)]
    [InlineData(7)]
    public void It_is_written(short version) => AssertWritten(s_trial, version, "02 02 't' 00000003 FFFF 01 02 02 'a' 02 '1' 00 00 000003E8 01 00");

    [Theory]
    [InlineData(5, "")]
    [InlineData(7, "000102030405060708090A0B0C0D0E0F")]
    public void An_answer_with_the_settings_of_the_topic_is_read(short version, string id)
    {
        var response = Read(s_trial, version, $"00000002 02 02 't' {id} 0000 00 00000003 0001 03 02 'a' 02 '1' 00 05 00 00 02 'b' 00 00 05 01 00 00 00");

        var topic = Assert.Single(response.Topics);
        Assert.Equal(("t", ErrorCode.NoError, null, 3, 1), (topic.Name, topic.Error, topic.Message, topic.Partitions, (int)topic.ReplicationFactor));
        Assert.Equal([("a", "1", false), ("b", null, true)], topic.Settings.Select(entry => (entry.Name, entry.Value, entry.IsSensitive)));
    }

    [Fact]
    public void A_refusal_without_settings_is_read()
    {
        var response = Read(s_trial, 7, "00000000 02 02 't' 00000000000000000000000000000000 0026 04 'bad' FFFFFFFF FFFF 00 00 00");

        var topic = Assert.Single(response.Topics);
        Assert.Equal((ErrorCode.InvalidReplicationFactor, "bad", -1), (topic.Error, topic.Message, topic.Partitions));
        Assert.Empty(topic.Settings);
    }
}
