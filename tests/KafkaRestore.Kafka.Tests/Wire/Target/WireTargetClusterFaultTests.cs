using KafkaRestore.Kafka.Wire.Target;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Tests.Wire.Target;

/// <summary>Answers that a cluster gives while it is not itself.</summary>
public sealed class WireTargetClusterFaultTests
{
    private static readonly PartitionRange Range = new(0, ScriptedTarget.End);

    [Fact]
    public async Task A_partition_without_a_leader_is_asked_for_until_it_has_one()
    {
        await using var target = new ScriptedTarget { OnMetadata = static n => n < 4 ? ScriptedTarget.WithoutLeader : ScriptedTarget.WithLeader };

        Assert.Equal(Range, await ReadRangeAsync(target));
        Assert.Equal(4, target.Asked);
    }

    [Fact]
    public async Task A_partition_that_stays_without_a_leader_is_unreachable_and_not_missing()
    {
        await using var target = new ScriptedTarget { OnMetadata = static _ => ScriptedTarget.WithoutLeader };

        var failure = await Assert.ThrowsAsync<RestoreException>(() => ReadRangeAsync(target, new TargetClusterOptions { RequestDeadline = TimeSpan.FromMilliseconds(500) }));

        Assert.Equal(ErrorCodes.TargetUnreachable, failure.Code);
        Assert.Contains("LeaderNotAvailable", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_topic_that_one_answer_does_not_know_is_not_missing()
    {
        await using var target = new ScriptedTarget { OnMetadata = static n => n < 4 ? ScriptedTarget.Failing(ErrorCode.UnknownTopicOrPart) : ScriptedTarget.WithLeader };

        Assert.Equal(Range, await ReadRangeAsync(target));
    }

    [Theory]
    [InlineData(ErrorCode.NotLeaderForPartition)]
    [InlineData(ErrorCode.UnknownTopicOrPart)]
    [InlineData(ErrorCode.OffsetNotAvailable)]
    [InlineData(ErrorCode.KafkaStorageError)]
    public async Task A_leader_that_cannot_answer_now_is_asked_again(ErrorCode error)
    {
        await using var target = new ScriptedTarget { OnOffsets = n => n <= 3 ? error : ErrorCode.NoError };

        Assert.Equal(Range, await ReadRangeAsync(target));
        Assert.InRange(target.Asked, 2, int.MaxValue);
    }

    [Theory]
    [InlineData(ErrorCode.TopicAuthorizationFailed, "TARGET_DENIED")]
    [InlineData(ErrorCode.UnsupportedForMessageFormat, "PREFLIGHT_FAILED")]
    public async Task A_final_error_ends_the_asking(ErrorCode error, string code)
    {
        await using var target = new ScriptedTarget { OnOffsets = _ => error };

        var failure = await Assert.ThrowsAsync<RestoreException>(() => ReadRangeAsync(target));

        Assert.Equal(code, failure.Code.ToString());
        Assert.Contains("reading the end of t/0", failure.Message, StringComparison.Ordinal);
        Assert.Contains(error.ToString(), failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_topic_that_may_not_be_described_is_denied_and_not_absent()
    {
        await using var target = new ScriptedTarget { OnMetadata = static _ => ScriptedTarget.Failing(ErrorCode.TopicAuthorizationFailed) };
        await using var cluster = new WireTargetCluster(target.Connection);

        var failure = await Assert.ThrowsAsync<RestoreException>(() => cluster.DescribeTopicsAsync(["t"], CancellationToken.None));

        Assert.Equal((ErrorCodes.TargetDenied, "t"), (failure.Code, failure.Where));
        Assert.Contains("Describe", failure.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_topic_that_is_being_created_is_waited_for()
    {
        await using var target = new ScriptedTarget { OnMetadata = static n => n < 3 ? ScriptedTarget.Failing(ErrorCode.LeaderNotAvailable) : ScriptedTarget.WithoutLeader };
        await using var cluster = new WireTargetCluster(target.Connection);

        var topic = Assert.Single(await cluster.DescribeTopicsAsync(["t"], CancellationToken.None)).Value;

        Assert.Equal(new TopicDescription("t", 1, null, null), topic with { TopicId = null });
        Assert.Equal(3, target.Asked);
    }

    [Fact]
    public async Task Brokers_that_speak_only_old_versions_are_asked_over_librdkafka()
    {
        await using var mock = new MockCluster();
        var topic = await mock.CreateTopicAsync(partitions: 2);
        await using var cluster = new ChosenTargetCluster(mock.Connection, new TargetClusterOptions { SettingsDeadline = TimeSpan.FromMilliseconds(100) });

        var description = await cluster.ConnectAsync(CancellationToken.None);

        Assert.StartsWith("librdkafka ", description.Connection?.Client, StringComparison.Ordinal);
        Assert.Equal(2, (await cluster.DescribeTopicsAsync([topic], CancellationToken.None))[topic].Partitions);
    }

    private static async Task<PartitionRange> ReadRangeAsync(ScriptedTarget target, TargetClusterOptions? options = null)
    {
        await using var cluster = new WireTargetCluster(target.Connection, options);
        return (await cluster.ReadRangesAsync([ScriptedTarget.Partition], CancellationToken.None))[ScriptedTarget.Partition];
    }
}
