using KafkaRestore.Cluster.Lanes;

namespace KafkaRestore.Cluster.Tests.Lanes;

/// <summary>Which lanes move when silos come, and when lanes end.</summary>
public sealed class LaneBalanceTests
{
    [Fact]
    public void Between_the_last_lane_and_the_end_of_a_run_nothing_moves() => Assert.Empty(LaneBalance.Moves<int>(["a", "b"], []));

    [Fact]
    public void Lanes_that_are_nowhere_do_not_move() => Assert.Empty(Moves(["a", "b"], (null, 10), (null, 20)));

    [Fact]
    public void Nothing_moves_while_nobody_has_room() => Assert.Empty(Moves([], ("a", 10), ("a", 20)));

    [Fact]
    public void One_more_is_no_reason_to_move() => Assert.Empty(Moves(["a", "b"], ("a", 10), ("a", 20), ("b", 5)));

    [Fact]
    public void The_longest_go_to_one_that_has_joined() => Assert.Equal([3, 1], Moves(["c"], ("a", 10), ("a", 30), ("a", 20), ("a", 40), ("b", 50)));

    [Fact]
    public void No_more_than_four_move_at_once() => Assert.Equal(4, Moves(["b"], [.. Enumerable.Repeat<(string?, long)>(("a", 1), 40)]).Count);

    [Fact]
    public void One_that_is_about_to_begin_is_left_where_it_is() =>
        Assert.Equal([1], LaneBalance.Moves(["b"], [new PlacedLane<int>(0, "a", IsAtWork: false, 100), new PlacedLane<int>(1, "a", IsAtWork: true, 10)]));

    private static IReadOnlyList<int> Moves(IReadOnlyCollection<string> room, params (string? Silo, long Left)[] lanes) =>
        LaneBalance.Moves(room, [.. lanes.Select(static (lane, number) => new PlacedLane<int>(number, lane.Silo, IsAtWork: true, lane.Left))]);
}
