using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using KafkaRestore.Api.Client;
using KafkaRestore.Api.Contracts;
using KafkaRestore.Api.Hosting;
using KafkaRestore.Api.Security;
using KafkaRestore.Cli.Tests.Support;
using KafkaRestore.Records;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Tests.Service;

/// <summary>Who may ask the API, and what it says to those who ask wrongly.</summary>
public sealed class ApiSecurityTests : IAsyncLifetime
{
    private const string Token = "0123456789abcdef-token";
    private readonly Scratch _scratch = new();
    private readonly List<IAsyncDisposable> _closing = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        _closing.Reverse();
        foreach (var part in _closing)
        {
            await part.DisposeAsync();
        }

        _scratch.Dispose();
    }

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Host", "evil.example")]
    public async Task Without_a_token_a_web_page_is_refused(string header, string value)
    {
        using var http = await ClientAsync(new ApiOptions());
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/jobs");
        request.Headers.TryAddWithoutValidation(header, value);

        using var response = await http.SendAsync(request);

        Assert.Equal("SERVER_DENIED", (await ProblemAsync(response, HttpStatusCode.Forbidden)).Code);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer wrong-token-of-some-length")]
    [InlineData("Basic " + Token)]
    [InlineData("Bearer " + Token + "x")]
    public async Task With_a_token_nothing_is_told_to_who_does_not_show_it(string? shown)
    {
        using var http = await ClientAsync(Guarded());
        foreach (var path in new[] { "/v1/jobs", "/v1/cluster", "/openapi/v1.json", "/no-such-path" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            if (shown is not null)
            {
                request.Headers.TryAddWithoutValidation("Authorization", shown);
            }

            using var response = await http.SendAsync(request);

            var problem = await ProblemAsync(response, HttpStatusCode.Unauthorized);
            Assert.Equal("SERVER_DENIED", problem.Code);
            Assert.DoesNotContain(Token, JsonSerializer.Serialize(problem), StringComparison.Ordinal);
            Assert.Equal("Bearer", response.Headers.WwwAuthenticate.ToString());
        }

        using var health = await http.GetAsync("/health/ready");
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }

    [Fact]
    public async Task Who_shows_the_token_is_let_in()
    {
        using var http = await ClientAsync(Guarded());
        using var remote = new RemoteRestoreService(http.BaseAddress!, new Secret(Token));

        Assert.Empty((await remote.ListAsync(new JobQuery(null, null, 10), default)).Jobs);
    }

    [Fact]
    public async Task Tls_is_spoken_with_a_certificate_and_an_unknown_authority_is_not_trusted()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
        using var http = await ClientAsync(Guarded() with { Certificate = certificate });
        Assert.Equal("https", http.BaseAddress!.Scheme);

        using var distrustful = new RemoteRestoreService(http.BaseAddress, new Secret(Token));
        var failure = await Assert.ThrowsAsync<RestoreException>(() => distrustful.ClusterAsync(default));
        Assert.Equal(ErrorCodes.ServerUnreachable, failure.Code);
        Assert.Contains("TLS", failure.Message, StringComparison.Ordinal);

        using var trusting = new RemoteRestoreService(http.BaseAddress, new Secret(Token), new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => shown!.GetCertHashString() == certificate.GetCertHashString() } });
        Assert.Equal("standalone", (await trusting.ClusterAsync(default)).Mode);
    }

    [Fact]
    public async Task Another_address_than_loopback_needs_a_token()
    {
        var failure = await Assert.ThrowsAsync<RestoreException>(() => HostAsync(new ApiOptions { Listen = new IPEndPoint(IPAddress.Any, 0) }));

        Assert.Equal(ErrorCodes.ConfigInvalid, failure.Code);
        Assert.Contains("--token-file", failure.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_is_taken_is_named()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();

        var failure = await Assert.ThrowsAsync<RestoreException>(() => HostAsync(new ApiOptions { Listen = (IPEndPoint)taken.LocalEndpoint }));

        Assert.Equal(ErrorCodes.ServerUnreachable, failure.Code);
        Assert.Equal(taken.LocalEndpoint.ToString(), failure.Where);
    }

    [Theory]
    [InlineData("short")]
    [InlineData("with a space in it, and long")]
    [InlineData("")]
    public void A_token_that_is_no_secret_is_refused(string content)
    {
        var failure = Assert.Throws<RestoreException>(() => BearerToken.FromFile(_scratch.Write("token", content)));

        Assert.Equal(ErrorCodes.ConfigInvalid, failure.Code);
        Assert.True(content.Length == 0 || !failure.Describe().Contains(content, StringComparison.Ordinal));
    }

    [Fact]
    public void A_token_is_not_sent_over_plain_http_to_another_machine() =>
        Assert.Equal(ErrorCodes.ServerDenied, Assert.Throws<RestoreException>(() => new RemoteRestoreService(new Uri("http://elsewhere.example:8480"), new Secret(Token))).Code);

    [Theory]
    [InlineData("POST", "/v1/jobs", "text/plain", "mode: restore", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("POST", "/v1/jobs", "application/x-www-form-urlencoded", "mode=restore", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("GET", "/v1/nothing", null, null, HttpStatusCode.NotFound)]
    [InlineData("DELETE", "/v1/jobs", null, null, HttpStatusCode.MethodNotAllowed)]
    [InlineData("GET", "/v1/jobs?state=sleeping", null, null, HttpStatusCode.UnprocessableEntity)]
    [InlineData("GET", "/v1/jobs?limit=0", null, null, HttpStatusCode.UnprocessableEntity)]
    [InlineData("GET", "/v1/jobs?limit=many", null, null, HttpStatusCode.BadRequest)]
    [InlineData("PATCH", "/v1/jobs/x/limits", "application/json", "{\"rate_limit\": 5}", HttpStatusCode.BadRequest)]
    [InlineData("PATCH", "/v1/jobs/x/limits", "application/json", "{", HttpStatusCode.BadRequest)]
    [InlineData("PATCH", "/v1/jobs/x/limits", "application/json", "{}", HttpStatusCode.NotFound)]
    public async Task Who_asks_wrongly_is_told_how_as_a_problem(string method, string path, string? type, string? body, HttpStatusCode expected)
    {
        using var http = await ClientAsync(new ApiOptions());
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8);
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type!);
        }

        using var response = await http.SendAsync(request);

        var problem = await ProblemAsync(response, expected);
        Assert.NotEmpty(problem.Detail);
        Assert.NotEmpty(problem.Hint);
        Assert.DoesNotContain("   at ", problem.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_document_that_is_too_large_is_refused_before_it_is_read_whole()
    {
        using var http = await ClientAsync(new ApiOptions { MaxDocumentBytes = 1_000 });
        using var content = new StringContent(new string('#', 2_000), Encoding.UTF8, "application/yaml");

        using var response = await http.PostAsync("/v1/jobs", content);

        Assert.Equal("USAGE", (await ProblemAsync(response, HttpStatusCode.RequestEntityTooLarge)).Code);
    }

    [Fact]
    public async Task A_document_that_is_not_utf8_is_refused()
    {
        using var http = await ClientAsync(new ApiOptions());
        using var content = new ByteArrayContent([0x6d, 0xff, 0xfe]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/yaml");

        using var response = await http.PostAsync("/v1/jobs", content);

        Assert.Contains("UTF-8", (await ProblemAsync(response, HttpStatusCode.UnprocessableEntity)).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_description_names_every_operation()
    {
        using var http = await ClientAsync(new ApiOptions());

        using var description = JsonDocument.Parse(await http.GetStringAsync("/openapi/v1.json"));

        var operations = description.RootElement.GetProperty("paths").EnumerateObject()
            .SelectMany(static path => path.Value.EnumerateObject().Select(operation => $"{operation.Name} {path.Name}")).Order(StringComparer.Ordinal);
        string[] expected =
        [
            "get /health/live", "get /health/ready", "get /v1/cluster", "get /v1/jobs", "get /v1/jobs/{id}", "get /v1/jobs/{id}/events", "get /v1/jobs/{id}/lanes", "get /v1/jobs/{id}/report",
            "get /v1/jobs/{id}/snapshots/{snapshot}",
            "patch /v1/jobs/{id}/limits", "post /v1/jobs", "post /v1/jobs/{id}/cancel", "post /v1/jobs/{id}/pause", "post /v1/jobs/{id}/resume", "post /v1/offset-resets",
        ];
        Assert.Equal(expected, operations);
    }

    [Fact]
    public async Task Something_else_that_answers_is_said_to_be_no_service()
    {
        using var http = await ClientAsync(new ApiOptions());
        using var remote = new RemoteRestoreService(new Uri(http.BaseAddress!, "/health/live/x/"), handler: new Teapot());

        var failure = await Assert.ThrowsAsync<RestoreException>(() => remote.ClusterAsync(default));

        Assert.Equal(ErrorCodes.ServerUnreachable, failure.Code);
        Assert.Contains("418", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<ProblemInfo> ProblemAsync(HttpResponseMessage response, HttpStatusCode expected)
    {
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == expected, $"{(int)response.StatusCode}, expected {(int)expected}: {body}");
        Assert.Equal(ProblemInfo.ContentType, response.Content.Headers.ContentType?.MediaType);
        var problem = JsonSerializer.Deserialize<ProblemInfo>(body, ApiJson.Options)!;
        Assert.Equal((int)expected, problem.Status);
        return problem;
    }

    private ApiOptions Guarded() => new() { Token = BearerToken.FromFile(_scratch.Write("token", Token + "\n")) };

    private async Task<HttpClient> ClientAsync(ApiOptions options)
    {
        var host = await HostAsync(options with { Listen = new IPEndPoint(IPAddress.Loopback, 0) });
        return new HttpClient { BaseAddress = host.Address };
    }

    private async Task<ApiHost> HostAsync(ApiOptions options)
    {
        var service = StandaloneService.Create(_scratch.PathOf("data"));
        _closing.Add(service);
        var host = await ApiHost.StartAsync(service, options);
        _closing.Add(host);
        return host;
    }

    private sealed class Teapot : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage((HttpStatusCode)418));
    }
}
