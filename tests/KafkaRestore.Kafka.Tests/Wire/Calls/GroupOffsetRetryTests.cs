using KafkaRestore.Kafka.Tests.Wire.Connections;
using KafkaRestore.Kafka.Wire.Calls;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Protocol;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Tests.Wire.Calls;

/// <summary>What is asked how often, and what is asked again.</summary>
public sealed class GroupOffsetRetryTests
{
    private const int AtOnce = 16;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Brokers_that_take_many_groups_in_a_request_get_them_in_one()
    {
        string[] groups = ["a", "b", "c"];
        await using var script = new ScriptedCoordinator();
        var fetching = FetchAsync(script, groups);
        await script.FindAsync(ErrorCode.NoError, groups);
        using var peer = await script.AcceptAsync();

        await ScriptedCoordinator.AnswerFetchAsync(peer, await peer.ReadAsync(), 7, ErrorCode.NoError, [.. groups.Reverse()]);

        Assert.Equal([("a", 7L), ("b", 7L), ("c", 7L)], (await fetching).Select(each => (each.Group, Assert.Single(each.Partitions).Offset)));
    }

    [Fact]
    public async Task Brokers_that_take_one_group_in_a_request_get_one_in_each()
    {
        string[] groups = ["a", "b", "c"];
        await using var script = new ScriptedCoordinator(find: 3, fetch: 7);
        var fetching = FetchAsync(script, groups);
        foreach (var group in groups)
        {
            await script.FindAsync(ErrorCode.NoError, group);
        }

        using var peer = await script.AcceptAsync();
        for (var i = 0; i < groups.Length; i++)
        {
            var request = await peer.ReadAsync();
            Assert.Equal(7, request.Version);
            await ScriptedCoordinator.AnswerFetchAsync(peer, request, i, ErrorCode.NoError);
        }

        Assert.Equal([("a", 0L), ("b", 1L), ("c", 2L)], (await fetching).Select(each => (each.Group, Assert.Single(each.Partitions).Offset)));
    }

    [Theory]
    [InlineData(ErrorCode.NotCoordinatorForGroup)]
    [InlineData(ErrorCode.GroupLoadInProgress)]
    [InlineData(ErrorCode.GroupCoordinatorNotAvailable)]
    public async Task A_commit_that_may_pass_is_made_again_after_another_look_up(ErrorCode passing)
    {
        await using var script = new ScriptedCoordinator();
        var committing = CommitAsync(script, "a");
        await script.FindAsync(ErrorCode.NoError, "a");
        using var peer = await script.AcceptAsync();
        await ScriptedCoordinator.AnswerCommitAsync(peer, await peer.ReadAsync(), passing);

        await script.FindAsync(ErrorCode.NoError, "a");
        await ScriptedCoordinator.AnswerCommitAsync(peer, await peer.ReadAsync(), ErrorCode.NoError);

        Assert.Equal(ErrorCode.NoError, Assert.Single(await committing).Error);
    }

    [Fact]
    public async Task Only_those_that_may_pass_are_asked_again()
    {
        var errors = new Dictionary<string, ErrorCode> { ["a"] = ErrorCode.NoError, ["b"] = ErrorCode.NotCoordinatorForGroup, ["c"] = ErrorCode.UnknownMemberId };
        await using var script = new ScriptedCoordinator();
        var committing = CommitAsync(script, "a", "b", "c");
        await script.FindAsync(ErrorCode.NoError, "a", "b", "c");
        using var peer = await script.AcceptAsync();
        for (var i = 0; i < errors.Count; i++)
        {
            var request = await peer.ReadAsync();
            await ScriptedCoordinator.AnswerCommitAsync(peer, request, errors[ScriptedCoordinator.GroupIn(request)]);
        }

        var again = await script.ReadFindAsync();
        Assert.Equal("b", ScriptedCoordinator.GroupIn(again));
        await script.AnswerFindAsync(again, ErrorCode.GroupAuthorizationFailed, "b");

        Assert.Equal([ErrorCode.NoError, ErrorCode.GroupAuthorizationFailed, ErrorCode.UnknownMemberId], (await committing).Select(each => each.Error));
    }

    [Fact]
    public async Task A_connection_that_is_lost_is_opened_anew_and_the_commit_made_again()
    {
        await using var script = new ScriptedCoordinator();
        var committing = CommitAsync(script, "a");
        await script.FindAsync(ErrorCode.NoError, "a");
        using (var lost = await script.AcceptAsync())
        {
            await lost.ReadAsync();
        }

        await script.FindAsync(ErrorCode.NoError, "a");
        using var peer = await script.AcceptAsync();
        await ScriptedCoordinator.AnswerCommitAsync(peer, await peer.ReadAsync(), ErrorCode.NoError);

        Assert.Equal(ErrorCode.NoError, Assert.Single(await committing).Error);
    }

    [Fact]
    public async Task An_offset_that_a_transaction_is_about_to_change_is_waited_for()
    {
        await using var script = new ScriptedCoordinator();
        var fetching = FetchAsync(script, "a");
        await script.FindAsync(ErrorCode.NoError, "a");
        using var peer = await script.AcceptAsync();
        await ScriptedCoordinator.AnswerFetchAsync(peer, await peer.ReadAsync(), -1, ErrorCode.UnstableOffsetCommit, "a");
        await script.FindAsync(ErrorCode.NoError, "a");

        await ScriptedCoordinator.AnswerFetchAsync(peer, await peer.ReadAsync(), 8, ErrorCode.NoError, "a");

        Assert.Equal(8, Assert.Single(Assert.Single(await fetching).Partitions).Offset);
    }

