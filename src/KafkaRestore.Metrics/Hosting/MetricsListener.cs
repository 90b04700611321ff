using System.Net;
using KafkaRestore.Records.Errors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace KafkaRestore.Metrics.Hosting;

/// <summary>Serves a <see cref="MetricsPage"/> by itself, for a restore that is no service: <c>GET</c> of its path and of <c>/metrics</c>; <c>/health</c> answers while the process can answer at all.</summary>
public sealed class MetricsListener : IAsyncDisposable
{
    /// <summary>Where the page always is.</summary>
    public const string StandardPath = "/metrics";

    private static readonly PathString[] Health = ["/health", "/healthz"];
    private readonly WebApplication _app;

    private MetricsListener(WebApplication app, Uri address) => (_app, Address) = (app, address);

    /// <summary>Where it listens; with the real port where any was asked for.</summary>
    public Uri Address { get; }

    /// <summary>Begins to serve; the page stays the caller's to dispose.</summary>
    /// <param name="page">The page.</param>
    /// <param name="listen">Where to listen. Nobody is asked for a token: what the page tells is names of topics, counts and times.</param>
    /// <param name="path">A path that the page has besides <see cref="StandardPath"/>.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="RestoreException">CONFIG_INVALID: the address cannot be listened on.</exception>
    public static async Task<MetricsListener> StartAsync(MetricsPage page, IPEndPoint listen, string path, CancellationToken cancellationToken)
    {
        // The empty builder: nothing of this process' environment or files configures it behind its user's back.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Listen(listen);
        });
        var app = builder.Build();
        app.Run(context => AnswerAsync(page, path, context));
        try
        {
            await app.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or System.Net.Sockets.SocketException)
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw new RestoreException(
                ErrorCodes.ConfigInvalid, $"the address of the metrics page cannot be listened on: {failure.Message}", $"metrics.bind_address, metrics.port: {listen}",
                "Choose another port or address, or set metrics.enabled: false.", failure);
        }

        return new MetricsListener(app, new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()));
    }

    /// <summary>Takes no more requests.</summary>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None).ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
    }

    private static Task AnswerAsync(MetricsPage page, string path, HttpContext context)
    {
        var request = context.Request;
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            context.Response.Headers.Allow = "GET, HEAD";
            return Task.CompletedTask;
        }

        if (request.Path == path || request.Path == StandardPath)
        {
            return page.AnswerAsync(context);
        }

        if (Health.Contains(request.Path))
        {
            return context.Response.WriteAsJsonAsync(new { status = "healthy" }, context.RequestAborted);
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
