namespace KafkaRestore.Cluster.Limits;

/// <summary>
/// Divides one limit among silos, in shares that hold for a moment: what is given out together is never more than the limit. Who does not use its share gets less of it, and the others more.
/// </summary>
/// <param name="lease">How long a share holds.</param>
/// <param name="time">The clock.</param>
internal sealed class RateShares(TimeSpan lease, TimeProvider time)
{
    // Who uses nearly all of its share would use more.
    private const double Saturated = 0.9;
    private const double Headroom = 1.25;
    private const double Least = 0.02;

    private readonly Dictionary<string, Holder> _holders = new(StringComparer.Ordinal);
    private long? _begun;

    /// <summary>The share of one silo from now on, a second.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="limit">The limit of all, 1 or more a second.</param>
    /// <param name="weight">How many lanes it carries out, 1 or more.</param>
    /// <param name="used">What it used a second since it asked last; null: it has just begun.</param>
    /// <param name="silos">How many silos may be asking: as long as leases may be out that nobody here knows of, a silo gets no more than one of so many.</param>
    public double Renew(string silo, long limit, int weight, double? used, int silos)
    {
        var now = time.GetTimestamp();
        _begun ??= now;
        foreach (var gone in _holders.Where(holder => time.GetElapsedTime(holder.Value.Since, now) > lease && holder.Key != silo).Select(static holder => holder.Key).ToList())
        {
            _holders.Remove(gone);
        }

        var before = _holders.GetValueOrDefault(silo);
        var isSaturated = used is not { } rate || before is null || rate >= before.Share * Saturated;
        var mine = new Holder(now, weight, before?.Share ?? 0, isSaturated ? double.PositiveInfinity : Math.Max(used!.Value * Headroom, limit * Least));
        _holders[silo] = mine;

        // What the others hold until they ask again is theirs.
        var free = Math.Max(0, limit - _holders.Values.Where(holder => holder != mine).Sum(static holder => holder.Share));
        var known = time.GetElapsedTime(_begun.Value, now) > lease ? double.PositiveInfinity : (double)limit / Math.Max(1, silos);
        mine.Share = Math.Min(Math.Min(Fair(mine, limit), free), known);
        return mine.Share;
    }

    /// <summary>The part of one: each gets what it wants, who wants more shares what is left by weight, and what nobody wants now is shared out too, so that whoever begins to want it has it at once.</summary>
    private double Fair(Holder mine, double limit)
    {
        var (left, given) = (limit, 0.0);
        var open = _holders.Values.OrderBy(static holder => holder.Wanted / holder.Weight).ToList();
        for (var weights = open.Sum(static holder => holder.Weight); open.Count > 0; open.RemoveAt(0))
        {
            var part = Math.Min(left * open[0].Weight / weights, open[0].Wanted);
            given = open[0] == mine ? part : given;
            left -= part;
            weights -= open[0].Weight;
        }

        return given + (left * mine.Weight / _holders.Values.Sum(static holder => holder.Weight));
    }

    private sealed class Holder(long since, int weight, double share, double wanted)
    {
        public long Since => since;

        public int Weight => weight;

        public double Wanted => wanted;

        public double Share { get; set; } = share;
    }
}
