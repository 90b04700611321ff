using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace KafkaRestore.Archive.Tests.Storage.Doubles;

/// <summary>What the server was asked.</summary>
internal sealed record ScriptedRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers);

/// <summary>What it answers.</summary>
/// <param name="Status">Status code; 0 closes the connection without a word.</param>
/// <param name="Body">The body that is announced.</param>
/// <param name="Headers">Further headers.</param>
/// <param name="CutAfter">Close the connection after so many bytes of the body; null sends all.</param>
/// <param name="Hang">Say nothing more after that and keep the connection open, until the server is disposed.</param>
internal sealed record ScriptedAnswer(
    int Status, byte[] Body, IReadOnlyDictionary<string, string>? Headers = null, int? CutAfter = null, bool Hang = false)
{
    public static ScriptedAnswer Error(int status, string code) => new(
        status, Encoding.UTF8.GetBytes($"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>a message</Message></Error>"));
}

/// <summary>An HTTP/1.1 server on loopback that answers as a test says; one request a connection.</summary>
internal sealed class ScriptedHttpServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<ScriptedRequest, ScriptedAnswer> _script;
    private readonly List<ScriptedRequest> _requests = [];
    private readonly Task _accepting;

    public ScriptedHttpServer(Func<ScriptedRequest, ScriptedAnswer> script)
    {
        _script = script;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Endpoint => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    public IReadOnlyList<ScriptedRequest> Requests
    {
        get
        {
            lock (_requests)
            {
                return [.. _requests];
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
            {
                open.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                await using var stream = client.GetStream();
                if (await ReadRequestAsync(stream) is not { } request)
                {
                    return;
                }

                lock (_requests)
                {
                    _requests.Add(request);
                }

                await AnswerAsync(stream, _script(request), request.Method == "HEAD");
            }
            catch (Exception error) when (error is IOException or OperationCanceledException)
            {
                // The client went away, or the test is over.
            }
        }
    }

    private async Task<ScriptedRequest?> ReadRequestAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, _stop.Token) == 0)
            {
                return null;
            }

            head.Append((char)one[0]);
        }

        var lines = head.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var first = lines[0].Split(' ');
        var headers = lines.Skip(1).Select(l => l.Split(": ", 2)).ToDictionary(p => p[0], p => p[1], StringComparer.OrdinalIgnoreCase);
        if (headers.TryGetValue("Content-Length", out var length))
        {
            await stream.ReadExactlyAsync(new byte[int.Parse(length, CultureInfo.InvariantCulture)], _stop.Token);
        }

        return new ScriptedRequest(first[0], first[1], headers);
    }

    private async Task AnswerAsync(NetworkStream stream, ScriptedAnswer answer, bool headOnly)
    {
        if (answer.Status != 0)
        {
            var head = new StringBuilder($"HTTP/1.1 {answer.Status} Scripted\r\nConnection: close\r\n");
            foreach (var (name, value) in answer.Headers ?? new Dictionary<string, string>())
            {
                head.Append($"{name}: {value}\r\n");
            }

            head.Append($"Content-Length: {answer.Body.Length}\r\n\r\n");
            await stream.WriteAsync(Encoding.ASCII.GetBytes(head.ToString()), _stop.Token);
            if (!headOnly)
            {
                await stream.WriteAsync(answer.Body.AsMemory(0, Math.Min(answer.CutAfter ?? int.MaxValue, answer.Body.Length)), _stop.Token);
            }
        }

        if (answer.Hang)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, _stop.Token);
        }
    }
}
