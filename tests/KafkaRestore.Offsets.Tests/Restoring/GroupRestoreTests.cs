using KafkaRestore.Engine.Preflight;
using KafkaRestore.Engine.Reporting;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Offsets.Restoring;
using KafkaRestore.Records.Errors;
using static KafkaRestore.Offsets.Tests.Support.Maps;

namespace KafkaRestore.Offsets.Tests.Restoring;

public sealed class GroupRestoreTests : IDisposable
{
    private readonly RestoreStage _stage = new();

    public void Dispose() => _stage.Dispose();

    [Fact]
    public async Task A_group_is_reset_when_its_lanes_are_done_and_the_others_still_run()
    {
        _stage.Sources = From(Group("early", ("a/0", 3)), Group("late", ("a/0", 1), ("b/0", 2)));
        var following = await _stage.BeginAsync();
        _stage.Done("a");
        Assert.Equal("early", await _stage.NextCommitAsync());
        _stage.Done("b");
        _stage.EndRun(RestoreStatus.Done);
        var report = await following;
        Assert.Equal([ConsumerGroupState.Reset, ConsumerGroupState.Reset], report.Groups.Select(group => group.State));
        Assert.True(report.IsDone);
        Assert.Equal(3, _stage.Committed("early", "a", 0));
        Assert.Equal((1, 2), (_stage.Committed("late", "a", 0), _stage.Committed("late", "b", 0)));
    }

    [Fact]
    public async Task With_all_done_no_group_is_reset_before_the_end()
    {
        _stage.Options = _stage.Options with { When = ResetTime.AllDone };
        _stage.Sources = From(Group("early", ("a/0", 3)));
        var following = await _stage.BeginAsync();
        _stage.Done("a");
        _stage.EndRun(RestoreStatus.Partial);
        var report = await following;
        Assert.Equal(ConsumerGroupState.Waiting, Assert.Single(report.Groups).State);
        Assert.False(report.IsDone);
        Assert.Empty(_stage.Target.Committed);
    }

    [Fact]
    public async Task What_a_failed_lane_feeds_waits_and_says_for_what()
    {
        _stage.Sources = From(Group("g", ("a/0", 3), ("b/0", 1)));
        var following = await _stage.BeginAsync();
        _stage.Done("a");
        _stage.EndRun(RestoreStatus.Partial);
        var group = Assert.Single((await following).Groups);
        Assert.Equal((ConsumerGroupState.Waiting, "b/0 is not restored"), (group.State, Assert.Single(group.Errors)));
    }

    [Fact]
    public async Task A_group_that_fails_under_way_is_tried_again_at_the_end()
    {
        _stage.Sources = From(Group("g", ("a/0", 3)));
        _stage.Failing.Add("g");
        var following = await _stage.BeginAsync();
        _stage.Done("a");
        Assert.Equal("g", await _stage.NextCommitAsync());
        _stage.Failing.Clear();
        _stage.Done("b");
        _stage.EndRun(RestoreStatus.Done);
        Assert.Equal(ConsumerGroupState.Reset, Assert.Single((await following).Groups).State);
    }

    [Fact]
    public async Task What_was_reset_is_not_touched_by_the_next_run()
    {
        _stage.Sources = From(Group("g", ("a/0", 3)));
        Assert.True((await _stage.RunAsync()).IsDone);
        _stage.Target.Commit("g", ("a", 0, 9)); // the application goes on
        _stage.Restart();
        var group = Assert.Single((await _stage.FinishAsync()).Groups);
        Assert.Equal((ConsumerGroupState.ResetBefore, 9), (group.State, _stage.Committed("g", "a", 0)));
    }

