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

        Assert.Equal((ErrorCode.ClusterAuthorizationFailed, 0), (dirs.Error, dirs.Directories.Count));
        Assert.Equal((ErrorCode.TopicAuthorizationFailed, 0), (described.Error, described.Entries.Count));
        Assert.Equal(ErrorCode.TopicAuthorizationFailed, altered.Error);
    }

    private WireCluster Alice() => new(new KafkaConnectionOptions
    {
        BootstrapServers = secure.Cluster.SaslBootstrapServers.Split(','),
        Security = new SecurityOptions { Protocol = SecurityProtocolKind.SaslPlaintext, Mechanism = SaslMechanismKind.Plain, Username = new Secret("alice"), Password = new Secret("alice-secret") },
    });
}
