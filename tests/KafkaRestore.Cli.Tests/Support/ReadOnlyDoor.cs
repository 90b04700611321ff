using System.Net;
using System.Net.Sockets;
using System.Text;

namespace KafkaRestore.Cli.Tests.Support;

/// <summary>A door to an S3 server through which one may read and list, and neither write nor remove: what a policy without s3:PutObject and s3:DeleteObject answers.</summary>
internal sealed class ReadOnlyDoor : IDisposable
{
    private static readonly byte[] Refusal = Encoding.UTF8.GetBytes("<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>");

    private readonly HttpListener _listener = new();
    private readonly HttpClient _server;

    public ReadOnlyDoor(string server)
    {
        _server = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(server) };
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Endpoint = $"http://{free.LocalEndpoint}";
        }

        _listener.Prefixes.Add($"{Endpoint}/");
        _listener.Start();
        _ = ServeAsync();
    }

    /// <summary>Where the door is.</summary>
    public string Endpoint { get; }

    public void Dispose()
    {
        _listener.Close();
        _server.Dispose();
    }

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                _ = AnswerAsync(await _listener.GetContextAsync());
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        using var response = context.Response;
        if (context.Request.HttpMethod is not ("GET" or "HEAD"))
        {
            response.StatusCode = (int)HttpStatusCode.Forbidden;
            response.ContentType = "application/xml";
            await response.OutputStream.WriteAsync(Refusal);
            return;
        }

        // What was signed goes on as it came, the name of the host included.
        using var question = new HttpRequestMessage(new HttpMethod(context.Request.HttpMethod), context.Request.RawUrl);
        foreach (var name in context.Request.Headers.AllKeys.Where(static name => name != "Connection"))
        {
            question.Headers.TryAddWithoutValidation(name!, context.Request.Headers[name]);
        }

        using var answer = await _server.SendAsync(question);
        response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(static header => header.Key is "ETag" or "Last-Modified" or "Content-Type" or "Content-Range"))
        {
            response.AddHeader(name, string.Join(", ", values));
        }

        response.ContentLength64 = answer.Content.Headers.ContentLength ?? 0;
        if (context.Request.HttpMethod == "GET")
        {
            await response.OutputStream.WriteAsync(await answer.Content.ReadAsByteArrayAsync());
        }
    }
}
