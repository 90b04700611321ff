using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Connections.Sasl;
using KafkaRestore.Records;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Kafka.Tests.Wire.Connections;

/// <summary>The messages of the SASL mechanisms, and tokens.</summary>
public sealed class SaslConversationTests
{
    private const string Nonce = "rOprNGfwEbeRWgbNEkqO";
    private const string ServerFirst = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(byte[]? bytes) => Encoding.UTF8.GetString(bytes!);

    private static ScramConversation Scram(string user = "user", string password = "pencil", HashAlgorithmName? hash = null) =>
        new(hash ?? HashAlgorithmName.SHA256, new Secret(user), new Secret(password), Nonce);

    [Fact]
    public void Plain_sends_name_and_password() => Assert.Equal("\0jürgen\0p=w,d", Text(new PlainConversation(new Secret("jürgen"), new Secret("p=w,d")).Start()));

    [Fact]
    public void Scram_is_as_in_the_standards_example()
    {
        var scram = Scram();

        Assert.Equal("n,,n=user,r=rOprNGfwEbeRWgbNEkqO", Text(scram.Start()));
        Assert.Equal(
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
            Text(scram.Answer(Bytes(ServerFirst))));
        Assert.Null(scram.Answer(Bytes("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")));
    }

    [Fact]
    public void Scram_escapes_what_would_end_a_name() => Assert.Equal($"n,,n=a=2Cb=3Dc,r={Nonce}", Text(Scram("a,b=c").Start()));

    [Fact]
    public void Scram_takes_another_nonce_each_time()
    {
        string First() => Text(new ScramConversation(HashAlgorithmName.SHA512, new Secret("u"), new Secret("p")).Start());

        Assert.NotEqual(First(), First());
    }

