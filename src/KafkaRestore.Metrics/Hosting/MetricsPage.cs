using KafkaRestore.Metrics.Exposition;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace KafkaRestore.Metrics.Hosting;

/// <summary>The page that Prometheus reads: the numbers of this process at the moment of the request.</summary>
public sealed class MetricsPage : IDisposable
{
    private const string OpenMetricsType = "application/openmetrics-text";

    private readonly MeterReader _reader;

    /// <summary>A page of these numbers; counts of what is told (requests to storages, ended runs) begin with it.</summary>
    public MetricsPage(RestoreMetrics metrics) => _reader = new MeterReader(metrics.Instruments.Meter);

    /// <summary>Answers a request with the text that it asks for: OpenMetrics 1.0.0 where <c>Accept</c> prefers it, else Prometheus' format 0.0.4.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        var format = FormatFor(context.Request.Headers.Accept);
        context.Response.ContentType = format.ContentType;
        await context.Response.WriteAsync(format.Write(_reader.Read()), context.RequestAborted).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    /// <summary>The format that an <c>Accept</c> header prefers.</summary>
    internal static TextFormat FormatFor(IList<string?> accept)
    {
        if (!MediaTypeHeaderValue.TryParseList([.. accept.OfType<string>()], out var wanted))
        {
            return TextFormat.Prometheus;
        }

        var best = wanted.Where(static type => (type.Quality ?? 1) > 0).OrderByDescending(static type => type.Quality ?? 1).FirstOrDefault(static type =>
            type.MediaType == OpenMetricsType ? Parameter(type, "version") is null or "1.0.0" or "0.0.1" : type.MediaType == "text/plain" || type.MatchesAllTypes || type.MatchesAllSubTypes);
        return best?.MediaType == OpenMetricsType ? TextFormat.OpenMetrics : TextFormat.Prometheus;
    }

    private static string? Parameter(MediaTypeHeaderValue type, string name) =>
        type.Parameters.FirstOrDefault(parameter => parameter.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } found ? found.GetUnescapedValue().Value : null;
}
