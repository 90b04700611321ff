using KafkaRestore.Api.Contracts;
using KafkaRestore.Api.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace KafkaRestore.Api.Endpoints;

/// <summary>The service itself over HTTP: its nodes, and whether it lives and can work.</summary>
internal static class ServiceEndpoints
{
    /// <summary>Paths that need no token: they say nothing of any job.</summary>
    public const string Health = "/health";

    /// <summary>Where the service's numbers are, for Prometheus.</summary>
    public const string Metrics = "/metrics";

    /// <summary>Maps them.</summary>
    public static void Map(IEndpointRouteBuilder routes, ApiOptions options)
    {
        if (options.Metrics is { } metrics)
        {
            routes.MapGet(Metrics, metrics).ExcludeFromDescription();
        }

        routes.MapGet("/v1/cluster", (IRestoreService service, CancellationToken stop) => service.ClusterAsync(stop))
            .WithName("cluster").WithSummary("The service, its nodes, and how many jobs are in which state.");
        routes.MapGet(Health + "/live", static () => TypedResults.Ok(new Readiness(true, [])))
            .WithName("live").WithSummary("Answers while the process can answer at all.");
        routes.MapGet(Health + "/ready", static async (IRestoreService service, CancellationToken stop) =>
                await service.ReadyAsync(stop).ConfigureAwait(false) is var ready ? TypedResults.Json(ready, statusCode: ready.Ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable) : null)
            .Produces<Readiness>().Produces<Readiness>(StatusCodes.Status503ServiceUnavailable)
            .WithName("ready").WithSummary("Whether the service can take and do work now.");
    }
}
