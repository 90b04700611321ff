using KafkaRestore.Cluster.Limits;

namespace KafkaRestore.Cluster.Tests.Limits;

public sealed class RateSharesTests
{
    private const long Limit = 1_000;
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(3);

    private readonly SteppedTime _time = new();
    private readonly RateShares _shares;

    public RateSharesTests() => _shares = new RateShares(Lease, _time);

    [Fact]
    public void The_first_silo_gets_no_more_than_its_part_as_long_as_unknown_leases_may_be_out()
    {
        Assert.Equal(Limit / 4.0, _shares.Renew("a", Limit, 1, null, silos: 4));
        _time.Advance(TimeSpan.FromSeconds(3.1));
        Assert.Equal(Limit, _shares.Renew("a", Limit, 1, Limit, silos: 4));
    }

    [Fact]
    public void What_is_given_out_together_is_never_more_than_the_limit_while_silos_come_and_go()
    {
        var random = new Random(7);
        var held = new Dictionary<string, (double Share, long At)>();
        Settle();
        for (var round = 0; round < 2_000; round++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(random.Next(50, 700)));
            var silo = $"s{random.Next(6)}";
            held[silo] = (_shares.Renew(silo, Limit, random.Next(1, 9), held.ContainsKey(silo) ? random.NextDouble() * Limit : null, silos: 6), _time.GetTimestamp());
            var out_ = held.Values.Where(lease => _time.GetElapsedTime(lease.At) <= Lease).Sum(static lease => lease.Share);
            Assert.True(out_ <= Limit + 0.001, $"round {round}: {out_} of {Limit} are out");
        }
    }

    [Fact]
    public void Silos_that_want_more_share_by_their_lanes_what_the_others_leave()
    {
        Settle();
        double a = 0, b = 0, c = 0;
        for (var second = 0; second < 10; second++)
        {
            // One uses little; the others all they get.
            a = _shares.Renew("a", Limit, 2, second == 0 ? null : 50, silos: 3);
            b = _shares.Renew("b", Limit, 1, second == 0 ? null : b, silos: 3);
            c = _shares.Renew("c", Limit, 3, second == 0 ? null : c, silos: 3);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(a, 50, 70);
        Assert.InRange(b / c, 0.32, 0.35);
        Assert.InRange(a + b + c, Limit * 0.95, Limit + 0.001);
    }

    [Fact]
    public void The_share_of_a_silo_that_is_gone_is_given_to_the_others_when_its_lease_is_over()
    {
        Settle();
        double a = 0;
        for (var second = 0; second < 5; second++)
        {
            a = _shares.Renew("a", Limit, 1, second == 0 ? null : a, silos: 2);
            _shares.Renew("b", Limit, 1, second == 0 ? null : Limit, silos: 2);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(a, Limit * 0.45, Limit * 0.55);
        for (var second = 0; second < 5; second++)
        {
            a = _shares.Renew("a", Limit, 1, a, silos: 2);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(Limit, a, 0.001);
    }

    private void Settle()
    {
        _shares.Renew("before", Limit, 1, 0, silos: 1);
        _time.Advance(Lease * 2);
    }
}
