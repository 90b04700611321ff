using KafkaRestore.Metrics.Exposition;
using KafkaRestore.Metrics.Instruments;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace KafkaRestore.Metrics.Otlp;

/// <summary>Sends the numbers of this process to an OpenTelemetry collector. OpenTelemetry's own variables say where and how; without an address nothing is sent.</summary>
public sealed class OtlpExport : IDisposable
{
    private static readonly string[] Addresses = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"];

    private readonly MeterProvider _provider;

    private OtlpExport(MeterProvider provider) => _provider = provider;

    /// <summary>Whether this process' variables ask for it: an address is named, and neither OTEL_SDK_DISABLED nor OTEL_METRICS_EXPORTER=none speaks against it.</summary>
    public static bool IsAsked => IsAskedBy(Environment.GetEnvironmentVariable);

    /// <summary>Begins to send, every OTEL_METRIC_EXPORT_INTERVAL (a minute) and when disposed.</summary>
    /// <param name="service">The name of the service where OTEL_SERVICE_NAME gives none.</param>
    public static OtlpExport Start(string service) => new(Sdk.CreateMeterProviderBuilder()
        .ConfigureResource(resource => resource
            .AddService(service, serviceVersion: RestoreInstruments.Version, serviceInstanceId: $"{Environment.MachineName}:{Environment.ProcessId}")
            .AddEnvironmentVariableDetector())
        .AddMeter(RestoreInstruments.MeterName, MeterReader.RuntimeMeter)
        .AddOtlpExporter()
        .Build());

    /// <summary>Sends what is there once more, for at most five seconds.</summary>
    public void Dispose() => _provider.Dispose();

    /// <summary>Whether variables ask for it.</summary>
    internal static bool IsAskedBy(Func<string, string?> variable) =>
        Addresses.Any(name => !string.IsNullOrWhiteSpace(variable(name))) &&
        !string.Equals(variable("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase) &&
        !string.Equals(variable("OTEL_METRICS_EXPORTER"), "none", StringComparison.OrdinalIgnoreCase);
}
