using KafkaRestore.Api;
using KafkaRestore.Metrics;
using KafkaRestore.Metrics.Hosting;
using KafkaRestore.Metrics.Otlp;

namespace KafkaRestore.Jobs.Telemetry;

/// <summary>What shows the numbers of a service: its page, and a collector where OpenTelemetry's variables name one.</summary>
/// <param name="serviceName">Its name for OpenTelemetry.</param>
/// <param name="time">The clock.</param>
internal sealed class ServiceTelemetry(string serviceName, TimeProvider time) : IAsyncDisposable
{
    private readonly OtlpExport? _export = OtlpExport.IsAsked ? OtlpExport.Start(serviceName) : null;

    private MetricsPage? _page;

    /// <summary>The numbers.</summary>
    public RestoreMetrics Metrics { get; } = new(time);

    /// <summary>The page.</summary>
    public MetricsPage Page => _page ??= new MetricsPage(Metrics);

    /// <summary>Shows the service's jobs as well.</summary>
    public void Follow(IRestoreService service) => Metrics.Follow(service);

    public async ValueTask DisposeAsync()
    {
        _export?.Dispose();
        _page?.Dispose();
        await Metrics.DisposeAsync().ConfigureAwait(false);
    }
}
