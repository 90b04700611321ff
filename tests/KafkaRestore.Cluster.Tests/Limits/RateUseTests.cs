using KafkaRestore.Cluster.Limits;

namespace KafkaRestore.Cluster.Tests.Limits;

/// <summary>What a silo says that it has used of a limit.</summary>
public sealed class RateUseTests
{
    private readonly SteppedTime _time = new();

    [Fact]
    public void At_first_nothing_can_be_said() => Assert.Null(new RateUse(_time).Take(1_000));

    [Fact]
    public void It_is_what_was_used_since_by_the_second()
    {
        var use = new RateUse(_time);
        use.Take(1_000);
        Assert.Equal(500, After(use, 2, 2_000));
    }

    [Fact]
    public void A_moment_in_which_nothing_was_acknowledged_says_nothing()
    {
        var use = new RateUse(_time);
        use.Take(0);
        After(use, 1, 1_000);
        Assert.Equal(1_000, After(use, 0.05, 1_000));
        Assert.Equal(1_000, After(use, 0.95, 2_000));
    }

    [Fact]
    public void A_second_between_two_lanes_gives_no_share_away_and_three_do()
    {
        var use = new RateUse(_time);
        use.Take(0);
        After(use, 1, 1_000);
        Assert.Equal(1_000, After(use, 1, 1_000));
        Assert.Equal(1_000, After(use, 1, 1_000));
        Assert.Equal(0, After(use, 1, 1_000));
    }

    private double? After(RateUse use, double seconds, long units)
    {
        _time.Advance(TimeSpan.FromSeconds(seconds));
        return use.Take(units);
    }
}
