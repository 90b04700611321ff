using System.Globalization;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Kafka.Tests.Wire.Calls;
using KafkaRestore.Kafka.Wire;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;

namespace KafkaRestore.Kafka.Tests.Groups;

[Collection(ThreeBrokersCollection.Name)]
public sealed class ConsumerGroupsTests(ThreeBrokers three)
{
    private const int Groups = 300;
    private const int Partitions = 4;

    [RealKafkaFact]
    public async Task Offsets_of_300_groups_are_committed_on_one_broker_and_the_official_tool_sees_them() => await CommitManyAsync(await KafkaBroker.SharedAsync());

    [KafkaLauncherFact]
    public async Task Offsets_of_300_groups_are_committed_on_three_brokers_and_the_official_tool_sees_them() => await CommitManyAsync(await three.ClusterAsync());

    [KafkaLauncherFact]
    public async Task Groups_whose_coordinator_dies_before_the_commit_are_followed_to_the_next_one()
    {
        var broker = await three.ClusterAsync();
        var topic = await broker.CreateTopicAsync();
        var groups = Commits(KafkaBroker.NewTopicName("moving"), topic, 60, 1);
        await using var before = ThreeBrokers.Client(broker);
        var coordinators = (await ThreeBrokers.UntilAsync(
            () => before.FindCoordinatorsAsync(CoordinatorKind.Group, [.. groups.Select(static group => group.Group)], default),
            static found => found.All(static each => each.Broker is not null))).Select(static found => found.Broker!).ToList();
        var victim = coordinators.First(static address => address.Id != 1);
        var kill = new Lazy<Task>(() => broker.KillAsync(victim.Id));

        // Only who was told that the victim coordinates something connects to it.
        await using var client = ThreeBrokers.Groups(broker, onDial: port => port == victim.Port ? kill.Value : Task.CompletedTask);
        try
        {
            var committed = await client.CommitAsync(groups, 50, ThreeBrokers.Deadline, default);

            Assert.True(kill.IsValueCreated);
            Assert.Equal(groups.Select(static group => (group.Group, 1, 0)), committed.Select(static each => (each.Group, each.Changed, each.Failures.Count)));
            var fetched = await client.FetchAsync([.. groups.Select(static group => group.Group)], default);
            Assert.All(fetched, static each => Assert.True(each.IsWhole, $"{each.Error}"));
            Assert.Equal(groups.SelectMany(Expected), fetched.SelectMany(static each => Expected(each.Offsets)));
        }
        finally
        {
            await ThreeBrokers.ReviveAsync(broker, victim.Id);
        }
    }

    [RealKafkaFact]
    public async Task Groups_with_members_are_described_and_refuse_and_their_neighbours_do_not()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync();
        var (busy, idle, nobody) = (KafkaBroker.NewTopicName("busy"), KafkaBroker.NewTopicName("idle"), KafkaBroker.NewTopicName("nobody"));
        await using var client = ConsumerGroups.Open(broker.Connection);
        await client.CommitAsync([Commit(idle, topic), Commit(busy, topic)], 50, ThreeBrokers.Deadline, default);
        var reader = await LiveMember.JoinAsync(broker, busy, topic, "reader-7");

        var described = await client.DescribeAsync([nobody, busy, idle], default);
        var committed = await client.CommitAsync([Commit(busy, topic), Commit(idle, topic)], 50, ThreeBrokers.Deadline, default);
        var deleted = await client.DeleteAsync([Deletion(busy, topic), Deletion(idle, topic), Deletion(nobody, topic)], ThreeBrokers.Deadline, default);
        var listed = await client.ListAsync(default);

