using KafkaRestore.Kafka.Groups;
using KafkaRestore.Kafka.Tests.Wire.Calls;
using KafkaRestore.Records.Errors;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Tests.Groups;

/// <summary>What is committed again, when, and what is said when that does not help.</summary>
public sealed class CommitRetryTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

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

        AssertCommitted(Assert.Single(await committing), retries: 1);
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

        var committed = await committing;
        AssertCommitted(committed[0], retries: 0);
        Assert.Equal(("GROUP_AUTHORIZATION_FAILED", true), (Only(committed[1]).Name, Only(committed[1]).Reason.StartsWith("no right READ on group 'b'", StringComparison.Ordinal)));
        Assert.Equal(("UNKNOWN_MEMBER_ID", false), (Only(committed[2]).Name, Only(committed[2]).IsAmbiguous));
    }

    [Fact]
    public async Task What_is_known_of_coordinators_serves_the_next_call()
    {
        await using var script = new ScriptedCoordinator();
        var first = CommitAsync(script, "a");
        await script.FindAsync(ErrorCode.NoError, "a");
        using var peer = await script.AcceptAsync();
        await ScriptedCoordinator.AnswerCommitAsync(peer, await peer.ReadAsync(), ErrorCode.NoError);
        await first;

        var second = CommitAsync(script, "a");
        await ScriptedCoordinator.AnswerCommitAsync(peer, await peer.ReadAsync(), ErrorCode.NoError);

        AssertCommitted(Assert.Single(await second), retries: 0);
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

        AssertCommitted(Assert.Single(await committing), retries: 1);
    }

    [Fact]
    public async Task A_group_that_is_refused_after_a_lost_answer_is_said_to_be_perhaps_committed()
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
        await ScriptedCoordinator.AnswerCommitAsync(peer, await peer.ReadAsync(), ErrorCode.UnknownMemberId);

        var failure = Only(Assert.Single(await committing));
        Assert.Equal(("UNKNOWN_MEMBER_ID", true), (failure.Name, failure.IsAmbiguous));
        Assert.Contains("may have been made", failure.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_has_no_answer_at_the_deadline_is_ambiguous_and_what_has_one_keeps_it()
    {
        await using var script = new ScriptedCoordinator();
        var committing = CommitAsync(script, "a", "b");
        await script.FindAsync(ErrorCode.NoError, "a", "b");
        using var peer = await script.AcceptAsync();
        await ScriptedCoordinator.AnswerCommitAsync(peer, await peer.ReadAsync(), ErrorCode.NoError);
        await peer.ReadAsync();

        script.Advance(Deadline);

        var committed = await committing;
        AssertCommitted(committed[0], retries: 0);
        Assert.Equal(("NO_ANSWER", true, 0), (Only(committed[1]).Name, Only(committed[1]).IsAmbiguous, committed[1].Changed));
        Assert.InRange(committed[1].Duration, Deadline, Deadline + Deadline);
    }

    [Fact]
    public async Task What_nobody_coordinates_until_the_deadline_has_the_last_error_that_was_heard()
    {
        await using var script = new ScriptedCoordinator();
        var committing = CommitAsync(script, "a");
        await script.FindAsync(ErrorCode.GroupCoordinatorNotAvailable, "a");
        await script.FindAsync(ErrorCode.GroupLoadInProgress, "a");
        var last = await script.ReadFindAsync();
        script.Advance(Deadline);
        await script.AnswerFindAsync(last, ErrorCode.NoError, "a");

        var failure = Only(Assert.Single(await committing));
        Assert.Equal(("COORDINATOR_LOAD_IN_PROGRESS", false), (failure.Name, failure.IsAmbiguous));
    }

    [Fact]
    public async Task When_nobody_says_who_coordinates_nothing_was_changed_and_the_call_fails()
    {
        await using var script = new ScriptedCoordinator();
        var committing = CommitAsync(script, "a");
        await script.ReadFindAsync();

        script.Advance(Deadline);

        var failure = await Assert.ThrowsAsync<RestoreException>(() => committing);
        Assert.Equal(ErrorCodes.TargetUnreachable, failure.Code);
    }

    [Fact]
    public async Task An_offset_of_which_the_broker_says_nothing_is_not_committed()
    {
        await using var script = new ScriptedCoordinator();
        var committing = CommitAsync(script, "a");
        await script.FindAsync(ErrorCode.NoError, "a");
        using var peer = await script.AcceptAsync();

        await ScriptedCoordinator.AnswerCommitAsync(peer, await peer.ReadAsync(), error: null);

        Assert.Equal("UNKNOWN_SERVER_ERROR", Only(Assert.Single(await committing)).Name);
    }

    [Fact]
    public async Task As_many_groups_as_allowed_are_under_way_each_on_a_connection_of_its_own_and_no_more()
    {
        string[] groups = ["a", "b", "c", "d", "e"];
        await using var script = new ScriptedCoordinator();
        var committing = script.Groups.CommitAsync([.. groups.Select(Commit)], mostAtOnce: 2, Deadline, default);
        await script.FindAsync(ErrorCode.NoError, groups);
        using var one = await script.AcceptAsync();
        using var other = await script.AcceptAsync();
        var waiting = await other.ReadAsync();
        for (var answered = 0; answered < groups.Length - 1; answered++)
        {
            await ScriptedCoordinator.AnswerCommitAsync(one, await one.ReadAsync(), ErrorCode.NoError);
        }

        // Everything else went over the first connection while the second one waited.
        Assert.False(committing.IsCompleted);
        await ScriptedCoordinator.AnswerCommitAsync(other, waiting, ErrorCode.NoError);

        Assert.All(await committing, static change => AssertCommitted(change, retries: 0));
    }

    [Fact]
    public async Task Groups_whose_turn_has_not_come_when_it_is_stopped_are_not_begun_and_those_under_way_end()
    {
        using var stop = new CancellationTokenSource();
        await using var script = new ScriptedCoordinator();
        var committing = script.Groups.CommitAsync([Commit("a"), Commit("b"), Commit("c")], mostAtOnce: 1, Deadline, stop.Token);
        await script.FindAsync(ErrorCode.NoError, "a", "b", "c");
        using var peer = await script.AcceptAsync();
        var request = await peer.ReadAsync();

        await stop.CancelAsync();
        await ScriptedCoordinator.AnswerCommitAsync(peer, request, ErrorCode.NoError);

        var committed = await committing;
        AssertCommitted(committed[0], retries: 0);
        Assert.All(committed.Skip(1), static change => Assert.Equal((GroupFailure.NotBegun, 0), (Only(change), change.Changed)));
    }

    [Fact]
    public async Task A_group_that_is_stopped_between_two_attempts_keeps_its_last_error()
    {
        using var stop = new CancellationTokenSource();
        await using var script = new ScriptedCoordinator();
        var committing = script.Groups.CommitAsync([Commit("a")], mostAtOnce: 1, Deadline, stop.Token);
        await script.FindAsync(ErrorCode.NoError, "a");
        using var peer = await script.AcceptAsync();
        var request = await peer.ReadAsync();

        await stop.CancelAsync();
        await ScriptedCoordinator.AnswerCommitAsync(peer, request, ErrorCode.GroupCoordinatorNotAvailable);

        var failure = Only(Assert.Single(await committing));
        Assert.Equal(("COORDINATOR_NOT_AVAILABLE", true), (failure.Name, failure.IsAmbiguous));
    }

    [Fact]
    public async Task What_contradicts_itself_is_refused_before_anything_is_asked()
    {
        await using var groups = ConsumerGroups.Open(new KafkaConnectionOptions { BootstrapServers = ["127.0.0.1:1"] });

        await Assert.ThrowsAsync<ArgumentException>(() => groups.CommitAsync([Commit("g"), Commit("g")], 1, Deadline, default));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => groups.CommitAsync([Commit("g")], 0, Deadline, default));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => groups.CommitAsync([Commit("g")], 1, TimeSpan.Zero, default));
        Assert.Empty(await groups.CommitAsync([], 1, Deadline, default));
    }

    [Fact]
    public void Groups_over_kerberos_are_refused_with_what_to_do()
    {
        var connection = new KafkaConnectionOptions
        {
            BootstrapServers = ["127.0.0.1:1"],
            Security = new SecurityOptions { Protocol = SecurityProtocolKind.SaslSsl, Mechanism = SaslMechanismKind.Gssapi },
        };

        var refused = Assert.Throws<RestoreException>(() => ConsumerGroups.Open(connection));

        Assert.Equal(ErrorCodes.ConfigNotSupported, refused.Code);
        Assert.Contains("Kerberos", refused.Message, StringComparison.Ordinal);
        Assert.Contains("SCRAM", refused.Hint, StringComparison.Ordinal);
    }

    private static void AssertCommitted(GroupChange change, int retries) => Assert.Equal((1, 0, retries), (change.Changed, change.Failures.Count, change.Retries));

    private static GroupFailure Only(GroupChange change) => Assert.Single(change.Failures).Value;

    private static Task<IReadOnlyList<GroupChange>> CommitAsync(ScriptedCoordinator script, params string[] groups) =>
        script.Groups.CommitAsync([.. groups.Select(Commit)], mostAtOnce: 1, Deadline, default);

    private static GroupOffsets Commit(string group) => new(group, new Dictionary<TargetPartition, CommittedOffset> { [ScriptedCoordinator.Partition] = new(5) });
}
