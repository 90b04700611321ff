namespace KafkaRestore.Metrics.Exposition;

/// <summary>What a family's numbers are.</summary>
internal enum MetricKind
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>Numbers of one name.</summary>
/// <param name="Name">The name, with its unit and without <c>_total</c>.</param>
/// <param name="Kind">What they are.</param>
/// <param name="Unit">The unit at the end of the name; null where it has none.</param>
/// <param name="Help">What they mean.</param>
/// <param name="Series">The numbers.</param>
internal sealed record MetricFamily(string Name, MetricKind Kind, string? Unit, string Help, IReadOnlyList<MetricSeries> Series);

/// <summary>One series of a family.</summary>
/// <param name="Labels">Its labels as they are written, without braces; empty for none.</param>
/// <param name="Value">Its value; the sum of a histogram.</param>
/// <param name="Buckets">The buckets of a histogram; null for every other kind.</param>
internal sealed record MetricSeries(string Labels, double Value, HistogramBuckets? Buckets = null);

/// <summary>How often values fell where.</summary>
/// <param name="Bounds">The upper bounds, ascending, inclusive; infinity is not among them.</param>
/// <param name="Counts">How many values fell into each and into none before it; one more than bounds.</param>
internal sealed record HistogramBuckets(IReadOnlyList<double> Bounds, IReadOnlyList<long> Counts);
