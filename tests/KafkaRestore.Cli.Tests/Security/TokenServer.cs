using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace KafkaRestore.Cli.Tests.Security;

/// <summary>A token server on loopback that gives unsigned tokens to whoever knows the secret; the test's broker takes them.</summary>
internal sealed class TokenServer : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly string _credentials;
    private int _issued;

    public TokenServer(string clientId, string secret)
    {
        _credentials = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{clientId}:{secret}"));
        Url = $"http://127.0.0.1:{FreePort()}/token";
        _listener.Prefixes.Add(Url + "/");
        _listener.Start();
        _ = ServeAsync();
    }

    public string Url { get; }

    /// <summary>How many tokens were given.</summary>
    public int Issued => Volatile.Read(ref _issued);

    /// <summary>The forms that were sent with good credentials.</summary>
    public string LastForm { get; private set; } = "";

    /// <summary>A token that nobody signed.</summary>
    public static string Token(string subject, DateTimeOffset ends)
    {
        var claims = JsonSerializer.SerializeToUtf8Bytes(new { sub = subject, iat = ends.AddHours(-1).ToUnixTimeSeconds(), exp = ends.ToUnixTimeSeconds() });
        return $"{Base64Url.EncodeToString("{\"alg\":\"none\"}"u8)}.{Base64Url.EncodeToString(claims)}.";
    }

    public void Dispose() => _listener.Close();

    private async Task ServeAsync()
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

            var known = context.Request.Headers["Authorization"] == _credentials;
            using var body = new StreamReader(context.Request.InputStream);
            var form = await body.ReadToEndAsync();
            object answer = new { error = "invalid_client" };
            if (known)
            {
                LastForm = form;
                Interlocked.Increment(ref _issued);
                answer = new { access_token = Token("admin", DateTimeOffset.UtcNow.AddMinutes(10)), expires_in = 600 };
            }

            context.Response.StatusCode = known ? 200 : 401;
            context.Response.Close(JsonSerializer.SerializeToUtf8Bytes(answer), willBlock: false);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
