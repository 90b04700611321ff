namespace KafkaRestore.Configuration;

/// <summary>The <c>metrics</c> section.</summary>
public sealed record MetricsOptions
{
    /// <summary>Whether metrics are served.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>The address to listen on.</summary>
    public string BindAddress { get; init; } = "127.0.0.1";

    /// <summary>The port, 1 to 65,535.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>The path of the metrics page.</summary>
    public string Path { get; init; } = "/metrics";

    /// <summary>How long the page stays after the run.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.Zero;

    /// <summary>Most partitions with a label of their own; 0 is no limit.</summary>
    public int MaxPartitionLabels { get; init; } = 100;
}
