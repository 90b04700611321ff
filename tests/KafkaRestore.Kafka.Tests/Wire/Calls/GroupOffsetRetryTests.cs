using KafkaRestore.Kafka.Wire.Protocol;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Tests.Wire.Calls;

/// <summary>What is asked how often, and what is asked again.</summary>
public sealed class GroupOffsetRetryTests
{
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
    public async Task A_group_of_which_the_broker_says_nothing_has_no_offsets_but_an_error()
    {
        await using var script = new ScriptedCoordinator();
        var fetching = FetchAsync(script, "a", "b");
        await script.FindAsync(ErrorCode.NoError, "a", "b");
        using var peer = await script.AcceptAsync();

        await ScriptedCoordinator.AnswerFetchAsync(peer, await peer.ReadAsync(), 3, ErrorCode.NoError, "b");

        Assert.Equal([ErrorCode.Unknown, ErrorCode.NoError], (await fetching).Select(each => each.Error));
    }

    private static Task<IReadOnlyList<OffsetFetchGroupResult>> FetchAsync(ScriptedCoordinator script, params string[] groups) =>
        script.Calls.FetchAsync([.. groups.Select(group => new OffsetFetchGroup(group, null))], requireStable: true, Deadline, default);
}
