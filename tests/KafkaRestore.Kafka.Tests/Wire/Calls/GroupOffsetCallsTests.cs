using System.Globalization;
using KafkaRestore.Kafka.Wire;
using KafkaRestore.Kafka.Wire.Calls;
using KafkaRestore.Kafka.Wire.Protocol;
using KafkaRestore.Testing;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Tests.Wire.Calls;

[Collection(ThreeBrokersCollection.Name)]
public sealed class GroupOffsetCallsTests(ThreeBrokers three)
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
        await new GroupOffsetCalls(before, TimeProvider.System).CommitAsync(groups, ThreeBrokers.Deadline, default);
        var coordinators = (await before.FindCoordinatorsAsync(CoordinatorKind.Group, [.. groups.Select(group => group.Group)], default)).Select(found => found.Broker!).ToList();
        var victim = coordinators.First(address => address.Id != 1);
        var kill = new Lazy<Task>(() => broker.KillAsync(victim.Id));

        // Only who was told that the victim coordinates something connects to it.
        await using var cluster = ThreeBrokers.Client(broker, onDial: port => port == victim.Port ? kill.Value : Task.CompletedTask);
        try
        {
            var committed = await new GroupOffsetCalls(cluster, TimeProvider.System).CommitAsync(groups, ThreeBrokers.Deadline, default);

            Assert.True(kill.IsValueCreated);
            Assert.Equal(groups.Select(group => (group.Group, ErrorCode.NoError)), committed.Select(each => (each.Group, each.Error)));
            var fetched = await new GroupOffsetCalls(cluster, TimeProvider.System).FetchAsync([.. groups.Select(group => new OffsetFetchGroup(group.Group, null))], true, ThreeBrokers.Deadline, default);
            Assert.Equal(groups.SelectMany(Expected), fetched.SelectMany(Seen));
            var after = await cluster.FindCoordinatorsAsync(CoordinatorKind.Group, [.. groups.Select(group => group.Group)], default);
            Assert.DoesNotContain(victim.Id, after.Select(found => found.Broker!.Id));
        }
        finally
        {
            await ThreeBrokers.ReviveAsync(broker, victim.Id);
        }
    }

    [KafkaLauncherFact]
    public async Task A_group_with_members_refuses_and_its_neighbours_do_not()
    {
        var broker = await three.ClusterAsync();
        var topic = await broker.CreateTopicAsync();
        var (busy, idle) = (KafkaBroker.NewTopicName("busy"), KafkaBroker.NewTopicName("idle"));
        await using var cluster = ThreeBrokers.Client(broker);
        var calls = new GroupOffsetCalls(cluster, TimeProvider.System);
        var consuming = broker.ToolAsync("console-consumer", "--topic", topic, "--group", busy, "--max-messages", "1");

        var committed = await ThreeBrokers.UntilAsync(
            () => calls.CommitAsync([new(busy, [new(new(topic, 0), 0)]), new(idle, [new(new(topic, 0), 0)])], ThreeBrokers.Deadline, default),
            answer => answer[0].Error != ErrorCode.NoError);

        Assert.Equal([ErrorCode.UnknownMemberId, ErrorCode.NoError], committed.Select(each => each.Error));
        Assert.Equal([new(new(topic, 0), ErrorCode.UnknownMemberId)], committed[0].Partitions);
        using (var producer = new Confluent.Kafka.ProducerBuilder<byte[], byte[]>(new Confluent.Kafka.ProducerConfig { BootstrapServers = broker.BootstrapServers }).SetLogHandler((_, _) => { }).Build())
        {
            await producer.ProduceAsync(topic, new Confluent.Kafka.Message<byte[], byte[]> { Value = [65] });
        }

        await consuming;
        Assert.Equal(ErrorCode.NoError, Assert.Single(await calls.CommitAsync([new(busy, [new(new(topic, 0), 0)])], ThreeBrokers.Deadline, default)).Error);
    }

    [RealKafkaFact]
    public async Task A_partition_that_does_not_exist_is_refused_and_its_neighbour_is_committed()
    {
        var broker = await KafkaBroker.SharedAsync();
        var (topic, group, nobody) = (await broker.CreateTopicAsync(), KafkaBroker.NewTopicName("group"), KafkaBroker.NewTopicName("nobody"));
        await using var cluster = ThreeBrokers.Client(broker);
        var calls = new GroupOffsetCalls(cluster, TimeProvider.System);

        var committed = Assert.Single(await calls.CommitAsync([new(group, [new(new(topic, 9), 5), new(new(topic, 0), 5, 2, "mine")])], ThreeBrokers.Deadline, default));
        var fetched = await calls.FetchAsync([new(nobody, null), new(group, null), new(nobody + "-2", [new(topic, 0)])], requireStable: false, ThreeBrokers.Deadline, default);

        Assert.Equal(ErrorCode.UnknownTopicOrPart, committed.Error);
        Assert.Equal([new(new(topic, 9), ErrorCode.UnknownTopicOrPart), new(new(topic, 0), ErrorCode.NoError)], committed.Partitions);
        Assert.Equal([(nobody, 0), (group, 1), (nobody + "-2", 1)], fetched.Select(each => (each.Group, each.Partitions.Count)));
        Assert.All(fetched, each => Assert.Equal(ErrorCode.NoError, each.Error));
        Assert.Equal([new OffsetFetchPartitionResult(new(topic, 0), ErrorCode.NoError, 5, 2, "mine")], fetched[1].Partitions);
        Assert.Equal(-1, fetched[2].Partitions[0].Offset);
    }

    [Fact]
    public async Task What_contradicts_itself_is_refused_before_anything_is_asked()
    {
        await using var cluster = new WireCluster(new KafkaConnectionOptions { BootstrapServers = ["127.0.0.1:1"] });
        var calls = new GroupOffsetCalls(cluster, TimeProvider.System);
        var partition = new TargetPartition("t", 0);

        await Assert.ThrowsAsync<ArgumentException>(() => calls.CommitAsync([new("g", []), new("g", [])], ThreeBrokers.Deadline, default));
        await Assert.ThrowsAsync<ArgumentException>(() => calls.CommitAsync([new("g", [new(partition, 1), new(partition, 2)])], ThreeBrokers.Deadline, default));
        await Assert.ThrowsAsync<ArgumentException>(() => calls.FetchAsync([new("g", null), new("g", null)], true, ThreeBrokers.Deadline, default));
        await Assert.ThrowsAsync<ArgumentException>(() => calls.FetchAsync([new("g", [partition, partition])], true, ThreeBrokers.Deadline, default));
        Assert.Empty(await calls.CommitAsync([], ThreeBrokers.Deadline, default));
    }

    private static async Task CommitManyAsync(KafkaBroker broker)
    {
        var topic = await broker.CreateTopicAsync(Partitions);
        var prefix = KafkaBroker.NewTopicName("many");
        var groups = Commits(prefix, topic, Groups, Partitions);
        await using var cluster = ThreeBrokers.Client(broker);
        var calls = new GroupOffsetCalls(cluster, TimeProvider.System);

        var committed = await calls.CommitAsync(groups, ThreeBrokers.Deadline, default);
        var all = await calls.FetchAsync([.. groups.Select(group => new OffsetFetchGroup(group.Group, null))], requireStable: true, ThreeBrokers.Deadline, default);
        var some = await calls.FetchAsync([.. groups.Select(group => new OffsetFetchGroup(group.Group, [new(topic, 2)]))], requireStable: false, ThreeBrokers.Deadline, default);

        Assert.Equal(groups.Select(group => (group.Group, ErrorCode.NoError)), committed.Select(each => (each.Group, each.Error)));
        Assert.All(committed, each => Assert.Equal(Partitions, each.Partitions.Count(partition => partition.Error == ErrorCode.NoError)));
        Assert.Equal(groups.SelectMany(Expected), all.SelectMany(Seen));
        Assert.Equal(groups.SelectMany(Expected).Where(each => each.Partition.Partition == 2), some.SelectMany(Seen));
        var tool = await broker.ToolAsync("consumer-groups", "--describe", "--all-groups", "--offsets", "--timeout", "60000");
        Assert.Equal(groups.SelectMany(Expected).ToHashSet(), Rows(tool).Where(row => row.Group.StartsWith(prefix, StringComparison.Ordinal)).ToHashSet());
    }

    private static OffsetCommitGroup[] Commits(string prefix, string topic, int groups, int partitions) =>
    [
        .. Enumerable.Range(0, groups).Select(group => new OffsetCommitGroup(
            $"{prefix}-{group:000}",
            [.. Enumerable.Range(0, partitions).Select(partition => new OffsetCommitPartition(new(topic, partition), (10 * group) + partition))])),
    ];

    private static IEnumerable<(string Group, TargetPartition Partition, long Offset)> Expected(OffsetCommitGroup group) =>
        group.Offsets.Select(offset => (group.Group, offset.Partition, offset.Offset));

    private static IEnumerable<(string Group, TargetPartition Partition, long Offset)> Seen(OffsetFetchGroupResult group) =>
        group.Partitions.OrderBy(each => each.Partition.Partition).Select(each => (group.Group, each.Partition, each.Offset));

    // GROUP TOPIC PARTITION CURRENT-OFFSET ..., a heading before each group.
    private static IEnumerable<(string Group, TargetPartition Partition, long Offset)> Rows(string tool) =>
        from line in tool.Split('\n')
        let words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        where words.Length > 3 && int.TryParse(words[2], CultureInfo.InvariantCulture, out _)
        select (words[0], new TargetPartition(words[1], int.Parse(words[2], CultureInfo.InvariantCulture)), long.Parse(words[3], CultureInfo.InvariantCulture));
}
