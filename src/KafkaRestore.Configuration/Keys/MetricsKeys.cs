using System.Net;
using KafkaRestore.Configuration.Values;
using static KafkaRestore.Configuration.Keys.KeyFactory;

namespace KafkaRestore.Configuration.Keys;

/// <summary>The section <c>metrics</c>: the page of a restore's numbers.</summary>
internal static class MetricsKeys
{
    public const string Section = "metrics";

    private static readonly MetricsOptions Standard = new();

    public static IReadOnlyList<ConfigurationKey> All { get; } =
    [
        Better(
            $"{Section}.enabled", new BooleanReader(), "true where the section stands in the file", "Whether the restore's numbers are served for Prometheus while it runs.",
            "without the section no port is opened", (draft, value) => draft.Metrics = draft.Metrics with { Enabled = value }),
        Better(
            $"{Section}.bind_address", new TextValueReader("IP address", check: Checks.IpAddress), Standard.BindAddress.ToString(), "The address to listen on.",
            "this machine alone unless another one is named, and one that is no address stops the start; whoever reaches it can read the page",
            (draft, value) => draft.Metrics = draft.Metrics with { BindAddress = IPAddress.Parse(value) }),
        Better(
            $"{Section}.port", new IntegerReader<int>(1, 65_535), Text(Standard.Port), "The port to listen on.",
            "a port that is taken stops the start", (draft, value) => draft.Metrics = draft.Metrics with { Port = value }),
        Works($"{Section}.path", new TextValueReader("path of a page", check: Checks.UrlPath), Standard.Path, "The path of the page; it is at /metrics as well.", (draft, value) => draft.Metrics = draft.Metrics with { Path = value }),
        Better(
            $"{Section}.update_interval_ms", new DurationReader(TimeSpan.Zero, TimeSpan.FromHours(1), "ms"), Text(Standard.UpdateInterval), "For how long values are good once they were read.",
            "nothing is done while nobody asks", (draft, value) => draft.Metrics = draft.Metrics with { UpdateInterval = value }),
        Better(
            $"{Section}.keep_alive_seconds", new DurationReader(TimeSpan.Zero, TimeSpan.FromDays(7), "s"), Text(Standard.KeepAlive), "How long the page stays after the run, so that its last numbers are seen.",
            "Ctrl-C and SIGTERM end it at once", (draft, value) => draft.Metrics = draft.Metrics with { KeepAlive = value }),
        NoEffect(
            $"{Section}.max_partition_labels", new IntegerReader<int>(0, int.MaxValue), "100", "Most partitions with a label of their own; 0 is no limit.",
            "no number has the label of a partition; 100 topics have labels of their own"),
    ];
}
