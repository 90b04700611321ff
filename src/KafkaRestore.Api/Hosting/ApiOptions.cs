using System.Net;
using System.Security.Cryptography.X509Certificates;
using KafkaRestore.Api.Security;
using Microsoft.AspNetCore.Http;

namespace KafkaRestore.Api.Hosting;

/// <summary>How the API is served.</summary>
public sealed record ApiOptions
{
    /// <summary>The port where none is named.</summary>
    public const int DefaultPort = 8480;

    /// <summary>Where it listens. Anything but loopback needs a <see cref="Token"/>.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, DefaultPort);

    /// <summary>What callers must show; null: nothing, on loopback.</summary>
    public BearerToken? Token { get; init; }

    /// <summary>The certificate, with its key, for TLS; null: plain HTTP.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Answers <c>GET /metrics</c>; null: there is no such page.</summary>
    public RequestDelegate? Metrics { get; init; }

    /// <summary>Whether that page is for everybody, without the token.</summary>
    public bool MetricsWithoutToken { get; init; }

    /// <summary>The largest configuration that is taken, in bytes.</summary>
    public long MaxDocumentBytes { get; init; } = 1 << 20;
}
