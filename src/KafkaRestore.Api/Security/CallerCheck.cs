using System.Net;
using KafkaRestore.Api.Endpoints;
using KafkaRestore.Records.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace KafkaRestore.Api.Security;

/// <summary>
/// Lets callers in. With a token: those who show it. Without one, the service listens on loopback alone, and everybody on this machine may use it, but no page that a browser on it shows: what
/// bears the name of another host, or comes from a page, is refused.
/// </summary>
/// <param name="next">What comes after it.</param>
/// <param name="token">The token; null: none.</param>
/// <param name="metricsAreOpen">Whether the metrics need no token either.</param>
internal sealed class CallerCheck(RequestDelegate next, BearerToken? token, bool metricsAreOpen)
{
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (token is null)
        {
            return IsFromPage(request)
                ? RefuseAsync(context, StatusCodes.Status403Forbidden, "a service without a token takes no requests of web pages, and none under another host's name", "Start the service with --token-file, or use its address on this machine.")
                : next(context);
        }

        if (request.Path.StartsWithSegments(ServiceEndpoints.Health) || (metricsAreOpen && request.Path == ServiceEndpoints.Metrics) || token.IsShownBy(request.Headers.Authorization))
        {
            return next(context);
        }

        context.Response.Headers.WWWAuthenticate = "Bearer";
        return RefuseAsync(
            context, StatusCodes.Status401Unauthorized, request.Headers.Authorization.Count == 0 ? "the request shows no token" : "the token is not the one of this service", "Show the service's token (`--token-file`, or the variable KAFKA_RESTORE_TOKEN_FILE).");
    }

    private static bool IsFromPage(HttpRequest request) =>
        request.Headers.ContainsKey(HeaderNames.Origin)
        || !(request.Host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(request.Host.Host, out var address) && IPAddress.IsLoopback(address)));

    private static Task RefuseAsync(HttpContext context, int status, string what, string hint) =>
        Problems.WriteAsync(context, Problems.Of(new RestoreException(ErrorCodes.ServerDenied, what, hint: hint), status));
}
