using System.Net;
using System.Net.Sockets;

namespace KafkaRestore.Preflight.Tests.Support;

/// <summary>Stands before an S3 server: gives objects a storage class, and refuses what a key without rights would be refused. Signatures stay good, because the host's name is passed on.</summary>
internal sealed class S3Proxy : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly HttpClient _client = new(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None });
    private readonly Uri _server;
    private readonly Func<string, string, bool> _refuses;
    private readonly string? _storageClass;
    private readonly Task _running;

    /// <summary>Starts it.</summary>
    /// <param name="server">The server.</param>
    /// <param name="refuses">Whether a request, by method and path, is answered with AccessDenied.</param>
    /// <param name="storageClass">The class that every segment is said to have; null: none.</param>
    public S3Proxy(Uri server, Func<string, string, bool> refuses, string? storageClass)
    {
        (_server, _refuses, _storageClass) = (server, refuses, storageClass);
        Endpoint = Start();
        _running = RunAsync();
    }

    public string Endpoint { get; }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _running;
        _client.Dispose();
    }

    private string Start()
    {
        for (var attempt = 1; ; attempt++)
        {
            var endpoint = $"http://127.0.0.1:{FreePort()}";
            _listener.Prefixes.Clear();
            _listener.Prefixes.Add(endpoint + "/");
            try
            {
                _listener.Start();
                return endpoint;
            }
            catch (HttpListenerException) when (attempt < 5)
            {
                // Somebody else took the port in between.
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task RunAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            _ = AnswerAsync(context);
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        using var answer = context.Response;
        var (method, path) = (context.Request.HttpMethod, context.Request.RawUrl!);
        if (_refuses(method, path))
        {
            answer.StatusCode = 403;
            answer.ContentType = "application/xml";
            await answer.OutputStream.WriteAsync("<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>no right to decrypt</Message></Error>"u8.ToArray());
            return;
        }

        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(_server, path));
        foreach (var name in context.Request.Headers.AllKeys.OfType<string>())
        {
            request.Headers.TryAddWithoutValidation(name, context.Request.Headers[name]);
        }

        using var found = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        answer.StatusCode = (int)found.StatusCode;
        foreach (var (name, values) in found.Headers.Concat(found.Content.Headers).Where(header => header.Key is not ("Content-Length" or "Transfer-Encoding" or "Connection" or "Date" or "Server")))
        {
            answer.Headers[name] = string.Join(",", values);
        }

        if (_storageClass is not null && path.Contains("segment-", StringComparison.Ordinal))
        {
            answer.Headers["x-amz-storage-class"] = _storageClass;
        }

        answer.ContentLength64 = found.Content.Headers.ContentLength ?? 0;
        if (method != "HEAD")
        {
            await found.Content.CopyToAsync(answer.OutputStream);
        }
    }
}
