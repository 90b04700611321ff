using System.Text.Json;
using KafkaRestore.Cli.Tests.Support;
using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Security;

/// <summary>A restore over every way in which a connection can be secured, whatever librdkafka this machine has.</summary>
[Collection(SecureTargetCollection.Name)]
public sealed class SecuredRestoreTests(SecureTarget target)
{
    [KafkaLauncherTheory]
    [InlineData("SASL_PLAINTEXT", "PLAIN")]
    [InlineData("SASL_PLAINTEXT", "SCRAM-SHA-256")]
    [InlineData("SASL_PLAINTEXT", "SCRAM-SHA-512")]
    [InlineData("SASL_SSL", "PLAIN")]
    [InlineData("SASL_SSL", "SCRAM-SHA-256")]
    [InlineData("SASL_SSL", "SCRAM-SHA-512")]
    public async Task User_name_and_password(string protocol, string mechanism)
    {
        var cluster = await target.ClusterAsync();
        var tls = protocol == "SASL_SSL";

        var connection = await RestoreAsync(
            tls ? cluster.SaslSslBootstrapServers : cluster.SaslBootstrapServers,
            $"{{security_protocol: {protocol}, sasl_mechanism: {mechanism}, sasl_username: admin, sasl_password: admin-secret{(tls ? Authority(cluster) : "")}}}");

        Assert.Equal((protocol, mechanism, "admin"), (Text(connection, "protocol"), Text(connection, "mechanism"), Text(connection, "user")));
        AssertTls(connection, tls);
    }

    [KafkaLauncherTheory]
    [InlineData("SASL_PLAINTEXT")]
    [InlineData("SASL_SSL")]
    public async Task A_token_from_a_server(string protocol)
    {
        var cluster = await target.ClusterAsync();
        var tls = protocol == "SASL_SSL";
        using var server = new TokenServer("restore", "s3cr3t");

        var connection = await RestoreAsync(
            tls ? cluster.SaslSslBootstrapServers : cluster.SaslBootstrapServers,
            $"{{security_protocol: {protocol}, sasl_mechanism: OAUTHBEARER, sasl_oauthbearer_token_endpoint_url: \"{server.Url}\", sasl_oauthbearer_client_id: restore, " +
            $"sasl_oauthbearer_client_secret: s3cr3t, sasl_oauthbearer_scope: kafka{(tls ? Authority(cluster) : "")}}}");

        Assert.InRange(server.Issued, 1, int.MaxValue);
        Assert.Contains("scope=kafka", server.LastForm, StringComparison.Ordinal);
        Assert.Equal((protocol, "OAUTHBEARER", null), (Text(connection, "protocol"), Text(connection, "mechanism"), Text(connection, "user")));
        AssertTls(connection, tls);
    }

    [KafkaLauncherFact]
    public async Task A_token_from_a_file()
    {
        var cluster = await target.ClusterAsync();
        using var scratch = new Scratch();
        var file = scratch.Write("token", TokenServer.Token("admin", DateTimeOffset.UtcNow.AddMinutes(10)) + "\n");

        var connection = await RestoreAsync(cluster.SaslBootstrapServers, $"{{security_protocol: SASL_PLAINTEXT, sasl_mechanism: OAUTHBEARER, sasl_oauthbearer_token_file: {file}}}");

        Assert.Equal("OAUTHBEARER", Text(connection, "mechanism"));
    }

    [KafkaLauncherFact]
    public async Task Tls_alone()
    {
        var cluster = await target.ClusterAsync();

        var connection = await RestoreAsync(cluster.SslBootstrapServers, $"{{security_protocol: SSL{Authority(cluster)}}}");

        Assert.Equal(("SSL", null), (Text(connection, "protocol"), Text(connection, "client_certificate")));
        AssertTls(connection, tls: true);
    }

    [KafkaLauncherFact]
    public async Task A_client_certificate()
    {
        var cluster = await target.ClusterAsync();

        var connection = await RestoreAsync(
            cluster.SslBootstrapServers,
            $"{{security_protocol: SSL{Authority(cluster)}, ssl_certificate_location: {cluster.TlsFile("client.pem")}, ssl_key_location: {cluster.TlsFile("client.key")}}}",
            SecureTarget.OfCertificate);

        Assert.Equal("CN=alice", Text(connection, "client_certificate"));
        AssertTls(connection, tls: true);
    }

    [KafkaLauncherFact]
    public async Task What_was_agreed_on_is_said_with_v_and_in_the_report()
    {
        var cluster = await target.ClusterAsync();
        using var scratch = new Scratch();
        var config = scratch.Configuration(
            "shop",
            cluster.SaslSslBootstrapServers,
            $"topic_mapping: {{orders: {KafkaBroker.NewTopicName()}}}\ncreate_topics: true",
            $"topics: {{include: [orders]}}\nsecurity: {{security_protocol: SASL_SSL, sasl_mechanism: SCRAM-SHA-512, sasl_username: admin, sasl_password: admin-secret{Authority(cluster)}}}");

        var result = (await CliProgram.RunAsync("restore", "--config", config, "-v")).MustExit(0);

        const string expected = @"by SASL_SSL \(TLS 1\.3, TLS_\w+, certificate CN=localhost until \d{4}-\d\d-\d\d\), SCRAM-SHA-512 as admin, over the wire client";
        Assert.Matches(@"connected to cluster \S+ \(1 broker\) " + expected, result.Error);
        Assert.Matches("Connected " + expected.Replace("by ", @"by +", StringComparison.Ordinal), result.Out);
    }

    internal static string Authority(KafkaBrokerLauncher cluster) => $", ssl_ca_location: {cluster.TlsFile("ca.pem")}";

    /// <summary>Restores one topic, which it creates, and gives what the report says of the connection.</summary>
    private static async Task<JsonElement> RestoreAsync(string servers, string security, string topicPrefix = "")
    {
        using var scratch = new Scratch();
        var topic = topicPrefix + KafkaBroker.NewTopicName();
        var config = scratch.Configuration(
            "shop", servers, $"topic_mapping: {{orders: {topic}}}\ncreate_topics: true", $"topics: {{include: [orders]}}\nsecurity: {security}");

        var json = JsonShape.Parse((await CliProgram.RunAsync("restore", "--config", config, "--format", "json", "--state-dir", scratch.Root)).MustExit(0).Out);

        Assert.Equal(("done", 3000L, "batch", "fenced"), (Text(json, "status"), json.GetProperty("records_restored").GetInt64(), Text(json, "sink"), Text(json, "delivery")));
        var connection = json.GetProperty("target_connection");
        Assert.Equal("wire", Text(connection, "client"));
        return connection;
    }

    private static void AssertTls(JsonElement connection, bool tls)
    {
        Assert.Equal(tls, Text(connection, "tls")?.StartsWith("TLS 1.3, TLS_", StringComparison.Ordinal) ?? false);
        Assert.Equal(tls ? "CN=localhost" : null, Text(connection, "broker_certificate"));
    }

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetString() : null;
}
