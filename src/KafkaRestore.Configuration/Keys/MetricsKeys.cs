using KafkaRestore.Configuration.Binding;
using KafkaRestore.Configuration.Values;
using static KafkaRestore.Configuration.Keys.KeyFactory;

namespace KafkaRestore.Configuration.Keys;

/// <summary>The section <c>metrics</c>: read and checked, although nothing is served yet.</summary>
internal static class MetricsKeys
{
    public const string Section = "metrics";

    private const string Why = "this version serves no metrics";

    private static readonly MetricsOptions Standard = new();

    public static IReadOnlyList<ConfigurationKey> All { get; } =
    [
        Key("enabled", new BooleanReader(), "true where the section stands in the file", "Whether metrics are served.", (metrics, value) => metrics with { Enabled = value }),
        Key("bind_address", new TextValueReader(), Standard.BindAddress, "The address to listen on.", (metrics, value) => metrics with { BindAddress = value }),
        Key("port", new IntegerReader<int>(1, 65_535), Text(Standard.Port), "The port to listen on.", (metrics, value) => metrics with { Port = value }),
        Key("path", new TextValueReader(), Standard.Path, "The path of the metrics page.", (metrics, value) => metrics with { Path = value }),
        NoEffect("metrics.update_interval_ms", new IntegerReader<long>(1, long.MaxValue), "500", "How often values are refreshed.", Why, section: Section),
        Key(
            "keep_alive_seconds",
            new DurationReader(TimeSpan.Zero, TimeSpan.FromDays(7), "s"),
            Text(Standard.KeepAlive),
            "How long the page stays after the run.",
            (metrics, value) => metrics with { KeepAlive = value }),
        Key(
            "max_partition_labels",
            new IntegerReader<int>(0, int.MaxValue),
            Text(Standard.MaxPartitionLabels),
            "Most partitions with a label of their own; 0 is no limit.",
            (metrics, value) => metrics with { MaxPartitionLabels = value }),
    ];

    private static ConfigurationKey<T> Key<T>(string name, ValueReader<T> reader, string standard, string meaning, Func<MetricsOptions, T, MetricsOptions> change) =>
        NoEffect($"{Section}.{name}", reader, standard, meaning, Why, section: Section, apply: (RestoreDraft draft, T value) => draft.Metrics = change(draft.Metrics, value));
}
