namespace KafkaRestore.Metrics.Exposition;

/// <summary>What one instrument that is told of values has been told so far. Thread-safe.</summary>
/// <param name="bounds">The bounds of a histogram's buckets; null for a counter.</param>
/// <param name="keepsLast">Whether the last value counts, and not the sum: a gauge.</param>
internal sealed class RecordedSeries(IReadOnlyList<double>? bounds, bool keepsLast)
{
    /// <summary>Most series of an instrument; what comes behind stands in one together, so that no caller can fill the memory.</summary>
    public const int MostSeries = 1_000;

    private const string Overflow = "otel_metric_overflow=\"true\"";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Cell> _cells = new(StringComparer.Ordinal);

    /// <summary>Takes a value.</summary>
    public void Add(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = LabelText.Of(tags);
        lock (_gate)
        {
            if (!_cells.TryGetValue(labels, out var cell))
            {
                labels = _cells.Count < MostSeries ? labels : Overflow;
                cell = _cells.TryGetValue(labels, out var known) ? known : _cells[labels] = new Cell(bounds);
            }

            cell.Value = keepsLast ? value : cell.Value + value;
            if (cell.Counts is { } counts)
            {
                counts[IndexOf(value)]++;
            }
        }
    }

    /// <summary>Where everything stands.</summary>
    public IReadOnlyList<MetricSeries> Read()
    {
        lock (_gate)
        {
            return [.. _cells.Select(cell => new MetricSeries(cell.Key, cell.Value.Value, cell.Value.Counts is { } counts ? new HistogramBuckets(bounds!, [.. counts]) : null))];
        }
    }

    private int IndexOf(double value)
    {
        // A value that is no number is above every bound.
        var index = 0;
        while (index < bounds!.Count && !(value <= bounds[index]))
        {
            index++;
        }

        return index;
    }

    private sealed class Cell(IReadOnlyList<double>? bounds)
    {
        public double Value { get; set; }

        public long[]? Counts { get; } = bounds is null ? null : new long[bounds.Count + 1];
    }
}
