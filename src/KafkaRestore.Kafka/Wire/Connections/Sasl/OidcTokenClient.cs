using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using KafkaRestore.Kafka.Client;
using KafkaRestore.Records;

namespace KafkaRestore.Kafka.Wire.Connections.Sasl;

/// <summary>Asks a token server for tokens with our own credentials (RFC 6749, section 4.4).</summary>
internal sealed class OidcTokenClient
{
    private const int MostBytes = 256 << 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // What a server that does not say leaves us is not kept long.
    private static readonly TimeSpan UnknownLifetime = TimeSpan.FromMinutes(1);

    // Credentials do not follow a redirection.
    private static readonly HttpClient Http = new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
    {
        Timeout = Patience,
        MaxResponseContentBufferSize = MostBytes,
    };

    private readonly Uri _endpoint;
    private readonly Secret _credentials;
    private readonly string? _scope;
    private readonly IReadOnlyDictionary<string, string> _extensions;

    private OidcTokenClient(ClientPropertyReader properties)
    {
        const string why = "sasl.oauthbearer.method: oidc";
        var url = properties.Required("sasl.oauthbearer.token.endpoint.url", why);
        if (!Uri.TryCreate(url, UriKind.Absolute, out var endpoint) || (endpoint.Scheme != Uri.UriSchemeHttps && endpoint.Scheme != Uri.UriSchemeHttp))
        {
            throw ClientConfiguration.Invalid("the token server's address is no URL", "target.client.sasl.oauthbearer.token.endpoint.url", "Write https://host/path.");
        }

        _endpoint = endpoint;
        _credentials = new Secret($"{properties.Required("sasl.oauthbearer.client.id", why)}:{properties.Required("sasl.oauthbearer.client.secret", why)}");
        _scope = properties.Text("sasl.oauthbearer.scope");
        _extensions = SaslExtensions.Read(properties);
    }

    // What stands before the host or behind the path may be secret.
    private string Where => $"{_endpoint.Scheme}://{_endpoint.Authority}{_endpoint.AbsolutePath}";

    /// <summary>Reads its properties.</summary>
    /// <exception cref="Records.Errors.RestoreException">CONFIG_INVALID.</exception>
    public static OidcTokenClient From(ClientPropertyReader properties) => new(properties);

    /// <summary>A new token.</summary>
    /// <exception cref="WireException">Denied, Unreachable or Malformed.</exception>
    public async Task<BearerToken> IssueAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var request = NewRequest();
            using var response = await Http.SendAsync(request, cancellationToken).ConfigureAwait(false);
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
            return response.IsSuccessStatusCode ? Parse(body) : throw Refusal(response.StatusCode, body);
        }
        catch (HttpRequestException e)
        {
            throw new WireException(WireFailure.Unreachable, $"the token server {Where} does not answer: {TcpDialer.Describe(e)}", e, Remedies.TokenServer);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new WireException(WireFailure.Unreachable, $"the token server {Where} did not answer within {Patience.TotalSeconds:0} s", e, Remedies.TokenServer);
        }
    }

    private HttpRequestMessage NewRequest()
    {
        var form = new Dictionary<string, string> { ["grant_type"] = "client_credentials" };
        if (_scope is not null)
        {
            form["scope"] = _scope;
        }

        var request = new HttpRequestMessage(HttpMethod.Post, _endpoint) { Content = new FormUrlEncodedContent(form) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(_credentials.Reveal())));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        return request;
    }

    private BearerToken Parse(byte[] body)
    {
        var answer = Read(body);
        if (Text(answer, "access_token") is not { Length: > 0 } token || token.Any(char.IsControl))
        {
            throw new WireException(WireFailure.Malformed, $"the token server {Where} answers without a token", hint: Remedies.TokenServer);
        }

        var lifetime = answer.TryGetProperty("expires_in", out var seconds) && seconds.ValueKind == JsonValueKind.Number && seconds.TryGetInt32(out var left) && left > 0
            ? TimeSpan.FromSeconds(left)
            : UnknownLifetime;
        return new BearerToken(new Secret(token), lifetime, _extensions);
    }

    private WireException Refusal(HttpStatusCode status, byte[] body)
    {
        JsonElement? answer = null;
        try
        {
            answer = Read(body);
        }
        catch (WireException)
        {
            // The status says enough.
        }

        var reason = answer is { } read ? Text(read, "error_description") ?? Text(read, "error") : null;
        var denied = status is HttpStatusCode.BadRequest or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden;
        return new WireException(
            denied ? WireFailure.Denied : WireFailure.Unreachable,
            $"the token server {Where} gives no token: HTTP {(int)status}{(reason is null ? "" : $", {BrokerText.Of(reason)}")}",
            hint: Remedies.TokenServer);
    }

    private JsonElement Read(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : throw Unreadable(null);
        }
        catch (JsonException e)
        {
            throw Unreadable(e);
        }
    }

    private static string? Text(JsonElement answer, string name) =>
        answer.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private WireException Unreadable(Exception? inner) => new(WireFailure.Malformed, $"the token server {Where} does not answer in JSON", inner, Remedies.TokenServer);
}
