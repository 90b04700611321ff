using System.Diagnostics.Metrics;
using System.Globalization;
using KafkaRestore.Metrics.Exposition;
using KafkaRestore.Metrics.Tests.Support;

namespace KafkaRestore.Metrics.Tests.Exposition;

public sealed class MeterReaderTests : IDisposable
{
    private readonly Meter _meter = new("made");
    private readonly MeterReader _reader;

    public MeterReaderTests() => _reader = new MeterReader(_meter);

    public void Dispose()
    {
        _reader.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void What_is_no_longer_measured_is_no_longer_there()
    {
        var isThere = true;
        _meter.CreateObservableGauge("gone", () => isThere ? [new Measurement<long>(3, new KeyValuePair<string, object?>("restore_id", "a"))] : Array.Empty<Measurement<long>>());
        Assert.Equal(3, Page()["gone{restore_id=\"a\"}"]);

        isThere = false;

        Assert.DoesNotContain("gone", Page().Kinds.Keys);
    }

    [Fact]
    public void What_is_told_adds_up_by_labels()
    {
        var counter = _meter.CreateCounter<long>("told");
        var histogram = _meter.CreateHistogram("took", "s", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 2] });
        counter.Add(2, new KeyValuePair<string, object?>("to", "a"));
        counter.Add(3, new KeyValuePair<string, object?>("to", "a"));
        counter.Add(4, new KeyValuePair<string, object?>("to", "b"));
        foreach (var value in new[] { 1, 1.5, 2, 99 })
        {
            histogram.Record(value);
        }

        var page = Page();

        Assert.Equal(5, page["told_total{to=\"a\"}"]);
        Assert.Equal(4, page["told_total{to=\"b\"}"]);
        Assert.Equal([1, 3, 4, 4, 103.5], [page["took_seconds_bucket{le=\"1\"}"], page["took_seconds_bucket{le=\"2\"}"], page["took_seconds_bucket{le=\"+Inf\"}"], page["took_seconds_count"], page["took_seconds_sum"]]);
        Assert.Equal(page.Series, Page().Series.Where(series => page.Series.ContainsKey(series.Key)).ToDictionary());
    }

    [Fact]
    public void More_label_values_than_are_kept_are_counted_together()
    {
        var counter = _meter.CreateCounter<long>("many");
        for (var i = 0; i < RecordedSeries.MostSeries + 50; i++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("n", i.ToString(CultureInfo.InvariantCulture)));
        }

        var page = Page();

        Assert.Equal(50, page["many_total{otel_metric_overflow=\"true\"}"]);
        Assert.Equal(RecordedSeries.MostSeries + 1, page.Series.Count(static series => series.Key.StartsWith("many_total", StringComparison.Ordinal)));
    }

    [Fact]
    public void Another_meter_of_the_process_is_not_read()
    {
        using var other = new Meter("made");
        other.CreateObservableGauge("foreign", static () => 1);

        Assert.DoesNotContain("foreign", Page().Kinds.Keys);
    }

    [Fact]
    public async Task Many_may_read_while_many_tell()
    {
        var counter = _meter.CreateCounter<long>("busy");
        _meter.CreateObservableGauge("seen", static () => 1);
        var telling = Enumerable.Range(0, 4).Select(worker => Task.Run(() =>
        {
            for (var i = 0; i < 2_000; i++)
            {
                counter.Add(1, new KeyValuePair<string, object?>("worker", worker));
            }
        }));
        var reading = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 50; i++)
            {
                Assert.Equal(1, Page()["seen"]);
            }
        }));

        await Task.WhenAll([.. telling, .. reading]);

        Assert.Equal(8_000, Enumerable.Range(0, 4).Sum(worker => Page()[$"busy_total{{worker=\"{worker}\"}}"]));
    }

    private PageText Page() => PageText.Read(TextFormat.Prometheus.Write(_reader.Read().Where(static family => !family.Name.StartsWith("dotnet_", StringComparison.Ordinal))));
}
