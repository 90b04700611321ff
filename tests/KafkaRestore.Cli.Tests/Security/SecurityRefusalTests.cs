using KafkaRestore.Cli.Tests.Support;
using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Security;

/// <summary>What is wrong with a connection or a right is said in one line with what to do, with its exit code, and nothing weaker takes its place.</summary>
[Collection(SecureTargetCollection.Name)]
public sealed class SecurityRefusalTests(SecureTarget target) : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [KafkaLauncherTheory]
    [InlineData("PLAIN", "admin", "wrong")]
    [InlineData("SCRAM-SHA-256", "admin", "wrong")]
    [InlineData("SCRAM-SHA-512", "admin", "wrong")]
    [InlineData("PLAIN", "nobody", "admin-secret")]
    [InlineData("SCRAM-SHA-512", "nobody", "admin-secret")]
    public async Task A_wrong_password_or_an_unknown_user(string mechanism, string user, string password)
    {
        var cluster = await target.ClusterAsync();

        await AssertRefusedAsync(
            cluster.SaslBootstrapServers,
            $"{{security_protocol: SASL_PLAINTEXT, sasl_mechanism: {mechanism}, sasl_username: {user}, sasl_password: {password}}}",
            "TARGET_DENIED", $"refuses the credentials ({mechanism})", "Check target.security.sasl_username and target.security.sasl_password");
    }

    [KafkaLauncherTheory]
    [InlineData("PLAINTEXT", "security_protocol: SASL_PLAINTEXT, sasl_mechanism: PLAIN, sasl_username: admin, sasl_password: admin-secret", "TARGET_DENIED", "takes no authentication", "PLAINTEXT or SSL")]
    [InlineData("SSL", "security_protocol: PLAINTEXT", "TARGET_UNREACHABLE", "this port wants SSL or SASL_SSL", "SSL or SASL_SSL")]
    [InlineData("PLAINTEXT", "security_protocol: SSL", "TARGET_UNREACHABLE", "does this port speak TLS?", "PLAINTEXT or SASL_PLAINTEXT")]
    [InlineData("SASL_PLAINTEXT", "security_protocol: PLAINTEXT", "TARGET_UNREACHABLE", "does this port want authentication", "SASL_PLAINTEXT or SASL_SSL")]
    public async Task Another_protocol_than_the_port_speaks(string port, string security, string code, string what, string protocols)
    {
        var cluster = await target.ClusterAsync();
        var servers = port switch { "SSL" => cluster.SslBootstrapServers, "SASL_PLAINTEXT" => cluster.SaslBootstrapServers, _ => cluster.BootstrapServers };

        await AssertRefusedAsync(servers, $"{{{security}}}", code, what, $"et target.security.security_protocol to {protocols}");
    }

    [KafkaLauncherFact]
    public async Task An_authority_that_did_not_sign_the_brokers_certificate()
    {
        var cluster = await target.ClusterAsync();
        using var other = new TlsDouble("127.0.0.1", TimeSpan.FromDays(1));
        var authority = _scratch.Write("other-ca.pem", other.Authority);

        await AssertRefusedAsync(
            cluster.SslBootstrapServers, $"{{security_protocol: SSL, ssl_ca_location: {authority}}}",
            "TARGET_UNREACHABLE", "(CN=localhost, issued by CN=test-ca) is not trusted", "Set target.security.ssl_ca_location");
        await AssertRefusedAsync(
            cluster.SslBootstrapServers, "{security_protocol: SSL}", "TARGET_UNREACHABLE", "is not trusted", "Set target.security.ssl_ca_location");
    }

    [Theory]
    [InlineData("127.0.0.1", -30, false, "(CN=127.0.0.1, issued by CN=double-ca) is not valid now", "Renew the broker's certificate")]
    [InlineData("kafka.example", 30, false, "(CN=kafka.example) is not for the host '127.0.0.1'", "Name the brokers as their certificates do")]
    [InlineData("127.0.0.1", 30, true, "does it want a client certificate?", "Set target.security.ssl_certificate_location and target.security.ssl_key_location")]
    public async Task A_certificate_that_has_expired_is_for_another_host_or_is_missing(string host, int days, bool wantsClientCertificate, string what, string hint)
    {
        using var broker = new TlsDouble(host, TimeSpan.FromDays(days), wantsClientCertificate);
        var authority = _scratch.Write("ca.pem", broker.Authority);

        await AssertRefusedAsync(broker.Address, $"{{security_protocol: SSL, ssl_ca_location: {authority}}}", "TARGET_UNREACHABLE", what, hint);
    }

    [KafkaLauncherFact]
    public async Task A_token_server_that_refuses_us()
    {
        var cluster = await target.ClusterAsync();
        using var server = new TokenServer("restore", "right");

        await AssertRefusedAsync(
            cluster.SaslBootstrapServers,
            $"{{security_protocol: SASL_PLAINTEXT, sasl_mechanism: OAUTHBEARER, sasl_oauthbearer_token_endpoint_url: \"{server.Url}\", sasl_oauthbearer_client_id: restore, sasl_oauthbearer_client_secret: wrong}}",
            "TARGET_DENIED", "gives no token: HTTP 401, invalid_client", "Check target.security.sasl_oauthbearer_token_endpoint_url");
        Assert.Equal(0, server.Issued);
    }

    [KafkaLauncherFact]
    public Task A_token_in_a_file_that_has_ended() => AssertTokenRefusedAsync(
        TokenServer.Token("admin", DateTimeOffset.UtcNow.AddMinutes(-1)), "' holds a token that ended at", "a token that is still good");

    [KafkaLauncherFact]
    public Task A_token_that_the_broker_does_not_take() => AssertTokenRefusedAsync("no-token-at-all", "refuses the credentials (OAUTHBEARER)", "Check where the token comes from");

    [Theory]
    [InlineData("{security_protocol: SSL, ssl_certificate_location: cert.pem}", "target.security.ssl_certificate_location", "A client certificate needs both files")]
    [InlineData("{security_protocol: SASL_SSL}", "target.security.security_protocol", "Add target.security.sasl_mechanism")]
    [InlineData("{security_protocol: SASL_SSL, sasl_mechanism: PLAIN, sasl_username: u}", "target.security.sasl_mechanism", "Add target.security.sasl_password")]
    [InlineData("{security_protocol: SSL, sasl_mechanism: PLAIN, sasl_username: u, sasl_password: p}", "target.security.sasl_mechanism", "Set target.security.security_protocol to SASL_SSL")]
    [InlineData("{sasl_mechanism: PLAIN, sasl_username: u, sasl_password: p}", "target.security.sasl_mechanism", "Set target.security.security_protocol to SASL_SSL")]
    [InlineData("{ssl_ca_location: ca.pem}", "target.security.ssl_ca_location", "Set target.security.security_protocol to SSL")]
    [InlineData("{security_protocol: SSL, ssl_ca_location: no-such.pem}", "target.security.ssl_ca_location", "Correct the path")]
    [InlineData("{security_protocol: SASL_SSL, sasl_mechanism: OAUTHBEARER}", "target.security.sasl_mechanism", "sasl_oauthbearer_token_file")]
    [InlineData("{security_protocol: SASL_SSL, sasl_mechanism: OAUTHBEARER, sasl_oauthbearer_token_endpoint_url: \"https://t\"}", "target.security.sasl_oauthbearer_token_endpoint_url", "Add target.security.sasl_oauthbearer_client_id")]
    [InlineData("{security_protocol: SASL_SSL, sasl_mechanism: OAUTHBEARER, sasl_oauthbearer_client_id: c}", "target.security.sasl_oauthbearer_client_id", "Add target.security.sasl_oauthbearer_token_endpoint_url")]
    [InlineData("{security_protocol: SASL_SSL, sasl_mechanism: PLAIN, sasl_username: u, sasl_password: p, sasl_oauthbearer_scope: s}", "target.security.sasl_oauthbearer_scope", "Set target.security.sasl_mechanism to OAUTHBEARER")]
    public async Task Half_a_configuration_is_refused_with_2(string security, string key, string hint)
    {
        var result = (await CliProgram.RunAsync("validate-restore", "--config", _scratch.Configuration("shop", "127.0.0.1:1", target: $"security: {security}"))).MustExit(2);

        Assert.StartsWith("CONFIG_INVALID: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(key, result.Error, StringComparison.Ordinal);
        Assert.Contains(hint, result.Error, StringComparison.Ordinal);
    }

    [KafkaLauncherFact]
    public async Task A_client_certificate_without_its_key()
    {
        var cluster = await target.ClusterAsync();
        var noKey = cluster.TlsFile("ca.pem");

        var result = (await CliProgram.RunAsync("validate-restore", "--config", Configuration(
            cluster.SslBootstrapServers,
            $"{{security_protocol: SSL{SecuredRestoreTests.Authority(cluster)}, ssl_certificate_location: {cluster.TlsFile("client.pem")}, ssl_key_location: {noKey}}}"))).MustExit(2);

        Assert.Contains($"CONFIG_INVALID: the file '{noKey}' cannot be used", result.Error, StringComparison.Ordinal);
        Assert.Contains("(target.security.ssl_key_location)", result.Error, StringComparison.Ordinal);
    }

    private string Configuration(string servers, string security) => _scratch.Configuration("shop", servers, "create_topics: true", $"topics: {{include: [orders]}}\nsecurity: {security}");

    private async Task AssertTokenRefusedAsync(string token, string what, string hint)
    {
        var file = _scratch.Write("token", token);
        await AssertRefusedAsync(
            (await target.ClusterAsync()).SaslBootstrapServers,
            $"{{security_protocol: SASL_PLAINTEXT, sasl_mechanism: OAUTHBEARER, sasl_oauthbearer_token_file: {file}}}",
            "TARGET_DENIED", what, hint);
    }

    private async Task AssertRefusedAsync(string servers, string security, string code, string what, string hint)
    {
        var result = (await CliProgram.RunAsync("validate-restore", "--config", Configuration(servers, security), "--format", "json")).MustExit(3);

        var error = Assert.Single(JsonShape.Parse(result.Out).GetProperty("errors").EnumerateArray()).GetString()!;
        Assert.StartsWith($"{code}: ", error, StringComparison.Ordinal);
        Assert.Contains(what, error, StringComparison.Ordinal);
        Assert.Contains(hint, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }
}
