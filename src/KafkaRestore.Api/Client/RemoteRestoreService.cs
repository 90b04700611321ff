using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using KafkaRestore.Api.Contracts;
using KafkaRestore.Records;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Api.Client;

/// <summary>A service of restores at the other end of HTTP. Failures are those of the service, with their codes; and SERVER_UNREACHABLE, SERVER_DENIED.</summary>
public sealed class RemoteRestoreService : IRestoreService, IDisposable
{
    // A submission is planned and checked before it is answered; a large archive takes its time.
    private static readonly TimeSpan SubmitPatience = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http;
    private readonly Uri _server;

    /// <summary>Nothing is asked yet.</summary>
    /// <param name="server">The service's address, <c>http</c> or <c>https</c>.</param>
    /// <param name="token">What is shown; null: nothing. Never sent over plain HTTP to another machine.</param>
    /// <param name="handler">The way to the service; null: the system's, which follows no redirection.</param>
    /// <exception cref="RestoreException">USAGE: the address cannot be one. SERVER_DENIED: the token would go over the network unprotected.</exception>
    public RemoteRestoreService(Uri server, Secret? token = null, HttpMessageHandler? handler = null)
    {
        if (!server.IsAbsoluteUri || server.Scheme is not ("http" or "https"))
        {
            throw new RestoreException(ErrorCodes.Usage, "the address of a service is http://HOST:PORT or https://HOST:PORT", server.OriginalString);
        }

        if (token is not null && server is { Scheme: "http", IsLoopback: false })
        {
            throw new RestoreException(ErrorCodes.ServerDenied, "a token is not sent over plain HTTP to another machine", server.OriginalString, "Use https (`serve --tls-certificate`), or a tunnel to its loopback address.");
        }

        _server = server;
        _http = new HttpClient(handler ?? new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = server, Timeout = Timeout.InfiniteTimeSpan };
        if (token is { } secret)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret.Reveal());
        }
    }

    /// <inheritdoc/>
    public async Task<SubmitResult> SubmitAsync(JobSubmission submission, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, submission.Kind == JobKind.OffsetReset
            ? "/v1/offset-resets"
            : $"/v1/jobs?again={Word(submission.Again)}&adopt={Word(submission.Adopt)}&purge={Word(submission.Purge)}")
        {
            Content = new StringContent(submission.Document, Encoding.UTF8, "application/yaml"),
        };
        if (submission.IdempotencyKey is { } key)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        }

        return await AnswerAsync<SubmitResult>(request, SubmitPatience, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<JobList> ListAsync(JobQuery query, CancellationToken cancellationToken) => GetAsync<JobList>(
        $"/v1/jobs?limit={Number(query.Limit)}{Parameter("state", query.State?.ToString())}{Parameter("after", query.After)}", cancellationToken);

    /// <inheritdoc/>
    public Task<JobInfo> GetAsync(string id, CancellationToken cancellationToken) => GetAsync<JobInfo>(Of(id), cancellationToken);

    /// <inheritdoc/>
    public Task<LaneList> LanesAsync(string id, LaneQuery query, CancellationToken cancellationToken) => GetAsync<LaneList>(
        $"{Of(id)}/lanes?offset={Number(query.Offset)}&limit={Number(query.Limit)}{Parameter("state", query.State)}", cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<JobEvent> EventsAsync(string id, long? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Of(id) + "/events");
        if (after is { } number)
        {
            request.Headers.Add("Last-Event-ID", number.ToString(CultureInfo.InvariantCulture));
        }

        using var response = await SendAsync(request, Patience, cancellationToken, HttpCompletionOption.ResponseHeadersRead).ConfigureAwait(false);
        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            var items = SseParser.Create(body, static (_, data) => JsonSerializer.Deserialize<JobEvent>(data, ApiJson.Options)!).EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using (items.ConfigureAwait(false))
            {
                while (await NextAsync(items).ConfigureAwait(false))
                {
                    yield return items.Current.Data;
                }
            }
        }
    }

    /// <inheritdoc/>
    public Task<JobInfo> PauseAsync(string id, CancellationToken cancellationToken) => PostAsync(id, "pause", cancellationToken);

    /// <inheritdoc/>
    public Task<JobInfo> ResumeAsync(string id, CancellationToken cancellationToken) => PostAsync(id, "resume", cancellationToken);

    /// <inheritdoc/>
    public Task<JobInfo> CancelAsync(string id, CancellationToken cancellationToken) => PostAsync(id, "cancel", cancellationToken);

    /// <inheritdoc/>
    public async Task<LimitsChanged> ChangeLimitsAsync(string id, LimitsChange change, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, Of(id) + "/limits") { Content = JsonContent.Create(change, options: ApiJson.Options) };
        return await AnswerAsync<LimitsChanged>(request, Patience, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>> ReportAsync(string id, CancellationToken cancellationToken) => BytesAsync(Of(id) + "/report", cancellationToken);

    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>> SnapshotAsync(string id, string snapshot, CancellationToken cancellationToken) =>
        BytesAsync($"{Of(id)}/snapshots/{Uri.EscapeDataString(snapshot)}", cancellationToken);

    private async Task<ReadOnlyMemory<byte>> BytesAsync(string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var response = await SendAsync(request, Patience, cancellationToken).ConfigureAwait(false);
        return await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<ClusterInfo> ClusterAsync(CancellationToken cancellationToken) => GetAsync<ClusterInfo>("/v1/cluster", cancellationToken);

    /// <inheritdoc/>
    public async Task<Readiness> ReadyAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health/ready");
        using var response = await SendAsync(request, Patience, cancellationToken, isAnswer: static status => status is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable).ConfigureAwait(false);
        return await ReadAsync<Readiness>(response, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static string Of(string id) => $"/v1/jobs/{Uri.EscapeDataString(id)}";

    private static string Parameter(string name, string? value) => value is null ? "" : $"&{name}={Uri.EscapeDataString(value)}";

    private static string Word(bool value) => value ? "true" : "false";

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private async Task<JobInfo> PostAsync(string id, string what, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Of(id)}/{what}");
        return await AnswerAsync<JobInfo>(request, Patience, cancellationToken).ConfigureAwait(false);
    }

    private async Task<T> GetAsync<T>(string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return await AnswerAsync<T>(request, Patience, cancellationToken).ConfigureAwait(false);
    }

    private async Task<T> AnswerAsync<T>(HttpRequestMessage request, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(request, patience, cancellationToken).ConfigureAwait(false);
        return await ReadAsync<T>(response, cancellationToken).ConfigureAwait(false);
    }

    private async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return await response.Content.ReadFromJsonAsync<T>(ApiJson.Options, cancellationToken).ConfigureAwait(false) ?? throw new JsonException("it is null");
        }
        catch (JsonException failure)
        {
            throw NotOurs($"its answer cannot be understood: {failure.Message}", failure);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, TimeSpan patience, CancellationToken cancellationToken, HttpCompletionOption completion = HttpCompletionOption.ResponseContentRead, Func<HttpStatusCode, bool>? isAnswer = null)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(patience);
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, completion, late.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException failure) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RestoreException(ErrorCodes.ServerUnreachable, $"the service has not answered within {patience.TotalSeconds:0} s", _server.OriginalString, inner: failure);
        }
        catch (HttpRequestException failure)
        {
            throw Unreachable(failure);
        }

        if (isAnswer?.Invoke(response.StatusCode) ?? response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw await FailureAsync(response, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<Exception> FailureAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        ProblemInfo? problem = null;
        if (response.Content.Headers.ContentType?.MediaType == ProblemInfo.ContentType)
        {
            try
            {
                problem = await response.Content.ReadFromJsonAsync<ProblemInfo>(ApiJson.Options, cancellationToken).ConfigureAwait(false);
            }
            catch (JsonException)
            {
                // Then its status is all that there is.
            }
        }

        if (problem is null || ErrorCodes.All.FirstOrDefault(code => code.Word == problem.Code) is not { } code)
        {
            return NotOurs($"it answers with {(int)response.StatusCode} {response.ReasonPhrase}");
        }

        var failure = new RestoreException(code, problem.Detail, problem.Where, problem.Hint);
        return problem.Findings.Count > 0 ? new SubmissionRefused(failure, problem.Findings) : failure;
    }

    private async ValueTask<bool> NextAsync<T>(IAsyncEnumerator<T> items)
    {
        try
        {
            return await items.MoveNextAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            throw new RestoreException(ErrorCodes.ServerUnreachable, $"the service has broken off: {failure.Message}", _server.OriginalString, inner: failure);
        }
    }

    private RestoreException Unreachable(HttpRequestException failure) => failure.InnerException switch
    {
        AuthenticationException distrust => new RestoreException(ErrorCodes.ServerUnreachable, $"no TLS with the service: {distrust.Message}", _server.OriginalString, "Its certificate must be trusted by this machine and name this host.", failure),
        SocketException socket => new RestoreException(ErrorCodes.ServerUnreachable, $"the service cannot be reached: {socket.Message}", _server.OriginalString, inner: failure),
        _ => new RestoreException(ErrorCodes.ServerUnreachable, $"the service cannot be reached: {failure.Message}", _server.OriginalString, inner: failure),
    };

    private RestoreException NotOurs(string what, Exception? inner = null) =>
        new(ErrorCodes.ServerUnreachable, $"what answers there is no service of restores of this version: {what}", _server.OriginalString, inner: inner);
}
