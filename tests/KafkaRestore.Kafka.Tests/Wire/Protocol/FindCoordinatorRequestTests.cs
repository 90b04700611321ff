using Confluent.Kafka;
using KafkaRestore.Kafka.Wire;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Protocol;
using static KafkaRestore.Kafka.Tests.Wire.Protocol.WireBytes;

namespace KafkaRestore.Kafka.Tests.Wire.Protocol;

public sealed class FindCoordinatorRequestTests
{
    private static readonly FindCoordinatorRequest s_one = new(CoordinatorKind.Transaction, ["a"]);
    private static readonly FindCoordinatorRequest s_two = new(CoordinatorKind.Group, ["a", "bc"]);

    [Fact]
    public void One_key_is_written_in_version_3() => AssertWritten(s_one, 3, "02 'a' 01 00");

    [Fact]
    public void Several_keys_are_written_in_version_4() => AssertWritten(s_two, 4, "00 03 02 'a' 03 'bc' 00");

    [Fact]
    public void Several_keys_are_refused_in_version_3() => Assert.Throws<ArgumentException>(() => Body(s_two, 3));

    [Fact]
    public void The_answer_of_version_3_gets_its_key_from_the_request()
    {
        var response = Read(s_one, 3, "00000002 0000 05 'NONE' 00000001 02 'h' 00002384 00");

        Assert.Equal(TimeSpan.FromMilliseconds(2), response.Throttle);
        Assert.Equal([new FindCoordinatorResult("a", ErrorCode.NoError, "NONE", new BrokerAddress(1, "h", 9092))], response.Coordinators);
    }

    [Fact]
    public void The_answer_of_version_4_has_its_own_keys_and_errors()
    {
        var response = Read(s_two, 4, "00000000 03 02 'a' 00000001 02 'h' 00002384 0000 00 00  03 'bc' FFFFFFFF 01 FFFFFFFF 000F 03 'no' 00  00");

        Assert.Equal(
            [
                new FindCoordinatorResult("a", ErrorCode.NoError, null, new BrokerAddress(1, "h", 9092)),
                new FindCoordinatorResult("bc", ErrorCode.GroupCoordinatorNotAvailable, "no", null),
            ],
            response.Coordinators);
    }

    [Fact]
    public void A_coordinator_without_an_address_is_refused() =>
        Assert.Throws<WireFormatException>(() => Read(s_one, 3, "00000000 0000 00 FFFFFFFF 01 FFFFFFFF 00"));
}
