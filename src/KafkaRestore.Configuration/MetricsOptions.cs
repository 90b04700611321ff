using System.Net;

namespace KafkaRestore.Configuration;

/// <summary>The <c>metrics</c> section.</summary>
public sealed record MetricsOptions
{
    /// <summary>Whether metrics are served.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>The address to listen on.</summary>
    public IPAddress BindAddress { get; init; } = IPAddress.Loopback;

    /// <summary>The port, 1 to 65,535.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>The path of the metrics page.</summary>
    public string Path { get; init; } = "/metrics";

    /// <summary>For how long values are good once they were read.</summary>
    public TimeSpan UpdateInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long the page stays after the run.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.Zero;
}
