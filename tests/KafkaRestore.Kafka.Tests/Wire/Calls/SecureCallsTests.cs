using Confluent.Kafka.Admin;
using KafkaRestore.Kafka.Wire;
using KafkaRestore.Kafka.Wire.Calls;
using KafkaRestore.Kafka.Wire.Protocol;
using KafkaRestore.Records;
using KafkaRestore.Testing;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Tests.Wire.Calls;

/// <summary>What is denied is a value for the resource that it concerns.</summary>
public sealed class SecureCallsTests(SecureCluster secure) : IClassFixture<SecureCluster>
{
    private static readonly TimeSpan Deadline = ThreeBrokers.Deadline;

    [KafkaLauncherFact]
    public async Task Who_may_do_nothing_is_denied_each_thing()
    {
        var topic = new ConfiguredResource(ConfiguredResourceType.Topic, await secure.Cluster.CreateTopicAsync());
        await using var alice = Alice();

        var dirs = Assert.Single(await new LogDirCalls(alice, TimeProvider.System).DescribeAsync(null, Deadline, default));
        var described = Assert.Single(await new ConfigCalls(alice, TimeProvider.System).DescribeAsync([new(topic)], Deadline, default));
        var altered = Assert.Single(await new ConfigCalls(alice, TimeProvider.System)
            .AlterAsync([new(topic, [new("retention.ms", AlterConfigOpType.Set, "1")])], validateOnly: false, Deadline, default));
        var committed = Assert.Single(await new GroupOffsetCalls(alice, TimeProvider.System).CommitAsync([Commit("hers", topic.Name)], Deadline, default));
        var fetched = Assert.Single(await new GroupOffsetCalls(alice, TimeProvider.System).FetchAsync([new("hers", null)], requireStable: true, Deadline, default));

        Assert.Equal((ErrorCode.ClusterAuthorizationFailed, 0), (dirs.Error, dirs.Directories.Count));
        Assert.Equal((ErrorCode.TopicAuthorizationFailed, 0), (described.Error, described.Entries.Count));
        Assert.Equal(ErrorCode.TopicAuthorizationFailed, altered.Error);
        Assert.Equal((ErrorCode.GroupAuthorizationFailed, 0), (committed.Error, committed.Partitions.Count));
        Assert.Equal((ErrorCode.GroupAuthorizationFailed, 0), (fetched.Error, fetched.Partitions.Count));
    }

    [KafkaLauncherFact]
    public async Task Who_may_use_one_topic_and_group_is_denied_the_others_only()
    {
        var (own, other, group) = (await secure.Cluster.CreateTopicAsync(), await secure.Cluster.CreateTopicAsync(), KafkaBroker.NewTopicName("own"));
        await secure.Cluster.ToolAsync("acls", "--add", "--allow-principal", "User:alice", "--operation", "Read", "--topic", own, "--group", group);
        await using var alice = Alice();
        var calls = new GroupOffsetCalls(alice, TimeProvider.System);

        var committed = await calls.CommitAsync([Commit(group, own, other), Commit("hers", own)], Deadline, default);
        var fetched = await calls.FetchAsync([new(group, null), new("hers", null)], requireStable: true, Deadline, default);

        Assert.Equal([ErrorCode.TopicAuthorizationFailed, ErrorCode.GroupAuthorizationFailed], committed.Select(each => each.Error));
        Assert.Equal([new(new(own, 0), ErrorCode.NoError), new(new(other, 0), ErrorCode.TopicAuthorizationFailed)], committed[0].Partitions);
        Assert.Equal([ErrorCode.NoError, ErrorCode.GroupAuthorizationFailed], fetched.Select(each => each.Error));
        Assert.Equal((own, 3L), Assert.Single(fetched[0].Partitions.Select(each => (each.Partition.Topic, each.Offset))));
    }

    private static OffsetCommitGroup Commit(string group, params string[] topics) =>
        new(group, [.. topics.Select(topic => new OffsetCommitPartition(new(topic, 0), 3))]);

    private WireCluster Alice() => new(new KafkaConnectionOptions
    {
        BootstrapServers = secure.Cluster.SaslBootstrapServers.Split(','),
        Security = new SecurityOptions { Protocol = SecurityProtocolKind.SaslPlaintext, Mechanism = SaslMechanismKind.Plain, Username = new Secret("alice"), Password = new Secret("alice-secret") },
    });
}