        Assert.Equal([(nobody, GroupState.Dead, true), (busy, GroupState.Stable, false), (idle, GroupState.Empty, true)], described.Select(static each => (each.Group, each.State, each.IsIdle)));
        Assert.All(described, static each => Assert.Equal((GroupKind.Classic, null), (each.Kind, each.Error)));
        var member = Assert.Single(described[1].Members);
        Assert.Equal(("reader-7", true, true), (member.ClientId, member.MemberId.StartsWith("reader-7", StringComparison.Ordinal), member.Host.Contains("127.0.0.1", StringComparison.Ordinal)));
        Assert.Equal([(0, "UNKNOWN_MEMBER_ID"), (1, null)], committed.Select(static each => (each.Changed, each.Failures.Values.SingleOrDefault()?.Name)));
        Assert.Equal([(0, "GROUP_SUBSCRIBED_TO_TOPIC"), (1, null), (0, "GROUP_ID_NOT_FOUND")], deleted.Select(static each => (each.Changed, each.Failures.Values.SingleOrDefault()?.Name)));
        Assert.Contains(new ListedGroup(busy, GroupKind.Classic, GroupState.Stable), listed);
        Assert.DoesNotContain(listed, each => each.Group == nobody);
        await reader.LeaveAsync();
        var left = Assert.Single(await ThreeBrokers.UntilAsync(() => client.DescribeAsync([busy], default), static answer => answer[0].IsIdle));
        Assert.Empty(left.Members);
        Assert.Empty((await client.FetchAsync([idle], default))[0].Offsets.Offsets);
        Assert.Equal(1, Assert.Single(await client.CommitAsync([Commit(busy, topic)], 50, ThreeBrokers.Deadline, default)).Changed);
    }

    [RealKafkaFact]
    public async Task Groups_of_the_newer_protocol_are_listed_described_and_refuse_while_they_have_members()
    {
        var broker = await KafkaBroker.SharedAsync();
        var (topic, group) = (await broker.CreateTopicAsync(), KafkaBroker.NewTopicName("kip-848"));
        await using var client = ConsumerGroups.Open(broker.Connection);
        var consuming = broker.ToolAsync(
            "console-consumer", "--topic", topic, "--group", group, "--max-messages", "1", "--timeout-ms", "60000", "--consumer-property", "group.protocol=consumer", "--consumer-property", "client.id=newer");

        var described = (await ThreeBrokers.UntilAsync(() => client.DescribeAsync([group], default), static answer => answer[0].State == GroupState.Stable))[0];
        var committed = Assert.Single(await client.CommitAsync([Commit(group, topic)], 50, ThreeBrokers.Deadline, default));
        var listed = (await client.ListAsync(default)).Single(each => each.Group == group);

        Assert.Equal((GroupKind.Consumer, "newer", false), (described.Kind, Assert.Single(described.Members).ClientId, described.IsIdle));
        Assert.Equal(0, committed.Changed);
        Assert.Contains("has members", Assert.Single(committed.Failures).Value.Reason, StringComparison.Ordinal);
        Assert.Equal(new ListedGroup(group, GroupKind.Consumer, GroupState.Stable), listed);
        await ProduceAsync(broker, topic);
        await consuming;
        var after = (await ThreeBrokers.UntilAsync(() => client.DescribeAsync([group], default), static answer => answer[0].IsIdle))[0];
        Assert.Equal((GroupKind.Consumer, GroupState.Empty), (after.Kind, after.State));
        Assert.Equal(1, Assert.Single(await client.CommitAsync([Commit(group, topic)], 50, ThreeBrokers.Deadline, default)).Changed);
    }

    [RealKafkaFact]
    public async Task A_partition_that_does_not_exist_is_refused_and_its_neighbour_is_committed_with_words_and_epoch()
    {
        var broker = await KafkaBroker.SharedAsync();
        var (topic, group, nobody) = (await broker.CreateTopicAsync(), KafkaBroker.NewTopicName("group"), KafkaBroker.NewTopicName("nobody"));
        await using var client = ConsumerGroups.Open(broker.Connection);
        var offsets = new Dictionary<TargetPartition, CommittedOffset> { [new(topic, 9)] = new(5), [new(topic, 0)] = new(5, "mine", 2) };

        var committed = Assert.Single(await client.CommitAsync([new(group, offsets)], 50, ThreeBrokers.Deadline, default));
        var fetched = await client.FetchAsync([nobody, group], default);

        var (missing, failure) = Assert.Single(committed.Failures);
        Assert.Equal((1, new TargetPartition(topic, 9), "UNKNOWN_TOPIC_OR_PARTITION", false), (committed.Changed, missing, failure.Name, failure.IsAmbiguous));
        Assert.Contains($"{topic}/9", failure.Reason, StringComparison.Ordinal);
        Assert.All(fetched, static each => Assert.True(each.IsWhole));
        Assert.Empty(fetched[0].Offsets.Offsets);
        Assert.Equal([KeyValuePair.Create(new TargetPartition(topic, 0), new CommittedOffset(5, "mine", 2))], fetched[1].Offsets.Offsets);
    }

    [RealKafkaFact]
    public async Task Words_that_are_too_long_are_refused_by_name()
    {
        var broker = await KafkaBroker.SharedAsync();
        var (topic, group) = (await broker.CreateTopicAsync(partitions: 2), KafkaBroker.NewTopicName("wordy"));
        await using var client = ConsumerGroups.Open(broker.Connection);
        var offsets = new Dictionary<TargetPartition, CommittedOffset> { [new(topic, 0)] = new(5, new string('x', 5_000)), [new(topic, 1)] = new(5, "short") };

        var committed = Assert.Single(await client.CommitAsync([new(group, offsets)], 50, ThreeBrokers.Deadline, default));

        Assert.Equal((1, "OFFSET_METADATA_TOO_LARGE"), (committed.Changed, Assert.Single(committed.Failures).Value.Name));
    }

    [RealKafkaFact]
    public async Task A_group_of_more_partitions_than_one_record_batch_holds_is_committed_whole()
    {
        const int many = 2_500;
        var broker = await KafkaBroker.SharedAsync();
        var (topic, group) = (await broker.CreateTopicAsync(), KafkaBroker.NewTopicName("wide"));
        await using var client = ConsumerGroups.Open(broker.Connection);
        var offsets = Enumerable.Range(0, many).ToDictionary(i => new TargetPartition(topic, i), static i => new CommittedOffset(i));

        var committed = Assert.Single(await client.CommitAsync([new(group, offsets)], 50, ThreeBrokers.Deadline, default));

        // One partition exists; each of the others has been asked for and has its own answer.
        Assert.Equal((1, many - 1), (committed.Changed, committed.Failures.Count));
        Assert.All(committed.Failures.Values, static failure => Assert.Equal("UNKNOWN_TOPIC_OR_PARTITION", failure.Name));
    }

    [RealKafkaFact]
    public async Task Ranges_and_offsets_by_time_are_told_and_what_does_not_exist_is_absent()
    {
        const long time = 1_700_000_000_000;
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync(partitions: 3);
        await ProduceAsync(broker, topic, time, time + 10, time + 20);
        await using var client = ConsumerGroups.Open(broker.Connection);
        TargetPartition full = new(topic, 0), empty = new(topic, 1), missing = new(topic, 9), nowhere = new(KafkaBroker.NewTopicName("missing"), 0);

        var ranges = await client.ReadRangesAsync([full, missing, empty, nowhere], default);
        var offsets = await client.FindByTimeAsync(new Dictionary<TargetPartition, long> { [full] = time + 1, [empty] = time, [missing] = time }, default);
        var late = await client.FindByTimeAsync(new Dictionary<TargetPartition, long> { [full] = time + 21 }, default);

        Assert.Equal([(full, 0L, 3L), (empty, 0L, 0L)], ranges.OrderBy(static range => range.Key.Partition).Select(static range => (range.Key, range.Value.LogStart, range.Value.End)));
        Assert.Equal([(full, 1L), (empty, (long?)null)], offsets.OrderBy(static offset => offset.Key.Partition).Select(static offset => (offset.Key, offset.Value)));
        Assert.Null(Assert.Single(late).Value);
    }

    [KafkaLauncherFact]
    public async Task Groups_of_every_broker_are_listed_and_a_broker_that_is_silent_is_an_error_and_no_shorter_list()
    {
        var broker = await three.ClusterAsync();
        var (topic, prefix) = (await broker.CreateTopicAsync(), KafkaBroker.NewTopicName("spread"));
        await using var before = ThreeBrokers.Groups(broker);
        await before.CommitAsync(Commits(prefix, topic, 40, 1), 50, ThreeBrokers.Deadline, default);
        var listed = (await before.ListAsync(default)).Where(each => each.Group.StartsWith(prefix, StringComparison.Ordinal)).ToList();
        await broker.PauseAsync(3);
        try
        {
            await using var client = new WireConsumerGroups(
                broker.Connection, null, TimeProvider.System, new TargetClusterOptions { RequestDeadline = TimeSpan.FromSeconds(2) });

            var silent = await Assert.ThrowsAsync<RestoreException>(() => client.ListAsync(default));

            Assert.Equal(ErrorCodes.TargetUnreachable, silent.Code);
        }
        finally
        {
            await broker.ResumeAsync(3);
        }

        Assert.Equal(40, listed.Count);
        Assert.Equal(listed.OrderBy(static each => each.Group, StringComparer.Ordinal), listed);
    }

    private static async Task CommitManyAsync(KafkaBroker broker)
    {
        var topic = await broker.CreateTopicAsync(Partitions);
        var prefix = KafkaBroker.NewTopicName("many");
        var groups = Commits(prefix, topic, Groups, Partitions);
        string[] names = [.. groups.Select(static group => group.Group)];
        await using var client = ConsumerGroups.Open(broker.Connection);
        await client.ConnectAsync(default);

        var committed = await client.CommitAsync(groups, 50, ThreeBrokers.Deadline, default);
        var fetched = await client.FetchAsync([.. names.Reverse()], default);
        var described = await client.DescribeAsync(names, default);

        Assert.Equal(names.Select(static name => (name, Partitions, 0)), committed.Select(static each => (each.Group, each.Changed, each.Failures.Count)));
        Assert.Equal(groups.Reverse().SelectMany(Expected), fetched.SelectMany(static each => Expected(each.Offsets)));
        Assert.Equal(names.Select(static name => (name, GroupKind.Classic, true)), described.Select(static each => (each.Group, each.Kind, each.IsIdle)));
        var tool = await broker.ToolAsync("consumer-groups", "--describe", "--all-groups", "--offsets", "--timeout", "60000");
        Assert.Equal(groups.SelectMany(Expected).ToHashSet(), Rows(tool).Where(row => row.Group.StartsWith(prefix, StringComparison.Ordinal)).ToHashSet());
    }

    private static GroupOffsets[] Commits(string prefix, string topic, int groups, int partitions) =>
    [
        .. Enumerable.Range(0, groups).Select(group => new GroupOffsets(
            $"{prefix}-{group:000}",
            Enumerable.Range(0, partitions).ToDictionary(partition => new TargetPartition(topic, partition), partition => new CommittedOffset((10 * group) + partition)))),
    ];

    private static GroupOffsets Commit(string group, string topic) => new(group, new Dictionary<TargetPartition, CommittedOffset> { [new(topic, 0)] = new(0) });

    private static KeyValuePair<string, IReadOnlyCollection<TargetPartition>> Deletion(string group, string topic) => new(group, [new(topic, 0)]);

    private static IEnumerable<(string Group, TargetPartition Partition, long Offset)> Expected(GroupOffsets group) =>
        group.Offsets.OrderBy(static each => each.Key.Partition).Select(each => (group.Group, each.Key, each.Value.Offset));

    private static async Task ProduceAsync(KafkaBroker broker, string topic, params long[] times)
    {
        using var producer = new Confluent.Kafka.ProducerBuilder<byte[], byte[]>(new Confluent.Kafka.ProducerConfig { BootstrapServers = broker.BootstrapServers }).SetLogHandler(static (_, _) => { }).Build();
        foreach (var time in times.DefaultIfEmpty(1))
        {
            await producer.ProduceAsync(
                new Confluent.Kafka.TopicPartition(topic, 0), new Confluent.Kafka.Message<byte[], byte[]> { Value = [65], Timestamp = new Confluent.Kafka.Timestamp(time, Confluent.Kafka.TimestampType.CreateTime) });
        }
    }

    // GROUP TOPIC PARTITION CURRENT-OFFSET ..., a heading before each group.
    private static IEnumerable<(string Group, TargetPartition Partition, long Offset)> Rows(string tool) =>
        from line in tool.Split('\n')
        let words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        where words.Length > 3 && int.TryParse(words[2], CultureInfo.InvariantCulture, out _)
        select (words[0], new TargetPartition(words[1], int.Parse(words[2], CultureInfo.InvariantCulture)), long.Parse(words[3], CultureInfo.InvariantCulture));
}
