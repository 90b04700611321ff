using KafkaRestore.Cluster.Groups;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;

namespace KafkaRestore.Cluster.Tests.Groups;

/// <summary>How consumer groups are shared out over silos, and what is done again where one is lost.</summary>
public sealed class GroupSharesTests
{
    private static readonly TargetPartition Partition = new("orders", 0);

    [Theory]
    [InlineData("", 0)]
    [InlineData("a", 47)]
    [InlineData("my-consumer-group", 13)]
    [InlineData("billing", 9)] // of a negative hash
    [InlineData("payments-app", 41)]
    public void A_group_has_the_partition_that_kafka_gives_it(string group, int partition) => Assert.Equal(partition, GroupShares.PartitionOf(group));

    [Theory]
    [InlineData(0, 3, 1)]
    [InlineData(19, 3, 1)]
    [InlineData(40, 3, 2)]
    [InlineData(500, 3, 3)]
    [InlineData(500, 0, 1)]
    public void Every_group_is_in_one_share_and_those_of_a_coordinator_are_together(int groups, int most, int shares)
    {
        IReadOnlyList<GroupOffsets> all = [.. Enumerable.Range(0, groups).Select(static number => Group($"group-{number}", 1))];

        var made = GroupShares.Of(all, most);

        Assert.Equal(shares, made.Count);
        Assert.Equal(all.Select(static group => group.Group).Order(), made.SelectMany(static share => share).Select(static group => group.Group).Order());
        Assert.All(
            made.SelectMany(static (share, number) => share.Select(group => (Partition: GroupShares.PartitionOf(group.Group), number))).GroupBy(static one => one.Partition),
            static together => Assert.Single(together.Select(static one => one.number).Distinct()));
    }

    [Theory]
    [InlineData(5L, 5L, true, false)] // nobody has committed it yet
    [InlineData(5L, 9L, false, false)] // the lost silo has
    [InlineData(null, null, true, false)]
    [InlineData(null, 9L, false, false)]
    [InlineData(5L, 12L, false, true)] // it has gone on by itself
    [InlineData(5L, 3L, false, true)]
    [InlineData(null, 12L, false, true)]
    [InlineData(9L, 9L, false, false)]
    public void Of_a_lost_share_is_done_again_what_nobody_has_done(long? before, long? now, bool isLeft, bool isAlone)
    {
        var failures = new Dictionary<string, IReadOnlyList<string>>();

        var left = LostShare.StillToDo([Group("billing", 9)], Read(before), Read(now), failures);

        Assert.Equal(isLeft, left.Count == 1);
        Assert.Equal(isAlone, failures.ContainsKey("billing"));
    }

    [Fact]
    public void One_that_cannot_be_read_is_left_to_whoever_commits()
    {
        var nothing = new Dictionary<string, GroupOffsets>();
        var failures = new Dictionary<string, IReadOnlyList<string>>();

        Assert.Single(LostShare.StillToDo([Group("billing", 9)], Read(5), nothing, failures));
        Assert.Single(LostShare.StillToDo([Group("billing", 9)], nothing, Read(12), failures));
        Assert.Empty(failures);
    }

    private static GroupOffsets Group(string name, long? offset) =>
        new(name, offset is { } known ? new Dictionary<TargetPartition, CommittedOffset> { [Partition] = new(known) } : []);

    private static Dictionary<string, GroupOffsets> Read(long? offset) => new() { ["billing"] = Group("billing", offset) };
}