    [Fact]
    public async Task A_group_that_an_earlier_run_has_reset_may_have_members_again()
    {
        _stage.Sources = From(Group("g", ("a/0", 3)), Group("late", ("b/0", 1)));
        _stage.Failing.Add("late");
        Assert.False((await _stage.RunAsync()).IsDone);
        _stage.Failing.Clear();
        _stage.Target.Members["g"] = [new GroupMember("m-1", "billing-app", "/10.0.0.7")];
        _stage.Restart();
        Assert.Contains("1 consumer group(s)", Assert.Single((await _stage.CheckAsync()).Findings).What, StringComparison.Ordinal);
        Assert.Equal([ConsumerGroupState.ResetBefore, ConsumerGroupState.Reset], (await _stage.FinishAsync()).Groups.Select(group => group.State));
    }

    [Theory]
    [InlineData(null, ConsumerGroupState.Reset, 3)] // killed before the commit
    [InlineData(3L, ConsumerGroupState.Reset, 3)] // killed behind it
    [InlineData(7L, ConsumerGroupState.Moved, 7)] // and the application has gone on since
    public async Task A_run_that_died_between_journal_and_commit_is_gone_on_with(long? now, ConsumerGroupState state, long expected)
    {
        _stage.Sources = From(Group("g", ("a/0", 3)));
        _stage.DieBeforeCommit = true;
        await Assert.ThrowsAsync<InvalidOperationException>(_stage.RunAsync);
        if (now is { } offset)
        {
            _stage.Target.Commit("g", ("a", 0, offset));
        }

        _stage.DieBeforeCommit = false;
        _stage.Restart();
        var report = await _stage.FinishAsync();
        Assert.Equal(state, Assert.Single(report.Groups).State);
        Assert.Equal(state == ConsumerGroupState.Reset, report.IsDone);
        Assert.Equal(expected, _stage.Committed("g", "a", 0));
    }

    [Fact]
    public async Task Manual_plans_and_commits_nothing()
    {
        _stage.Options = new GroupRestoreOptions { Strategy = GroupStrategy.Manual };
        _stage.Sources = From(Group("g", ("a/0", 3)));
        var report = await _stage.RunAsync();
        Assert.Equal((ConsumerGroupState.Planned, true, "plan.json"), (Assert.Single(report.Groups).State, report.IsDone, report.Plan));
        Assert.Empty(_stage.Target.Committed);
    }

