using System.Net;
using KafkaRestore.Api.Contracts;
using KafkaRestore.Api.Endpoints;
using KafkaRestore.Api.Security;
using KafkaRestore.Records.Errors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace KafkaRestore.Api.Hosting;

/// <summary>Serves an <see cref="IRestoreService"/> over HTTP.</summary>
public sealed class ApiHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ApiHost(WebApplication app, Uri address)
    {
        _app = app;
        Address = address;
    }

    /// <summary>Where it listens; with the real port where any was asked for.</summary>
    public Uri Address { get; }

    /// <summary>Begins to serve; the service stays the caller's to dispose.</summary>
    /// <param name="service">What is served.</param>
    /// <param name="options">How.</param>
    /// <param name="log">Where failures that nobody foresaw are logged; null: nowhere.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="RestoreException">CONFIG_INVALID: another address than loopback without a token. SERVER_UNREACHABLE: the address cannot be listened on.</exception>
    public static async Task<ApiHost> StartAsync(IRestoreService service, ApiOptions options, ILoggerProvider? log = null, CancellationToken cancellationToken = default)
    {
        Check(options);
        var app = Build(service, options, log);
        try
        {
            await app.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException failure)
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw new RestoreException(ErrorCodes.ServerUnreachable, $"the address cannot be listened on: {failure.Message}", options.Listen.ToString(), "Choose another one with --listen.", failure);
        }

        return new ApiHost(app, new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()));
    }

    /// <summary>Takes no more requests and ends those that listen to events.</summary>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None).ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Whether it may be served so.</summary>
    /// <param name="options">How.</param>
    /// <exception cref="RestoreException">CONFIG_INVALID: another address than loopback without a token.</exception>
    public static void Check(ApiOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Token is null && !IPAddress.IsLoopback(options.Listen.Address))
        {
            throw new RestoreException(
                ErrorCodes.ConfigInvalid, "a service that others can reach needs a token", options.Listen.ToString(), "Name the file of one with --token-file, or listen on 127.0.0.1.");
        }
    }

    private static WebApplication Build(IRestoreService service, ApiOptions options, ILoggerProvider? log)
    {
        // The empty builder: nothing of this process' environment or files configures the service behind its user's back.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.MaxDocumentBytes;
            kestrel.Listen(options.Listen, listener =>
            {
                if (options.Certificate is { } certificate)
                {
                    listener.UseHttps(certificate);
                }
            });
        });
        if (options.Certificate is not null)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        if (log is not null)
        {
            builder.Logging.AddProvider(log).SetMinimumLevel(LogLevel.Warning);
        }

        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(service);
        builder.Services.AddExceptionHandler<Problems>();
        builder.Services.AddProblemDetails();
        builder.Services.ConfigureHttpJsonOptions(static json => ApiJson.Apply(json.SerializerOptions));
        builder.Services.AddOpenApi();
        var app = builder.Build();
        app.UseExceptionHandler();
        app.Use(next => new CallerCheck(next, options.Token, options.MetricsWithoutToken).InvokeAsync);
        app.UseRouting();
        app.UseStatusCodePages(static context => Problems.WriteAsync(context.HttpContext, Unmapped(context.HttpContext)));
        JobEndpoints.Map(app, options);
        ServiceEndpoints.Map(app, options);
        app.MapOpenApi();
        return app;
    }

    // A path or method that is not there.
    private static ProblemInfo Unmapped(HttpContext context) => Problems.Of(
        new RestoreException(ErrorCodes.Usage, $"there is no {context.Request.Method} {context.Request.Path}", hint: "See /openapi/v1.json."), context.Response.StatusCode);
}
