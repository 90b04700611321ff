using FsCheck;
using FsCheck.Fluent;
using KafkaRestore.Metrics.Exposition;
using KafkaRestore.Metrics.Tests.Support;

namespace KafkaRestore.Metrics.Tests.Exposition;

public sealed class TextFormatTests
{
    private static readonly MetricFamily[] Families =
    [
        new("made_records", MetricKind.Counter, null, "Records with a \\ and\na \"quote\".", [new("", 3), new("topic=\"a\"", 1e20)]),
        new("none", MetricKind.Gauge, null, "Nobody measures it.", []),
        new("age_seconds", MetricKind.Gauge, "seconds", "How old.", [new("", 0.1), new("of=\"nan\"", double.NaN), new("of=\"up\"", double.PositiveInfinity), new("of=\"down\"", double.NegativeInfinity), new("of=\"small\"", -1.5e-7)]),
        new("took_seconds", MetricKind.Histogram, "seconds", "How long.", [new("", 7.25, new HistogramBuckets([0.5, 1, 10], [2, 0, 3, 1])), new("by=\"x\"", 0, new HistogramBuckets([0.5, 1, 10], [0, 0, 0, 0]))]),
    ];

    [Fact]
    public void The_older_format_is_written_as_its_description_wants() => Assert.Equal(
        """
        # HELP made_records_total Records with a \\ and\na "quote".
        # TYPE made_records_total counter
        made_records_total 3
        made_records_total{topic="a"} 1E+20
        # HELP age_seconds How old.
        # TYPE age_seconds gauge
        age_seconds 0.1
        age_seconds{of="nan"} NaN
        age_seconds{of="up"} +Inf
        age_seconds{of="down"} -Inf
        age_seconds{of="small"} -1.5E-07
        # HELP took_seconds How long.
        # TYPE took_seconds histogram
        took_seconds_bucket{le="0.5"} 2
        took_seconds_bucket{le="1"} 2
        took_seconds_bucket{le="10"} 5
        took_seconds_bucket{le="+Inf"} 6
        took_seconds_sum 7.25
        took_seconds_count 6
        took_seconds_bucket{by="x",le="0.5"} 0
        took_seconds_bucket{by="x",le="1"} 0
        took_seconds_bucket{by="x",le="10"} 0
        took_seconds_bucket{by="x",le="+Inf"} 0
        took_seconds_sum{by="x"} 0
        took_seconds_count{by="x"} 0

        """,
        TextFormat.Prometheus.Write(Families));

    [Fact]
    public void OpenMetrics_names_families_without_total_says_units_and_ends_with_a_mark()
    {
        var text = TextFormat.OpenMetrics.Write(Families);

        Assert.StartsWith("# HELP made_records Records with a \\\\ and\\na \\\"quote\\\".\n# TYPE made_records counter\nmade_records_total 3\n", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE age_seconds gauge\n# UNIT age_seconds seconds\n", text, StringComparison.Ordinal);
        Assert.Contains("took_seconds_bucket{le=\"1.0\"} 2\n", text, StringComparison.Ordinal);
        Assert.Contains("took_seconds_bucket{le=\"0.5\"} 2\n", text, StringComparison.Ordinal);
        PageText.Read(text, isOpen: true);
    }

    [Fact]
    public void Nothing_measured_is_an_empty_page()
    {
        Assert.Equal("", TextFormat.Prometheus.Write([Families[1]]));
        Assert.Equal("# EOF\n", TextFormat.OpenMetrics.Write([]));
    }

    [Fact]
    public void A_value_that_is_any_text_comes_back_as_it_was() => Prop.ForAll<string, string>(static (one, other) =>
    {
        var (first, second) = (one ?? "", other ?? "");
        var text = LabelText.Of([new("b", first), new("a", second)]);

        Assert.DoesNotContain('\n', text);
        var labels = PageText.Labels(text);
        Assert.Equal([("a", second), ("b", first)], labels.Select(static label => (label.Key, label.Value)));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_value_that_is_any_number_comes_back_as_it_was() => Prop.ForAll<double>(static value =>
    {
        var page = PageText.Read(TextFormat.Prometheus.Write([new MetricFamily("x", MetricKind.Gauge, null, "", [new MetricSeries("", value)])]));

        Assert.Equal(value, page["x"]);
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("kafka.restore.records", null, "kafka_restore_records")]
    [InlineData("kafka.restore.bytes", "By", "kafka_restore_bytes")]
    [InlineData("kafka.restore.duration", "s", "kafka_restore_duration_seconds")]
    [InlineData("kafka.restore.progress", "%", "kafka_restore_progress_percent")]
    [InlineData("dotnet.gc.collections", "{collection}", "dotnet_gc_collections")]
    [InlineData("9 lives/and--more", null, "_9_lives_and_more")]
    [InlineData("é", null, "_")]
    [InlineData("", null, "_")]
    public void A_name_has_only_what_prometheus_allows(string name, string? unit, string expected) => Assert.Equal(expected, MetricName.Of(name, MetricName.Unit(unit)));

    [Fact]
    public void Labels_whose_names_become_the_same_are_one() => Assert.Equal("a_b=\"1;2\",c=\"\"", LabelText.Of([new("c", null), new("a.b", 1), new("a b", 2)]));
}
