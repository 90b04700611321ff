using System.Globalization;
using System.Text;

namespace KafkaRestore.Metrics.Exposition;

/// <summary>Writes families as text for Prometheus: version 0.0.4 of its own format, or OpenMetrics 1.0.0.</summary>
internal sealed class TextFormat
{
    private const string Total = "_total";
    private readonly bool _isOpen;

    private TextFormat(bool isOpen, string contentType) => (_isOpen, ContentType) = (isOpen, contentType);

    /// <summary>The format that every scraper takes.</summary>
    public static TextFormat Prometheus { get; } = new(false, "text/plain; version=0.0.4; charset=utf-8");

    /// <summary>OpenMetrics, for those that ask for it.</summary>
    public static TextFormat OpenMetrics { get; } = new(true, "application/openmetrics-text; version=1.0.0; charset=utf-8");

    /// <summary>What the text is to be called.</summary>
    public string ContentType { get; }

    /// <summary>The whole text.</summary>
    public string Write(IEnumerable<MetricFamily> families)
    {
        var text = new StringBuilder();
        foreach (var family in families.Where(static family => family.Series.Count > 0))
        {
            Write(text, family);
        }

        return text.Append(_isOpen ? "# EOF\n" : "").ToString();
    }

    private void Write(StringBuilder text, MetricFamily family)
    {
        // OpenMetrics calls a counter's family without the ending that its samples have; the older format with it.
        var sample = family.Kind == MetricKind.Counter ? family.Name + Total : family.Name;
        var name = _isOpen ? family.Name : sample;
        text.Append("# HELP ").Append(name).Append(' ').Append(Help(family.Help)).Append('\n');
        text.Append("# TYPE ").Append(name).Append(' ').Append(Word(family.Kind)).Append('\n');
        if (_isOpen && family.Unit is { } unit)
        {
            text.Append("# UNIT ").Append(name).Append(' ').Append(unit).Append('\n');
        }

        foreach (var series in family.Series)
        {
            if (series.Buckets is { } buckets)
            {
                Write(text, family.Name, series, buckets);
            }
            else
            {
                Line(text, sample, series.Labels, Number(series.Value));
            }
        }
    }

    private void Write(StringBuilder text, string name, MetricSeries series, HistogramBuckets buckets)
    {
        long count = 0;
        for (var i = 0; i < buckets.Counts.Count; i++)
        {
            count += buckets.Counts[i];
            var bound = Bound(i < buckets.Bounds.Count ? buckets.Bounds[i] : double.PositiveInfinity);
            Line(text, $"{name}_bucket", $"{series.Labels}{(series.Labels.Length == 0 ? "" : ",")}le=\"{bound}\"", Number(count));
        }

        Line(text, $"{name}_sum", series.Labels, Number(series.Value));
        Line(text, $"{name}_count", series.Labels, Number(count));
    }

    private static void Line(StringBuilder text, string name, string labels, string value)
    {
        text.Append(name);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(' ').Append(value).Append('\n');
    }

    private string Help(string help)
    {
        var escaped = help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return _isOpen ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }

    // A bound is a label: the same number must always be the same text, and OpenMetrics wants it to look like one with a fraction.
    private string Bound(double bound) => _isOpen && double.IsInteger(bound) && Math.Abs(bound) < 1e15 ? $"{Number(bound)}.0" : Number(bound);

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ when double.IsNaN(value) => "NaN",
        _ when double.IsInteger(value) && Math.Abs(value) < 1e15 => ((long)value).ToString(CultureInfo.InvariantCulture),
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static string Word(MetricKind kind) => kind.ToString().ToLowerInvariant();
}
