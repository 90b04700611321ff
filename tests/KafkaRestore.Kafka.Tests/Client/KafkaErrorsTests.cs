using Confluent.Kafka;
using KafkaRestore.Kafka.Client;

namespace KafkaRestore.Kafka.Tests.Client;

public sealed class KafkaErrorsTests
{
    [Theory]
    [InlineData(0, KafkaErrorClass.None)]
    [InlineData(3, KafkaErrorClass.Missing)]
    [InlineData(5, KafkaErrorClass.AfterLeaderChange)]
    [InlineData(6, KafkaErrorClass.AfterLeaderChange)]
    [InlineData(7, KafkaErrorClass.Retriable)]
    [InlineData(10, KafkaErrorClass.TooLarge)]
    [InlineData(13, KafkaErrorClass.Retriable)]
    [InlineData(16, KafkaErrorClass.AfterLeaderChange)]
    [InlineData(18, KafkaErrorClass.TooLarge)]
    [InlineData(19, KafkaErrorClass.Retriable)]
    [InlineData(20, KafkaErrorClass.Retriable)]
    [InlineData(29, KafkaErrorClass.Denied)]
    [InlineData(32, KafkaErrorClass.Fatal)]
    [InlineData(35, KafkaErrorClass.Unsupported)]
    [InlineData(36, KafkaErrorClass.Exists)]
    [InlineData(41, KafkaErrorClass.AfterLeaderChange)]
    [InlineData(44, KafkaErrorClass.Fatal)]
    [InlineData(45, KafkaErrorClass.Fenced)]
    [InlineData(47, KafkaErrorClass.Fenced)]
    [InlineData(51, KafkaErrorClass.Retriable)]
    [InlineData(56, KafkaErrorClass.Retriable)]
    [InlineData(58, KafkaErrorClass.Denied)]
    [InlineData(89, KafkaErrorClass.Retriable)]
    [InlineData(90, KafkaErrorClass.Fenced)]
    [InlineData(-195, KafkaErrorClass.Unreachable)]
    [InlineData(-169, KafkaErrorClass.Denied)]
    [InlineData(-181, KafkaErrorClass.Unreachable)]
    [InlineData(-148, KafkaErrorClass.Fatal)]
    [InlineData(9_999, KafkaErrorClass.Fatal)]
    public void Each_code_has_its_class(int code, KafkaErrorClass expected) => Assert.Equal(expected, KafkaErrors.Classify((ErrorCode)code));

    [Theory]
    [InlineData(ErrorCode.NotLeaderForPartition, true)]
    [InlineData(ErrorCode.Local_Transport, true)]
    [InlineData(ErrorCode.RequestTimedOut, true)]
    [InlineData(ErrorCode.TopicAuthorizationFailed, false)]
    [InlineData(ErrorCode.InvalidProducerEpoch, false)]
    [InlineData(ErrorCode.UnknownTopicOrPart, false)]
    [InlineData(ErrorCode.Local_Fatal, false)]
    public void Only_what_can_pass_is_tried_again(ErrorCode code, bool expected) => Assert.Equal(expected, KafkaErrors.MayPass(code));
}