    [Fact]
    public async Task What_has_no_answer_at_the_deadline_is_a_value_and_what_has_one_keeps_it()
    {
        string[] groups = [.. Enumerable.Range(0, AtOnce + 1).Select(i => $"g{i}")];
        await using var script = new ScriptedCoordinator();
        var committing = CommitAsync(script, groups);
        await script.FindAsync(ErrorCode.NoError, groups);
        using var peer = await script.AcceptAsync();
        var answered = await peer.ReadAsync();
        await ScriptedCoordinator.AnswerCommitAsync(peer, answered, ErrorCode.NoError);
        for (var read = 1; read < groups.Length; read++)
        {
            await peer.ReadAsync(); // the last of these goes out when the answer has come in
        }

        script.Advance(Deadline);

        var kept = ScriptedCoordinator.GroupIn(answered);
        Assert.All(await committing, each => Assert.Equal(
            each.Group == kept ? (ErrorCode.NoError, 1) : (ErrorCode.Local_TimedOut, 0), (each.Error, each.Partitions.Count)));
    }

    [Fact]
    public async Task What_nobody_coordinates_until_the_deadline_has_the_last_error_that_was_heard()
    {
        await using var script = new ScriptedCoordinator();
        var committing = CommitAsync(script, "a");
        await script.FindAsync(ErrorCode.GroupCoordinatorNotAvailable, "a");
        await script.FindAsync(ErrorCode.GroupLoadInProgress, "a");
        await script.ReadFindAsync();
        script.Advance(Deadline);

        Assert.Equal(ErrorCode.GroupLoadInProgress, Assert.Single(await committing).Error);
    }

    [Fact]
    public async Task When_nobody_says_who_coordinates_the_call_fails()
    {
        await using var script = new ScriptedCoordinator();
        var committing = CommitAsync(script, "a");
        await script.ReadFindAsync();

        script.Advance(Deadline);

        Assert.Equal(WireFailure.TimedOut, (await Assert.ThrowsAsync<WireException>(() => committing)).Failure);
    }

    [Fact]
    public async Task An_offset_of_which_the_broker_says_nothing_is_not_committed()
    {
        await using var script = new ScriptedCoordinator();
        var committing = CommitAsync(script, "a");
        await script.FindAsync(ErrorCode.NoError, "a");
        using var peer = await script.AcceptAsync();

        await ScriptedCoordinator.AnswerCommitAsync(peer, await peer.ReadAsync(), error: null);

        var committed = Assert.Single(await committing);
        Assert.Equal((ErrorCode.Unknown, ErrorCode.Unknown), (committed.Error, Assert.Single(committed.Partitions).Error));
    }

    [Fact]
    public async Task A_group_of_which_the_broker_says_nothing_has_no_offsets_but_an_error()
    {
        await using var script = new ScriptedCoordinator();
        var fetching = FetchAsync(script, "a", "b");
        await script.FindAsync(ErrorCode.NoError, "a", "b");
        using var peer = await script.AcceptAsync();

        await ScriptedCoordinator.AnswerFetchAsync(peer, await peer.ReadAsync(), 3, ErrorCode.NoError, "b");

        Assert.Equal([ErrorCode.Unknown, ErrorCode.NoError], (await fetching).Select(each => each.Error));
    }

    [Fact]
    public async Task Sixteen_commits_are_under_way_at_once_and_no_more()
    {
        string[] groups = [.. Enumerable.Range(0, 40).Select(i => $"g{i}")];
        await using var script = new ScriptedCoordinator();
        var committing = CommitAsync(script, groups);
        await script.FindAsync(ErrorCode.NoError, groups);
        using var peer = await script.AcceptAsync();
        var waiting = new List<ScriptedRequest>();
        while (waiting.Count < AtOnce)
        {
            waiting.Add(await peer.ReadAsync());
        }

        // Requests of one connection keep their order: had there been another commit, it would come first.
        var other = script.AskCoordinatorAsync("other");
        var next = await peer.ReadAsync();
        Assert.Equal(FindCoordinatorRequest.Definition.Key, next.Api);
        foreach (var request in waiting)
        {
            await ScriptedCoordinator.AnswerCommitAsync(peer, request, ErrorCode.NoError);
        }

        await script.AnswerFindAsync(peer, next, ErrorCode.NoError, "other");
        await other;
        for (var rest = groups.Length - AtOnce; rest > 0; rest--)
        {
            await ScriptedCoordinator.AnswerCommitAsync(peer, await peer.ReadAsync(), ErrorCode.NoError);
        }

        Assert.All(await committing, each => Assert.Equal(ErrorCode.NoError, each.Error));
    }

    private static Task<IReadOnlyList<OffsetCommitGroupResult>> CommitAsync(ScriptedCoordinator script, params string[] groups) =>
        script.Calls.CommitAsync([.. groups.Select(group => new OffsetCommitGroup(group, [new OffsetCommitPartition(ScriptedCoordinator.Partition, 5)]))], Deadline, default);

    private static Task<IReadOnlyList<OffsetFetchGroupResult>> FetchAsync(ScriptedCoordinator script, params string[] groups) =>
        script.Calls.FetchAsync([.. groups.Select(group => new OffsetFetchGroup(group, null))], requireStable: true, Deadline, default);
}
