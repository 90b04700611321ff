namespace KafkaRestore.Cluster.Lanes;

/// <summary>Which lanes of a job move, so that silos have about as many of them each.</summary>
internal static class LaneBalance
{
    // Each move costs a marker in the target and a second of its lane.
    private const int MostAtOnce = 4;

    /// <summary>Decides.</summary>
    /// <param name="silos">The silos that have room for more lanes.</param>
    /// <param name="lanes">The lanes that are asked for.</param>
    /// <returns>Lanes of the silo with the most, the longest first: few at a time, and only where another silo has at least two less.</returns>
    public static IReadOnlyList<T> Moves<T>(IReadOnlyCollection<string> silos, IReadOnlyCollection<PlacedLane<T>> lanes)
    {
        var counts = lanes.Where(static lane => lane.Silo is not null).GroupBy(static lane => lane.Silo!, StringComparer.Ordinal).ToDictionary(static silo => silo.Key, static silo => silo.Count(), StringComparer.Ordinal);
        if (silos.Count == 0 || counts.Count == 0)
        {
            return [];
        }

        var (busiest, most) = counts.MaxBy(static silo => silo.Value);
        var least = silos.Min(silo => counts.GetValueOrDefault(silo));
        return [.. lanes.Where(lane => lane.Silo == busiest && lane.IsAtWork).OrderByDescending(static lane => lane.RecordsLeft).Take(Math.Clamp((most - least) / 2, 0, MostAtOnce)).Select(static lane => lane.Lane)];
    }
}

/// <summary>A lane, or several that run together, and where it is.</summary>
/// <param name="Lane">What it is.</param>
/// <param name="Silo">The silo that it was given to; null for none at this moment.</param>
/// <param name="IsAtWork">Whether that silo says that it works.</param>
/// <param name="RecordsLeft">Records that it has yet to restore.</param>
internal readonly record struct PlacedLane<T>(T Lane, string? Silo, bool IsAtWork, long RecordsLeft);