    [Fact]
    public async Task A_plan_that_cannot_be_written_fails_its_groups_and_not_the_run()
    {
        _stage.Options = new GroupRestoreOptions { Strategy = GroupStrategy.Manual };
        _stage.Sources = From(Group("g", ("a/0", 3)));
        _stage.PlanFailure = new RestoreException(ErrorCodes.OutputNotWritten, "no room", "/plans");
        var report = await _stage.RunAsync();
        var group = Assert.Single(report.Groups);
        Assert.Equal((ConsumerGroupState.Failed, false, (string?)null), (group.State, report.IsDone, report.Plan));
        Assert.Contains("no room", Assert.Single(group.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_target_that_cannot_be_asked_fails_the_groups_and_not_the_run()
    {
        _stage.Sources = From(Group("g", ("a/0", 3)));
        _stage.Target.GroupFailures["g"] = new GroupFailure(16, "NOT_COORDINATOR", "the coordinator is away");
        var group = Assert.Single((await _stage.RunAsync(check: false)).Groups);
        Assert.Equal(ConsumerGroupState.Failed, group.State);
        Assert.Contains("coordinator is away", Assert.Single(group.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_named_group_that_is_not_there_refuses_the_run()
    {
        _stage.Options = _stage.Options with { All = false, Reset = true, Groups = ["g", "billing", "audit-*"] };
        _stage.Sources = From(Group("g", ("a/0", 3)));
        var errors = (await _stage.CheckAsync()).Findings.Where(finding => finding.Severity == Severity.Error).ToList();
        Assert.Equal([ErrorCodes.GroupNotFound, ErrorCodes.GroupNotFound], errors.Select(error => error.Code!));
        Assert.Contains("billing", errors[0].What, StringComparison.Ordinal);
        Assert.Contains("audit-*", errors[1].What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_origin_without_groups_refuses_the_run()
    {
        _stage.Sources = From();
        Assert.Same(FindingKinds.GroupMissing, Assert.Single((await _stage.CheckAsync()).Findings).Kind);
    }

    [Fact]
    public async Task A_group_that_has_committed_nothing_refuses_the_run_when_it_is_named_and_is_left_out_when_a_pattern_means_it()
    {
        _stage.Sources = From(Group("g", ("a/0", 3)), Group("idle"));
        Assert.Equal([Severity.Warning, Severity.Info], (await _stage.CheckAsync()).Findings.Select(finding => finding.Severity));

        _stage.Options = _stage.Options with { Groups = ["idle"] };
        var error = Assert.Single((await _stage.CheckAsync()).Findings, finding => finding.Severity == Severity.Error);
        Assert.Equal((FindingKinds.GroupNothing, ErrorCodes.NothingSelected), (error.Kind, error.Code));
        Assert.Contains("the group idle has committed nothing", error.What, StringComparison.Ordinal);

        _stage.Options = _stage.Options with { Groups = [] };
        _stage.Sources = From(Group("idle"));
        Assert.Same(FindingKinds.GroupMissing, Assert.Single((await _stage.CheckAsync()).Findings, finding => finding.Severity == Severity.Error).Kind);
    }

    [Fact]
    public async Task An_origin_that_cannot_be_read_refuses_the_run()
    {
        _stage.SourceFailure = new RestoreException(ErrorCodes.GroupFileInvalid, "line 3 is no group", "groups.json");
        var finding = Assert.Single((await _stage.CheckAsync()).Findings);
        Assert.Equal((Severity.Error, FindingKinds.GroupOffsets, "groups.json"), (finding.Severity, finding.Kind, finding.Where));
    }

    [Fact]
    public async Task A_group_of_which_nothing_is_restored_refuses_the_run_and_one_of_which_a_part_is_warns()
    {
        _stage.Sources = From(Group("all", ("x/0", 1), ("x/1", 1)), Group("part", ("a/0", 1), ("x/0", 1)), Group("whole", ("a/0", 1), ("a/7", 1)));
        var findings = (await _stage.CheckAsync()).Findings;
        Assert.Equal([(Severity.Error, true), (Severity.Warning, false)], findings.Select(finding => (finding.Severity, finding.What.Contains("group all", StringComparison.Ordinal))));
        Assert.Contains("group part", findings[1].What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, Severity.Error)]
    [InlineData(60, Severity.Warning)]
    public async Task A_group_with_members_is_named_with_them(int wait, Severity severity)
    {
        _stage.Options = _stage.Options with { WaitForEmpty = TimeSpan.FromSeconds(wait) };
        _stage.Sources = From(Group("g", ("a/0", 3)));
        _stage.Target.Members["g"] = [new GroupMember("m-1", "billing-app", "/10.0.0.7")];
        var finding = (await _stage.CheckAsync()).Findings[0];
        Assert.Equal((severity, FindingKinds.GroupActive), (finding.Severity, finding.Kind));
        Assert.Contains("billing-app at 10.0.0.7", finding.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_that_we_may_not_commit_for_refuses_the_run()
    {
        _stage.Sources = From(Group("g", ("a/0", 3)));
        _stage.Target.Forbidden.Add("g");
        var finding = (await _stage.CheckAsync()).Findings[0];
        Assert.Equal((Severity.Error, ErrorCodes.TargetDenied), (finding.Severity, finding.Code));
        Assert.Contains("no right READ on group 'g'", finding.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_commit_that_has_no_place_makes_a_group_reset_in_part()
    {
        _stage.Sources = From(Group("g", ("a/0", 3), ("a/5", 9)));
        _stage.Target.Ranges.TryRemove(new TargetPartition("a", 5), out _);
        var report = await _stage.RunAsync();
        var group = Assert.Single(report.Groups);
        Assert.Equal((ConsumerGroupState.ResetInPart, false), (group.State, report.IsDone));
        Assert.Contains("a/5", Assert.Single(group.Missing), StringComparison.Ordinal);
    }
}