    [Theory]
    [InlineData("v=AAAATRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", nameof(WireFailure.Denied))]
    [InlineData("v=", nameof(WireFailure.Denied))]
    [InlineData("e=other-error", nameof(WireFailure.Denied))]
    [InlineData("v=!!!", nameof(WireFailure.Malformed))]
    [InlineData("", nameof(WireFailure.Malformed))]
    public void A_broker_that_does_not_prove_itself_is_refused(string serverFinal, string expected)
    {
        var scram = Scram();
        scram.Answer(Bytes(ServerFirst));

        var failure = Assert.Throws<WireException>(() => scram.Answer(Bytes(serverFinal)));

        Assert.Equal(expected, failure.Failure.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")]
    [InlineData("r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=,i=4096")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=?,i=4096")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=W22Z,i=4095")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=W22Z,i=1000001")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=W22Z,i=99999999999999999999")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=W22Z,i=-4096")]
    [InlineData("m=ext,r=rOprNGfwEbeRWgbNEkqOx,s=W22Z,i=4096")]
    public void A_first_message_that_is_not_as_it_should_be_is_refused(string serverFirst) =>
        Assert.Equal(WireFailure.Malformed, Assert.Throws<WireException>(() => Scram().Answer(Bytes(serverFirst))).Failure);

    [Fact]
    public void A_bearer_token_is_sent_with_its_extensions_and_a_refusal_is_read_out()
    {
        var bearer = new OAuthBearerConversation(new BearerToken(new Secret("abc"), TimeSpan.FromHours(1), new Dictionary<string, string> { ["cluster"] = "one" }));

        Assert.Equal("n,,\u0001auth=Bearer abc\u0001cluster=one\u0001\u0001", Text(bearer.Start()));
        Assert.Equal([1], bearer.Answer(Bytes("{\"status\":\"invalid_token\"}")));
        var failure = Assert.Throws<WireException>(() => bearer.Answer([]));
        Assert.Equal(WireFailure.Denied, failure.Failure);
        Assert.Contains("invalid_token", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bearer_token_that_is_taken_needs_no_second_message() =>
        Assert.Null(new OAuthBearerConversation(new BearerToken(new Secret("abc"), TimeSpan.FromHours(1), new Dictionary<string, string>())).Answer([]));

    [Fact]
    public void An_unsecured_token_holds_what_is_configured()
    {
        var token = UnsecuredToken.Parse("principal=me scope=a,b scopeClaimName=roles lifeSeconds=60 extension_tenant=x").Issue(TimeProvider.System);

        var parts = token.Value.Reveal().Split('.');
        Assert.Equal(3, parts.Length);
        Assert.Equal("", parts[2]);
        Assert.Equal("{\"alg\":\"none\"}", Text(Base64Url.DecodeFromChars(parts[0])));
        using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
        Assert.Equal("me", claims.RootElement.GetProperty("sub").GetString());
        Assert.Equal(["a", "b"], claims.RootElement.GetProperty("roles").EnumerateArray().Select(role => role.GetString()));
        Assert.Equal(60, claims.RootElement.GetProperty("exp").GetInt64() - claims.RootElement.GetProperty("iat").GetInt64());
        Assert.Equal("x", token.Extensions["tenant"]);
        Assert.Equal(TimeSpan.FromMinutes(1), token.Lifetime);
    }

    [Theory]
    [InlineData("")]
    [InlineData("scope=a")]
    [InlineData("principal=me lifeSeconds=-1")]
    [InlineData("principal=me extension_=x")]
    [InlineData("principal=me extension_auth=x")]
    [InlineData("principal=me colour=red")]
    public void An_unsecured_token_that_is_configured_wrongly_is_refused(string config) =>
        Assert.Equal(ErrorCodes.ConfigInvalid, Assert.Throws<RestoreException>(() => UnsecuredToken.Parse(config)).Code);

    [Fact]
    public async Task A_token_is_kept_for_most_of_its_life()
    {
        var time = new ManualTime();
        var issued = 0;
        var source = new BearerTokenSource(
            _ => Task.FromResult(new BearerToken(new Secret($"{++issued}"), TimeSpan.FromSeconds(100), new Dictionary<string, string>())), time);

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => source.GetAsync(CancellationToken.None).AsTask()));
        time.Advance(TimeSpan.FromSeconds(79));
        Assert.Equal("1", (await source.GetAsync(CancellationToken.None)).Value.Reveal());
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("2", (await source.GetAsync(CancellationToken.None)).Value.Reveal());
    }

    [Fact]
    public async Task A_token_server_is_asked_with_our_credentials_and_its_token_is_used()
    {
        var (token, request) = await AskServerAsync("200 OK", "{\"access_token\":\"abc.def\",\"expires_in\":300,\"token_type\":\"Bearer\"}");

        var issued = await token;
        Assert.Equal("abc.def", issued.Value.Reveal());
        Assert.Equal(TimeSpan.FromMinutes(5), issued.Lifetime);
        Assert.Equal("one", issued.Extensions["cluster"]);
        Assert.Contains("POST /token ", request, StringComparison.Ordinal);
        Assert.Contains($"Authorization: Basic {Convert.ToBase64String(Bytes("me:s3cret"))}", request, StringComparison.Ordinal);
        Assert.EndsWith("grant_type=client_credentials&scope=a+b", request, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("401 Unauthorized", "{\"error\":\"invalid_client\",\"error_description\":\"no such client\"}", nameof(WireFailure.Denied), "no such client")]
    [InlineData("403 Forbidden", "<html>", nameof(WireFailure.Denied), "HTTP 403")]
    [InlineData("503 Service Unavailable", "", nameof(WireFailure.Unreachable), "HTTP 503")]
    [InlineData("302 Found", "", nameof(WireFailure.Unreachable), "HTTP 302")]
    [InlineData("200 OK", "not json", nameof(WireFailure.Malformed), "JSON")]
    [InlineData("200 OK", "[]", nameof(WireFailure.Malformed), "JSON")]
    [InlineData("200 OK", "{\"access_token\":\"\"}", nameof(WireFailure.Malformed), "without a token")]
    [InlineData("200 OK", "{\"access_token\":\"a\\u0001b\"}", nameof(WireFailure.Malformed), "without a token")]
    public async Task A_token_server_that_gives_no_token_is_explained_without_a_secret(string status, string body, string expected, string words)
    {
        var (token, _) = await AskServerAsync(status, body);

        var failure = await Assert.ThrowsAsync<WireException>(() => token);

        Assert.Equal(expected, failure.Failure.ToString());
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_server_that_answers_without_end_is_given_up()
    {
        var (token, _) = await AskServerAsync("200 OK", new string(' ', 300 << 10));

        Assert.Equal(WireFailure.Unreachable, (await Assert.ThrowsAsync<WireException>(() => token)).Failure);
    }

    private static async Task<(Task<BearerToken> Token, string Request)> AskServerAsync(string status, string body)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var client = OidcTokenClient.From(new ClientPropertyReader(new Dictionary<string, string>
        {
            ["sasl.oauthbearer.token.endpoint.url"] = $"http://{listener.LocalEndpoint}/token?tenant=x",
            ["sasl.oauthbearer.client.id"] = "me",
            ["sasl.oauthbearer.client.secret"] = "s3cret",
            ["sasl.oauthbearer.scope"] = "a b",
            ["sasl.oauthbearer.extensions"] = "cluster=one",
        }));
        var token = client.IssueAsync(CancellationToken.None);
        using var server = await listener.AcceptTcpClientAsync();
        var stream = server.GetStream();
        var request = new StringBuilder();
        var buffer = new byte[4096];
        while (!request.ToString().Contains("grant_type", StringComparison.Ordinal) || !request.ToString().EndsWith("b", StringComparison.Ordinal))
        {
            request.Append(Encoding.UTF8.GetString(buffer, 0, await stream.ReadAsync(buffer)));
        }

        try
        {
            await stream.WriteAsync(Bytes($"HTTP/1.1 {status}\r\nContent-Length: {body.Length}\r\nLocation: /elsewhere\r\nConnection: close\r\n\r\n{body}"));
        }
        catch (IOException)
        {
            // The client may hang up before it has read all.
        }

        await ((Task)token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return (token, request.ToString().Replace("tenant=x ", "", StringComparison.Ordinal).Replace("/token?", "/token ", StringComparison.Ordinal));
    }
}
