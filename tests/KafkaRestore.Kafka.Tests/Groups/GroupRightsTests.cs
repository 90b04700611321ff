using KafkaRestore.Kafka.Groups;
using KafkaRestore.Kafka.Tests.Wire.Calls;
using KafkaRestore.Records;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;

namespace KafkaRestore.Kafka.Tests.Groups;

/// <summary>Who lacks a right is told which, over TLS and SCRAM as well.</summary>
public sealed class GroupRightsTests(SecureCluster secure) : IClassFixture<SecureCluster>
{
    private static readonly TimeSpan Deadline = ThreeBrokers.Deadline;

    [KafkaLauncherFact]
    public Task Who_may_do_nothing_is_told_each_right_over_plain_text() => AssertNothingIsAllowedAsync(Alice(SecurityProtocolKind.SaslPlaintext, SaslMechanismKind.Plain));

    [KafkaLauncherFact]
    public Task Who_may_do_nothing_is_told_each_right_over_tls_and_scram() => AssertNothingIsAllowedAsync(Alice(SecurityProtocolKind.SaslSsl, SaslMechanismKind.ScramSha512));

    [KafkaLauncherFact]
    public async Task Who_may_read_one_topic_and_group_is_refused_the_others_by_name()
    {
        var (own, other, group) = (await secure.Cluster.CreateTopicAsync(), await secure.Cluster.CreateTopicAsync(), KafkaBroker.NewTopicName("own"));
        await secure.Cluster.ToolAsync("acls", "--add", "--allow-principal", "User:alice", "--operation", "Read", "--topic", own, "--group", group);
        await using var alice = ConsumerGroups.Open(Alice(SecurityProtocolKind.SaslSsl, SaslMechanismKind.ScramSha256));

        var committed = await alice.CommitAsync([Commit(group, own, other), Commit("hers", own)], 50, Deadline, default);
        var fetched = await alice.FetchAsync([group, "hers"], default);
        var deleted = Assert.Single(await alice.DeleteAsync([new(group, [new(own, 0)])], Deadline, default));
        var listed = await alice.ListAsync(default);

        Assert.Equal((1, new TargetPartition(other, 0), $"no right READ on topic '{other}'"), (committed[0].Changed, Assert.Single(committed[0].Failures).Key, Reason(committed[0])));
        Assert.Equal((0, "no right READ on group 'hers'"), (committed[1].Changed, Reason(committed[1])));
        Assert.True(fetched[0].IsWhole);
        Assert.Equal([KeyValuePair.Create(new TargetPartition(own, 0), 3L)], fetched[0].Offsets.Offsets.Select(static each => KeyValuePair.Create(each.Key, each.Value.Offset)));
        Assert.Equal("no right DESCRIBE on group 'hers'", fetched[1].Error?.Reason);
        Assert.Equal($"no right DELETE on group '{group}'", Reason(deleted));
        Assert.Contains(new ListedGroup(group, GroupKind.Classic, GroupState.Empty), listed);
    }

    [KafkaLauncherFact]
    public async Task Whether_offsets_may_be_committed_is_known_before_and_of_groups_that_do_not_exist_too()
    {
        var (seen, read) = (KafkaBroker.NewTopicName("seen"), KafkaBroker.NewTopicName("read"));
        await secure.Cluster.ToolAsync("acls", "--add", "--allow-principal", "User:alice", "--operation", "Describe", "--group", seen);
        await secure.Cluster.ToolAsync("acls", "--add", "--allow-principal", "User:alice", "--operation", "Read", "--group", read);
        await using var alice = ConsumerGroups.Open(Alice(SecurityProtocolKind.SaslSsl, SaslMechanismKind.ScramSha256));

        var described = await alice.DescribeAsync([seen, read], default);

        Assert.Equal([(GroupState.Dead, (bool?)false), (GroupState.Dead, true)], described.Select(static group => (group.State, group.MayCommit)));
    }

    [KafkaLauncherFact]
    public async Task A_wrong_password_is_said_once_and_not_for_each_group()
    {
        var connection = Alice(SecurityProtocolKind.SaslPlaintext, SaslMechanismKind.Plain);
        await using var client = ConsumerGroups.Open(connection with { Security = connection.Security with { Password = new Secret("wrong") } });

        var connecting = await Assert.ThrowsAsync<RestoreException>(() => client.ConnectAsync(default));
        var committing = await Assert.ThrowsAsync<RestoreException>(() => client.CommitAsync([Commit("a", "t")], 50, Deadline, default));
        var listing = await Assert.ThrowsAsync<RestoreException>(() => client.ListAsync(default));

        Assert.All([connecting, committing, listing], static failure => Assert.Equal(ErrorCodes.TargetDenied, failure.Code));
    }

    private async Task AssertNothingIsAllowedAsync(KafkaConnectionOptions connection)
    {
        var topic = await secure.Cluster.CreateTopicAsync();
        await using var owner = ConsumerGroups.Open(secure.Cluster.Connection);
        await owner.CommitAsync([Commit("hers", topic)], 50, Deadline, default);
        await using var alice = ConsumerGroups.Open(connection);

        var described = Assert.Single(await alice.DescribeAsync(["hers"], default));
        var fetched = Assert.Single(await alice.FetchAsync(["hers"], default));
        var committed = Assert.Single(await alice.CommitAsync([Commit("hers", topic)], 50, Deadline, default));
        var deleted = Assert.Single(await alice.DeleteAsync([new("hers", [new(topic, 0)])], Deadline, default));
        var ranges = await Assert.ThrowsAsync<RestoreException>(() => alice.ReadRangesAsync([new(topic, 0)], default));

        Assert.Equal(("no right DESCRIBE on group 'hers'", false), (described.Error?.Reason, described.IsIdle));
        Assert.Equal("no right DESCRIBE on group 'hers'", fetched.Error?.Reason);
        Assert.Equal((0, "no right READ on group 'hers'"), (committed.Changed, Reason(committed)));
        Assert.Equal((0, "no right DELETE on group 'hers'"), (deleted.Changed, Reason(deleted)));
        Assert.Equal(ErrorCodes.TargetDenied, ranges.Code);
        Assert.Contains($"no right DESCRIBE on topic '{topic}'", ranges.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(await alice.ListAsync(default), static each => each.Group == "hers");
    }

    private static string Reason(GroupChange change) => Assert.Single(change.Failures).Value.Reason;

    private static GroupOffsets Commit(string group, params string[] topics) =>
        new(group, topics.ToDictionary(static topic => new TargetPartition(topic, 0), static _ => new CommittedOffset(3)));

    private KafkaConnectionOptions Alice(SecurityProtocolKind protocol, SaslMechanismKind mechanism) => new()
    {
        BootstrapServers = (protocol == SecurityProtocolKind.SaslSsl ? secure.Cluster.SaslSslBootstrapServers : secure.Cluster.SaslBootstrapServers).Split(','),
        Security = new SecurityOptions
        {
            Protocol = protocol,
            Mechanism = mechanism,
            Username = new Secret("alice"),
            Password = new Secret("alice-secret"),
            CaLocation = protocol == SecurityProtocolKind.SaslSsl ? secure.Cluster.TlsFile("ca.pem") : null,
        },
    };
}
