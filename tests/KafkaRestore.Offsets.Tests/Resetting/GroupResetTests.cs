using System.Text.Json;
using System.Text.Json.Serialization;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Offsets.Resetting;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;

namespace KafkaRestore.Offsets.Tests.Resetting;

public sealed class GroupResetTests
{
    private static readonly GroupFailure Denied = new(30, "GROUP_AUTHORIZATION_FAILED", "no right DESCRIBE on group 'a'");
    private static readonly GroupFailure Missing = new(3, "UNKNOWN_TOPIC_OR_PARTITION", "the cluster has no partition t/1");
    private static readonly GroupMember Reader = new("m-1", "reader", "/10.0.0.7");
    private static readonly JsonSerializerOptions Snake = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) } };

    private readonly InMemoryGroups _cluster = new();

    [Fact]
    public async Task Every_group_is_saved_committed_and_read_back_in_that_order()
    {
        var asked = new List<string>();
        _cluster.Asked = (what, _) => asked.Add(what);
        _cluster.Commit("a", ("t", 0, 1), ("u", 5, 9));

        var report = await new GroupReset(_cluster).RunAsync([Wanted("a", 7, 8), Wanted("new", 3)], Save, default);

        Assert.Equal(["describe", "fetch", "save a=t/0:1,u/5:9 new=", "commit", "fetch"], asked);
        Assert.Equal((GroupResetStatus.Success, 2, 2, 0, 0, 3, 0, "s-1", false), Sum(report));
        Assert.Equal([("a", GroupOutcomeState.Reset, 2, 0), ("new", GroupOutcomeState.Reset, 1, 0)], report.GroupOutcomes.Select(Short));
        Assert.Equal([1 + 6, 8, 9], _cluster.Committed["a"].OrderBy(static each => each.Key.Topic).ThenBy(static each => each.Key.Partition).Select(static each => (int)each.Value.Offset));

        Task<string?> Save(IReadOnlyList<GroupOffsets> before, CancellationToken cancellationToken)
        {
            asked.Add($"save {string.Join(' ', before.Select(static group => $"{group.Group}={string.Join(',', group.Offsets.OrderBy(static each => each.Key.Topic).Select(static each => $"{each.Key}:{each.Value.Offset}"))}"))}");
            return Task.FromResult<string?>("s-1");
        }
    }

    [Fact]
    public async Task When_saving_fails_nothing_is_committed()
    {
        _cluster.Commit("a", ("t", 0, 1));
        var full = new RestoreException(ErrorCodes.DiskFull, "no room", "disk");

        var thrown = await Assert.ThrowsAsync<RestoreException>(() => new GroupReset(_cluster).RunAsync([Wanted("a", 7)], (_, _) => throw full, default));

        Assert.Same(full, thrown);
        Assert.Equal(1, _cluster.Committed["a"][new("t", 0)].Offset);
    }

    [Fact]
    public async Task A_group_with_members_is_left_alone_and_its_members_are_listed()
    {
        _cluster.Commit("a", ("t", 0, 1));
        _cluster.Members["a"] = [Reader];

        var report = await new GroupReset(_cluster).RunAsync([Wanted("a", 7), Wanted("b", 7)], null, default);

        Assert.Equal((GroupResetStatus.PartialSuccess, 2, 1, 1, 1, 1, 1, null, false), Sum(report));
        var active = report.GroupOutcomes[0];
        Assert.Equal((GroupOutcomeState.Skipped, "GROUP_ACTIVE"), (active.State, active.Problem?.Code));
        Assert.Contains("reader at 10.0.0.7", active.Problem!.Message, StringComparison.Ordinal);
        Assert.Equal([Reader], active.Members);
        Assert.Equal(1, _cluster.Committed["a"][new("t", 0)].Offset);
    }

    [Fact]
    public async Task A_group_with_members_is_waited_for_and_who_is_waited_for_is_said()
    {
        _cluster.Members["a"] = [Reader];
        var told = new List<GroupResetProgress>();
        var reset = new GroupReset(_cluster, new GroupResetOptions { WaitForEmpty = TimeSpan.FromMinutes(5) })
        {
            Progress = progress =>
            {
                told.Add(progress);
                if (progress.Step == GroupResetStep.Waiting)
                {
                    _cluster.Members.Clear();
                }
            },
        };

        var report = await reset.RunAsync([Wanted("a", 7), Wanted("b", 7)], null, default);

        Assert.Equal(GroupResetStatus.Success, report.Status);
        var waiting = Assert.Single(told, static progress => progress.Step == GroupResetStep.Waiting);
        Assert.Equal(("a", 1, 2), (Assert.Single(waiting.Waiting).Group, waiting.Done, waiting.Total));
        Assert.Contains("a (reader at 10.0.0.7)", waiting.ToString(), StringComparison.Ordinal);
        Assert.True(report.Times.Wait > TimeSpan.Zero);
    }

    [Fact]
    public async Task A_group_that_gets_members_while_another_is_waited_for_is_waited_for_too_and_each_wait_is_said_once()
    {
        _cluster.Members["a"] = [Reader];
        var told = new List<string>();
        var asked = 0;
        _cluster.Asked = (what, _) =>
        {
            asked += what == "describe" ? 1 : 0;
            if (asked == 4)
            {
                _cluster.Members.Clear();
                _cluster.Members["b"] = [Reader];
            }
            else if (asked == 8)
            {
                _cluster.Members.Clear();
            }
        };
        var reset = new GroupReset(_cluster, new GroupResetOptions { WaitForEmpty = TimeSpan.FromMinutes(5) })
        {
            Progress = progress => told.AddRange(progress.Waiting.Select(static group => group.Group)),
        };

        var report = await reset.RunAsync([Wanted("a", 7), Wanted("b", 7)], null, default);

        Assert.Equal(GroupResetStatus.Success, report.Status);
        Assert.Equal(["a", "b"], told);
    }

    [Fact]
    public async Task A_group_that_keeps_its_members_is_left_alone_after_the_wait()
    {
        _cluster.Members["a"] = [Reader];

        var report = await new GroupReset(_cluster, new GroupResetOptions { WaitForEmpty = TimeSpan.FromMilliseconds(1) }).RunAsync([Wanted("a", 7)], null, default);

        Assert.Equal((GroupResetStatus.Failed, "GROUP_ACTIVE"), (report.Status, report.GroupOutcomes[0].Problem?.Code));
        Assert.Contains("still, after", report.GroupOutcomes[0].Problem!.Message, StringComparison.Ordinal);
        Assert.False(_cluster.Committed.ContainsKey("a"));
    }

    [Fact]
    public async Task A_share_group_is_refused()
    {
        _cluster.Commit("a", ("t", 0, 1));
        _cluster.Kinds["a"] = GroupKind.Share;

        var report = await new GroupReset(_cluster).RunAsync([Wanted("a", 7)], null, default);

        Assert.Equal((GroupOutcomeState.Skipped, "SHARE_GROUP"), (report.GroupOutcomes[0].State, report.GroupOutcomes[0].Problem?.Code));
    }

    [Fact]
    public async Task A_group_that_cannot_be_described_is_not_touched_and_the_missing_right_is_named()
    {
        _cluster.GroupFailures["a"] = Denied;

        var report = await new GroupReset(_cluster).RunAsync([Wanted("a", 7), Wanted("b", 7)], null, default);

        Assert.Equal((GroupOutcomeState.Skipped, new GroupProblem(Denied.Name, Denied.Reason)), (report.GroupOutcomes[0].State, report.GroupOutcomes[0].Problem));
        Assert.Equal(GroupOutcomeState.Reset, report.GroupOutcomes[1].State);
    }

    [Fact]
    public async Task A_group_of_which_a_partition_cannot_be_read_before_is_not_touched()
    {
        _cluster.Commit("a", ("t", 0, 1), ("t", 1, 1));
        _cluster.PartitionFailures[new("t", 1)] = new GroupFailure(88, "UNSTABLE_OFFSET_COMMIT", "a transaction is open");
        var committed = new List<string>();
        _cluster.Committing = committed.Add;

        var report = await new GroupReset(_cluster).RunAsync([Wanted("a", 7)], null, default);

        Assert.Empty(committed);
        Assert.Equal((GroupOutcomeState.Skipped, "UNSTABLE_OFFSET_COMMIT", 1), (report.GroupOutcomes[0].State, report.GroupOutcomes[0].Problem?.Code, report.TotalOffsetsFailed));
        Assert.Contains("t/1", report.GroupOutcomes[0].Problem!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_partition_that_is_refused_fails_its_group_and_the_others_of_the_group_are_counted()
    {
        _cluster.PartitionFailures[new("t", 1)] = Missing;

        var report = await new GroupReset(_cluster).RunAsync([Wanted("a", 7, 8, 9)], null, default);

        var outcome = Assert.Single(report.GroupOutcomes);
        Assert.Equal(("a", GroupOutcomeState.Failed, 2, 1), Short(outcome));
        Assert.Equal([new PartitionProblem("t", 1, 3, "UNKNOWN_TOPIC_OR_PARTITION", Missing.Reason)], outcome.Errors);
        Assert.Equal(GroupResetStatus.Failed, report.Status);
    }

    [Fact]
    public async Task A_group_that_got_members_before_its_commit_fails_with_that_reason()
    {
        _cluster.Committing = group => _cluster.Members[group] = [Reader];

        var report = await new GroupReset(_cluster).RunAsync([Wanted("a", 7, 8)], null, default);

        Assert.Equal(("a", GroupOutcomeState.Failed, 0, 2), Short(report.GroupOutcomes[0]));
        Assert.All(report.GroupOutcomes[0].Errors, static error => Assert.Equal((25, "UNKNOWN_MEMBER_ID"), (error.ErrorCode, error.Error)));
    }

    [Theory]
    [InlineData(true, GroupOutcomeState.Reset, 2, 0)]
    [InlineData(false, GroupOutcomeState.Failed, 0, 2)]
    public async Task A_commit_whose_answer_was_lost_is_settled_by_reading_back(bool isMade, GroupOutcomeState state, int reset, int failed)
    {
        _cluster.LostAnswers["a"] = isMade;

        var report = await new GroupReset(_cluster).RunAsync([Wanted("a", 7, 8)], null, default);

        Assert.Equal(("a", state, reset, failed), Short(report.GroupOutcomes[0]));
        Assert.All(report.GroupOutcomes[0].Errors, static error => Assert.Equal("NO_ANSWER", error.Error));
    }

    [Theory]
    [InlineData(5, "", "5 was read back")]
    [InlineData(7, "other", "7 with 'other' was read back")]
    public async Task What_is_read_back_differently_is_a_failure_although_the_commit_was_acknowledged(long offset, string words, string said)
    {
        _cluster.Asked = (what, _) =>
        {
            if (what == "fetch" && _cluster.Committed.ContainsKey("a"))
            {
                _cluster.Committed["a"][new("t", 0)] = new CommittedOffset(offset, words);
            }
        };

        var report = await new GroupReset(_cluster).RunAsync([Wanted("a", 7, 8)], null, default);

        Assert.Equal(("a", GroupOutcomeState.Failed, 1, 1), Short(report.GroupOutcomes[0]));
        var error = Assert.Single(report.GroupOutcomes[0].Errors);
        Assert.Equal(("t", 0, "READ_BACK_DIFFERS"), (error.Topic, error.Partition, error.Error));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_commit_that_is_gone_when_it_is_read_back_is_a_failure()
    {
        _cluster.Asked = (what, _) =>
        {
            if (what == "fetch" && _cluster.Committed.TryGetValue("a", out var own))
            {
                own.Clear();
            }
        };

        var report = await new GroupReset(_cluster).RunAsync([Wanted("a", 7)], null, default);

        Assert.Contains("nothing was read back", Assert.Single(report.GroupOutcomes[0].Errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Words_that_are_null_are_the_same_as_empty_ones()
    {
        var offsets = new Dictionary<TargetPartition, CommittedOffset> { [new("t", 0)] = new(7), [new("t", 1)] = new(7, "mine") };
        _cluster.Asked = (what, _) =>
        {
            if (what == "fetch" && _cluster.Committed.ContainsKey("a"))
            {
                _cluster.Committed["a"][new("t", 0)] = new CommittedOffset(7, "");
            }
        };

        Assert.Equal(GroupResetStatus.Success, (await new GroupReset(_cluster).RunAsync([new("a", offsets)], null, default)).Status);
    }

    [Fact]
    public async Task When_nothing_can_be_read_back_every_group_that_was_tried_has_failed_and_says_so()
    {
        var fetches = 0;
        _cluster.Asked = (what, _) =>
        {
            if (what == "fetch" && ++fetches == 2)
            {
                throw new RestoreException(ErrorCodes.TargetUnreachable, "no broker answers", "here");
            }
        };

        var report = await new GroupReset(_cluster).RunAsync([Wanted("a", 7), Wanted("b", 7)], null, default);

        Assert.All(report.GroupOutcomes, static outcome => Assert.Equal((GroupOutcomeState.Failed, "READ_BACK_FAILED", 1), (outcome.State, outcome.Problem?.Code, outcome.PartitionsFailed)));
        Assert.Contains("no broker answers", report.GroupOutcomes[0].Problem!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_it_is_stopped_what_was_begun_is_read_back_and_the_rest_was_not_begun()
    {
        using var stop = new CancellationTokenSource();
        _cluster.Committing = group =>
        {
            if (group == "b")
            {
                stop.Cancel();
            }
        };

        var report = await new GroupReset(_cluster).RunAsync([Wanted("a", 7), Wanted("b", 7), Wanted("c", 7)], null, stop.Token);

        Assert.Equal((GroupResetStatus.PartialSuccess, 3, 2, 1, 1, 2, 1, null, true), Sum(report));
        Assert.Equal("NOT_BEGUN", report.GroupOutcomes[2].Problem?.Code);
        Assert.False(_cluster.Committed.ContainsKey("c"));
    }

    [Fact]
    public async Task When_it_is_stopped_while_saving_nothing_was_begun()
    {
        using var stop = new CancellationTokenSource();

        var report = await new GroupReset(_cluster).RunAsync(
            [Wanted("a", 7)],
            async (_, token) =>
            {
                await stop.CancelAsync();
                token.ThrowIfCancellationRequested();
                return "never";
            },
            stop.Token);

        Assert.Equal((GroupResetStatus.Failed, 1, 0, 1, 1, 0, 1, null, true), Sum(report));
        Assert.Empty(_cluster.Committed);
    }

    [Fact]
    public async Task A_second_run_finishes_what_the_first_one_left()
    {
        _cluster.Members["a"] = [Reader];
        GroupOffsets[] wanted = [Wanted("a", 7), Wanted("b", 7)];
        var first = await new GroupReset(_cluster).RunAsync(wanted, null, default);
        _cluster.Members.Clear();

        var second = await new GroupReset(_cluster).RunAsync(wanted, null, default);

        Assert.Equal((GroupResetStatus.PartialSuccess, GroupResetStatus.Success), (first.Status, second.Status));
    }

    [Fact]
    public async Task A_group_that_is_named_twice_is_refused_before_anything_is_asked()
    {
        _cluster.Asked = static (what, _) => Assert.Fail(what);

        await Assert.ThrowsAsync<ArgumentException>(() => new GroupReset(_cluster).RunAsync([Wanted("a", 7), Wanted("a", 8)], null, default));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GroupReset(_cluster, new GroupResetOptions { MostAtOnce = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GroupReset(_cluster, new GroupResetOptions { DeadlinePerGroup = TimeSpan.Zero }));
    }

    [Fact]
    public async Task The_report_has_the_names_of_the_existing_one_and_counts_each_group_once()
    {
        _cluster.Members["active"] = [Reader];
        _cluster.PartitionFailures[new("t", 1)] = Missing;

        var json = JsonSerializer.SerializeToElement(await new GroupReset(_cluster).RunAsync([Wanted("a", 7), Wanted("active", 7), Wanted("b", 7, 8)], null, default), Snake);

        string[] golden = ["status", "total_groups", "successful_groups", "failed_groups", "total_offsets_reset", "total_offsets_failed", "group_outcomes", "duration_ms", "performance"];
        Assert.Empty(golden.Except(json.EnumerateObject().Select(static property => property.Name)));
        Assert.Equal("partial_success", json.GetProperty("status").GetString());
        Assert.Equal([3, 1, 2, 1], new[] { "total_groups", "successful_groups", "failed_groups", "skipped_groups" }.Select(name => json.GetProperty(name).GetInt32()));
        string[] outcome = ["group_id", "partitions_reset", "partitions_failed", "errors", "duration_ms", "retry_attempts"];
        Assert.All(json.GetProperty("group_outcomes").EnumerateArray(), each => Assert.Empty(outcome.Except(each.EnumerateObject().Select(static property => property.Name))));
        Assert.Equal(["reset", "skipped", "failed"], json.GetProperty("group_outcomes").EnumerateArray().Select(static each => each.GetProperty("state").GetString()));
        Assert.Equal("reader", json.GetProperty("group_outcomes")[1].GetProperty("members")[0].GetProperty("client_id").GetString());
        var error = json.GetProperty("group_outcomes")[2].GetProperty("errors")[0];
        Assert.Equal(("t", 1, 3, Missing.Reason), (error.GetProperty("topic").GetString(), error.GetProperty("partition").GetInt32(), error.GetProperty("error_code").GetInt32(), error.GetProperty("message").GetString()));
        Assert.All(json.GetProperty("times").EnumerateObject(), static time => Assert.True(time.Name.EndsWith("_ms", StringComparison.Ordinal) && time.Value.TryGetInt64(out _), time.ToString()));
        string[] performance = ["avg_latency_ms", "p50_latency_ms", "p99_latency_ms", "offsets_per_second", "max_concurrency", "total_retries"];
        Assert.Equal(performance, json.GetProperty("performance").EnumerateObject().Select(static property => property.Name));
    }

    [Fact]
    public void Percentiles_are_those_of_the_nearest_rank()
    {
        var outcomes = Enumerable.Range(1, 200).Reverse().Select(static i => new GroupOutcome
        {
            GroupId = $"{i}", State = GroupOutcomeState.Reset, Duration = TimeSpan.FromMilliseconds(i), RetryAttempts = 1,
        });

        var performance = GroupResetPerformance.Of(outcomes, 400, TimeSpan.FromSeconds(2), 50);

        Assert.Equal(
            (100.5, 100.0, 198.0, 200.0, 50, 200),
            (performance.AvgLatency.TotalMilliseconds, performance.P50Latency.TotalMilliseconds, performance.P99Latency.TotalMilliseconds, performance.OffsetsPerSecond, performance.MaxConcurrency, performance.TotalRetries));
        Assert.Equal(TimeSpan.Zero, GroupResetPerformance.Of([], 0, TimeSpan.Zero, 50).P99Latency);
    }

    private static GroupOffsets Wanted(string group, params long[] offsets) =>
        new(group, offsets.Select(static (offset, i) => (offset, i)).ToDictionary(static each => new TargetPartition("t", each.i), static each => new CommittedOffset(each.offset)));

    private static (string, GroupOutcomeState, int, int) Short(GroupOutcome outcome) => (outcome.GroupId, outcome.State, outcome.PartitionsReset, outcome.PartitionsFailed);

    private static (GroupResetStatus, int, int, int, int, int, int, string?, bool) Sum(GroupResetReport report) => (
        report.Status, report.TotalGroups, report.SuccessfulGroups, report.FailedGroups, report.SkippedGroups, report.TotalOffsetsReset, report.TotalOffsetsFailed, report.SnapshotId, report.Stopped);
}
