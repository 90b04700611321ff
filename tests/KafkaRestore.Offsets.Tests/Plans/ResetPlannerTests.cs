using KafkaRestore.Engine.OffsetMaps;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Offsets.Plans;
using KafkaRestore.Offsets.Sources;
using KafkaRestore.Offsets.Translation;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;
using static KafkaRestore.Offsets.Tests.Support.Maps;

namespace KafkaRestore.Offsets.Tests.Plans;

public sealed class ResetPlannerTests
{
    private readonly InMemoryGroups _target = new();

    private async Task<GroupPlan> PlanAsync(Engine.OffsetMaps.Sets.OffsetMapSet maps, SourceGroup group, bool offline = false)
    {
        var plan = await new ResetPlanner(new MapTranslation(maps), offline ? null : _target, TimeProvider.System).PlanAsync(From(group), "shop", ["a:1"], default);
        return Assert.Single(plan.Groups);
    }

    private void Log(string topic, int partition, long start, long end) => _target.Ranges[new TargetPartition(topic, partition)] = new PartitionRange(start, end);

    [Fact]
    public async Task What_the_group_has_now_stands_in_the_plan()
    {
        Log("t", 0, 0, 50);
        Log("t", 1, 0, 50);
        _target.Commit("g", ("t", 0, 7));
        var group = await PlanAsync(Set(await MapAsync("t/0", "t/0", new OffsetRun(0, 0, 50)), await MapAsync("t/1", "t/1", new OffsetRun(0, 0, 50))), Group("g", ("t/0", 20), ("t/1", 21)));
        Assert.Equal([(20L, 7L), (21L, PlannedOffset.NoCommit)], group.Offsets.Select(offset => (offset.Offset, offset.CurrentOffset!.Value)));
        Assert.True(group.IsComplete);
    }

    [Theory]
    [InlineData(10, 100, 10)] // retention at the target has taken the first ones
    [InlineData(0, 5, 5)] // the target was cut off
    public async Task An_offset_that_the_log_does_not_reach_is_clamped_and_said(long start, long end, long expected)
    {
        Log("t", 0, start, end);
        var offset = Assert.Single((await PlanAsync(Set(await MapAsync("t/0", "t/0", new OffsetRun(0, 0, 50))), Group("g", ("t/0", 7)))).Offsets);
        Assert.Equal((expected, (long?)7), (offset.Offset, offset.ClampedFrom));
    }

    [Fact]
    public async Task A_partition_without_a_restored_record_begins_with_whatever_stands_in_it()
    {
        Log("t", 0, 0, 50);
        Log("t", 1, 3, 9);
        var group = await PlanAsync(Set(await MapAsync("t/0", "t/0", new OffsetRun(0, 0, 50))), Group("g", ("t/1", 800)));
        var offset = Assert.Single(group.Offsets);
        Assert.Equal((3L, false, (long?)null), (offset.Offset, offset.IsEnd, offset.ClampedFrom));
    }

    [Fact]
    public async Task A_partition_that_the_target_lacks_is_missing_and_named()
    {
        var group = await PlanAsync(Set(await MapAsync("t/0", "t/0", new OffsetRun(0, 0, 50))), Group("g", ("t/0", 8)));
        Assert.Empty(group.Offsets);
        Assert.Contains("t/0 does not exist", Assert.Single(group.Missing).Reason, StringComparison.Ordinal);
        Assert.False(group.IsComplete);
    }

    [Fact]
    public async Task Words_of_a_commit_are_kept_unless_several_sources_disagree()
    {
        Log("t", 0, 0, 50);
        Log("u", 0, 0, 50);
        var maps = Set(await MapAsync("a/0", "t/0", new OffsetRun(0, 0, 5)), await MapAsync("b/0", "t/0", new OffsetRun(0, 5, 5)), await MapAsync("u/0", "u/0", new OffsetRun(0, 0, 5)));
        SourceCommit[] commits = [new(Partition("a/0"), 1, "one"), new(Partition("b/0"), 1, "two"), new(Partition("u/0"), 1, "three")];
        var group = await PlanAsync(maps, new SourceGroup("g", commits));
        Assert.Equal([null, "three"], group.Offsets.Select(offset => offset.Metadata));
    }

    [Fact]
    public async Task Without_the_target_nothing_is_clamped_and_nothing_guessed()
    {
        var group = await PlanAsync(Set(await MapAsync("t/0", "t/0", new OffsetRun(0, 0, 50))), Group("g", ("t/0", 8), ("t/1", 4)), offline: true);
        Assert.Equal((8L, (long?)null), (Assert.Single(group.Offsets).Offset, group.Offsets[0].CurrentOffset));
        Assert.Equal("t/1", Assert.Single(group.Missing).Commit.Partition.ToString());
    }

    [Fact]
    public async Task A_group_that_cannot_be_read_ends_the_planning()
    {
        Log("t", 0, 0, 50);
        _target.GroupFailures["g"] = new GroupFailure(30, "GROUP_AUTHORIZATION_FAILED", "no right DESCRIBE on group 'g'");
        var maps = Set(await MapAsync("t/0", "t/0", new OffsetRun(0, 0, 50)));
        var failure = await Assert.ThrowsAsync<RestoreException>(() => PlanAsync(maps, Group("g", ("t/0", 8))));
        Assert.Equal((ErrorCodes.GroupUnreadable, "g"), (failure.Code, failure.Where));
        Assert.Contains("DESCRIBE", failure.Message, StringComparison.Ordinal);
    }
}
