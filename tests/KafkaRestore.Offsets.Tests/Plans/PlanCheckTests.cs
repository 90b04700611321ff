using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Offsets.Plans;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;

namespace KafkaRestore.Offsets.Tests.Plans;

public sealed class PlanCheckTests
{
    private readonly InMemoryGroups _target = new();

    public PlanCheckTests()
    {
        _target.Ranges[new("t", 0)] = new PartitionRange(5, 50);
        _target.Commit("g", ("t", 0, 9));
    }

    private static OffsetResetPlan Plan(long offset, long? current, string cluster = "in-memory", int partition = 0) => new()
    {
        GeneratedAt = DateTimeOffset.UnixEpoch,
        Strategy = "map",
        TargetClusterId = cluster,
        Groups = [new GroupPlan("g", [new PlannedOffset { Target = new("t", partition), Offset = offset, CurrentOffset = current }], [])],
    };

    private Task<RestoreException> RefusedAsync(OffsetResetPlan plan, bool evenIfMoved = false) =>
        Assert.ThrowsAsync<RestoreException>(() => new PlanCheck(_target).RequireAsync(plan, evenIfMoved, default));

    [Fact]
    public async Task A_plan_that_fits_passes()
    {
        await new PlanCheck(_target).RequireAsync(Plan(5, current: 9), evenIfMoved: false, default);
        await new PlanCheck(_target).RequireAsync(Plan(50, current: 9), evenIfMoved: false, default);
    }

    [Fact]
    public async Task A_plan_for_another_cluster_is_refused() => Assert.Contains("c2", (await RefusedAsync(Plan(6, 9, cluster: "c2"))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(4)]
    [InlineData(51)]
    public async Task An_edited_offset_outside_of_the_log_is_refused_with_the_range(long offset)
    {
        var failure = await RefusedAsync(Plan(offset, 9));
        Assert.Same(ErrorCodes.OffsetOutOfRange, failure.Code);
        Assert.Contains($"g t/0: {offset} (it holds 5 to 50)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_partition_that_the_target_lacks_is_refused() => Assert.Same(ErrorCodes.TargetTopicMissing, (await RefusedAsync(Plan(6, 9, partition: 7))).Code);

    [Fact]
    public async Task A_group_that_has_moved_is_refused_unless_told()
    {
        var failure = await RefusedAsync(Plan(20, current: 8));
        Assert.Same(ErrorCodes.GroupMoved, failure.Code);
        Assert.Contains("g t/0: 8 then, 9 now", failure.Message, StringComparison.Ordinal);
        await new PlanCheck(_target).RequireAsync(Plan(20, current: 8), evenIfMoved: true, default);
    }

    [Fact]
    public async Task A_group_that_stands_where_the_plan_leads_has_not_moved() => await new PlanCheck(_target).RequireAsync(Plan(9, current: 8), evenIfMoved: false, default);

    [Fact]
    public async Task A_group_that_had_nothing_and_has_something_now_has_moved() =>
        Assert.Contains("none then, 9 now", (await RefusedAsync(Plan(20, PlannedOffset.NoCommit))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_plan_that_does_not_say_what_was_committed_is_not_held_against_it() => await new PlanCheck(_target).RequireAsync(Plan(20, current: null), evenIfMoved: false, default);

    [Fact]
    public async Task A_group_that_cannot_be_read_is_refused()
    {
        _target.GroupFailures["g"] = new GroupFailure(30, "GROUP_AUTHORIZATION_FAILED", "no right");
        Assert.Same(ErrorCodes.GroupUnreadable, (await RefusedAsync(Plan(20, 9))).Code);
    }
}
