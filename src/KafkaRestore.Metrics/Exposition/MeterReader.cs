using System.Diagnostics.Metrics;

namespace KafkaRestore.Metrics.Exposition;

/// <summary>
/// Reads the instruments of a meter, and of .NET's own, at the moment somebody asks. What is no longer measured is no longer there: a service that lives for months and restores many archives does not
/// collect series. Thread-safe.
/// </summary>
internal sealed class MeterReader : IDisposable
{
    /// <summary>.NET's own meter: processor, memory, collections, thread pool.</summary>
    public const string RuntimeMeter = "System.Runtime";

    private static readonly double[] StandardBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly Lock _reading = new();
    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, (Instrument Instrument, object State)> _instruments = new(StringComparer.Ordinal);

    /// <summary>Begins to listen.</summary>
    public MeterReader(Meter meter)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == meter || instrument.Meter.Name == RuntimeMeter)
            {
                object state = instrument.IsObservable ? new List<MetricSeries>() : new RecordedSeries(BoundsOf(instrument), KindOf(instrument) == MetricKind.Gauge && !IsSum(instrument));
                lock (_gate)
                {
                    _instruments[instrument.Name] = (instrument, state);
                }

                listener.EnableMeasurementEvents(instrument, state);
            }
        };
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, state) => Take(value, tags, state));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, state) => Take(value, tags, state));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, state) => Take(value, tags, state));
        _listener.Start();
    }

    /// <summary>Every family with its numbers now, in order of name.</summary>
    public IReadOnlyList<MetricFamily> Read()
    {
        lock (_reading)
        {
            List<(Instrument Instrument, object State)> instruments;
            lock (_gate)
            {
                instruments = [.. _instruments.Values];
            }

            _listener.RecordObservableInstruments();
            List<MetricFamily> families = [.. instruments.Select(static one => FamilyOf(one.Instrument, one.State is RecordedSeries recorded ? recorded.Read() : [.. (List<MetricSeries>)one.State])).OrderBy(static family => family.Name, StringComparer.Ordinal)];
            foreach (var (_, state) in instruments)
            {
                (state as List<MetricSeries>)?.Clear();
            }

            return families;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private static void Take(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        if (state is RecordedSeries recorded)
        {
            recorded.Add(value, tags);
        }
        else if (state is List<MetricSeries> now)
        {
            now.Add(new MetricSeries(LabelText.Of(tags), value));
        }
    }

    private static MetricFamily FamilyOf(Instrument instrument, IReadOnlyList<MetricSeries> series)
    {
        var unit = MetricName.Unit(instrument.Unit);
        return new MetricFamily(MetricName.Of(instrument.Name, unit), KindOf(instrument), unit, instrument.Description ?? "", series);
    }

    private static MetricKind KindOf(Instrument instrument) => TypeOf(instrument) switch
    {
        var type when type == typeof(Counter<>) || type == typeof(ObservableCounter<>) => MetricKind.Counter,
        var type when type == typeof(Histogram<>) => MetricKind.Histogram,
        _ => MetricKind.Gauge,
    };

    private static bool IsSum(Instrument instrument) => TypeOf(instrument) == typeof(UpDownCounter<>);

    private static IReadOnlyList<double>? BoundsOf(Instrument instrument) => KindOf(instrument) != MetricKind.Histogram ? null
        : instrument is Histogram<double> { Advice.HistogramBucketBoundaries: { } own } ? own
        : StandardBounds;

    private static Type TypeOf(Instrument instrument) => instrument.GetType().GetGenericTypeDefinition();
}
