using System.Net;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Configuration;
using KafkaRestore.Metrics;
using KafkaRestore.Metrics.Hosting;
using KafkaRestore.Metrics.Otlp;

namespace KafkaRestore.Cli.Telemetry;

/// <summary>What shows the numbers of one <c>restore</c> while it runs: the page of the section <c>metrics</c>, and a collector where OpenTelemetry's variables name one.</summary>
internal sealed class RunTelemetry : IAsyncDisposable
{
    /// <summary>The service's name for OpenTelemetry.</summary>
    public const string ServiceName = CommandLine.ProgramName;

    private readonly RestoreMetrics _metrics;
    private readonly MetricsPage? _page;
    private readonly MetricsListener? _listener;
    private readonly OtlpExport? _export;

    private RunTelemetry(RestoreMetrics metrics, MetricsPage? page, MetricsListener? listener, OtlpExport? export) => (_metrics, _page, _listener, _export) = (metrics, page, listener, export);

    /// <summary>Runs a restore, shown where that is asked for; otherwise nothing is measured.</summary>
    /// <param name="options">The section; null where the file has none.</param>
    /// <param name="context">What the restore works with.</param>
    /// <param name="restore">The restore.</param>
    /// <param name="stop">Ends also the time for which the page stays afterwards.</param>
    /// <exception cref="Records.Errors.RestoreException">CONFIG_INVALID: the page's address cannot be listened on; the restore has not begun.</exception>
    public static async Task<T> DuringAsync<T>(MetricsOptions? options, CommandContext context, Func<CommandContext, Task<T>> restore, CancellationToken stop)
    {
        var page = options is { Enabled: true } ? options : null;
        if (page is null && !OtlpExport.IsAsked)
        {
            return await restore(context).ConfigureAwait(false);
        }

        var telemetry = await StartAsync(page, context, stop).ConfigureAwait(false);
        await using (telemetry.ConfigureAwait(false))
        {
            var result = await restore(context with { Metrics = new RunMetrics(telemetry._metrics) }).ConfigureAwait(false);
            if (page is { KeepAlive: { Ticks: > 0 } stays })
            {
                context.Log.Message($"the metrics page stays for {Show.Duration(stays)}");
                await Task.Delay(stays, context.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            return result;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _export?.Dispose();
        if (_listener is not null)
        {
            await _listener.DisposeAsync().ConfigureAwait(false);
        }

        _page?.Dispose();
        await _metrics.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task<RunTelemetry> StartAsync(MetricsOptions? options, CommandContext context, CancellationToken stop)
    {
        var metrics = new RestoreMetrics(context.Time, options?.UpdateInterval);
        if (options is null)
        {
            return new RunTelemetry(metrics, null, null, OtlpExport.Start(ServiceName));
        }

        var page = new MetricsPage(metrics);
        var listener = await MetricsListener.StartAsync(page, new IPEndPoint(options.BindAddress, options.Port), options.Path, stop).ConfigureAwait(false);
        context.Log.Message($"metrics at {listener.Address.GetLeftPart(UriPartial.Authority)}{options.Path}");
        return new RunTelemetry(metrics, page, listener, OtlpExport.IsAsked ? OtlpExport.Start(ServiceName) : null);
    }
}
