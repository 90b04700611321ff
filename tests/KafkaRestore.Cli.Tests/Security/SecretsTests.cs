using KafkaRestore.Cli.Tests.Support;
using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Security;

/// <summary>Secrets stand in no output, log, report or state, whatever is asked for and however it ends.</summary>
[Collection(SecureTargetCollection.Name)]
public sealed class SecretsTests(SecureTarget target) : IDisposable
{
    private const string User = "dora";
    private const string Password = "W3!rd%2Fpa$s w0rd~é+";
    private const string AccessKey = "AKIA-unusual/71+x";
    private const string SecretKey = "s3/S3cr%t+key=é&x";
    private const string SessionToken = "FwoGZXIv//sess:ion+t0ken%";
    private const string ClientSecret = "cl1ent+s3cr3t/ü%?";

    private static readonly (string, string?)[] s_environment =
        [("PASSWORD", Password), ("ACCESS_KEY", AccessKey), ("SECRET_KEY", SecretKey), ("SESSION_TOKEN", SessionToken), ("CLIENT_SECRET", ClientSecret)];

    private readonly Scratch _scratch = new();
    private readonly Scratch _inputs = new();
    private readonly SecretHunt _hunt = new SecretHunt()
        .Add("the password", Password, User)
        .Add("the access key", AccessKey)
        .Add("the secret key", SecretKey, AccessKey)
        .Add("the session token", SessionToken)
        .Add("the client secret", ClientSecret, "restore");

    public void Dispose()
    {
        _scratch.Dispose();
        _inputs.Dispose();
    }

    [KafkaLauncherFact]
    public async Task A_restore_from_its_check_to_its_verification()
    {
        var cluster = await target.ClusterAsync();
        var topic = KafkaBroker.NewTopicName();
        await cluster.ToolAsync("configs", "--alter", "--entity-type", "users", "--entity-name", User, "--add-config", $"SCRAM-SHA-512=[password={Password}]");
        await target.AllowAsync($"User:{User}", ["All"], "--topic", topic);
        await target.AllowAsync($"User:{User}", ["Write", "Describe"], "--transactional-id", "krc.", "--resource-pattern-type", "prefixed");
        var config = _inputs.Configuration(
            "shop",
            cluster.SaslSslBootstrapServers,
            $"topic_mapping: {{orders: {topic}}}\ncreate_topics: true\nreport: {_scratch.PathOf("configured.json")}\noffset_report: {_scratch.PathOf("offsets.json")}",
            $"topics: {{include: [orders]}}\nsecurity: {{security_protocol: SASL_SSL, sasl_mechanism: SCRAM-SHA-512, sasl_username: {User}, sasl_password: \"${{PASSWORD}}\"{SecuredRestoreTests.Authority(cluster)}}}");
        string[] state = ["--state-dir", _scratch.PathOf("state")];

        await RunAsync(0, "validate-restore", "-c", config, "-vv", "--format", "json");
        await RunAsync(0, ["restore", "-c", config, "-vv", "--format", "yaml", "--report", _scratch.PathOf("report.json"), .. state]);
        await RunAsync(0, ["restore", "-c", config, "-vv", .. state]);
        await RunAsync(0, ["status", "-c", config, "-vv", .. state]);
        await RunAsync(0, "verify", "-c", config, "-vv", "--level", "records");
        await RunAsync(0, ["offset-map", "show", "-c", config, "-vv", "--format", "json", .. state]);

        Assert.InRange(_hunt.AssertAbsentBelow(_scratch.Root), 5, int.MaxValue);
    }

    [KafkaLauncherTheory]
    [InlineData("{security_protocol: SASL_PLAINTEXT, sasl_mechanism: PLAIN, sasl_username: dora, sasl_password: \"${PASSWORD}\"}")]
    [InlineData("{security_protocol: SSL, sasl_password: \"${PASSWORD}\"}")]
    [InlineData("{security_protocol: SASL_PLAINTEXT, sasl_mechanism: PLAIN, sasl_username: dora, sasl_password: [\"${PASSWORD}\"]}")]
    [InlineData("{security_protocol: SASL_PLAINTEXT, sasl_mechanism: \"${PASSWORD}\", sasl_username: dora, sasl_password: x}")]
    [InlineData("{security_protocol: SASL_PLAINTEXT, sasl_mechanism: OAUTHBEARER, sasl_oauthbearer_token_endpoint_url: \"TOKEN_SERVER\", sasl_oauthbearer_client_id: restore, sasl_oauthbearer_client_secret: \"${CLIENT_SECRET}\"}")]
    [InlineData("{security_protocol: SASL_PLAINTEXT, sasl_mechanism: OAUTHBEARER, sasl_oauthbearer_token_endpoint_url: \"https://u:${CLIENT_SECRET}@t\", sasl_oauthbearer_client_id: restore, sasl_oauthbearer_client_secret: \"${CLIENT_SECRET}\"}")]
    public async Task A_connection_that_fails(string security)
    {
        var cluster = await target.ClusterAsync();
        using var tokens = new TokenServer("restore", "another");
        var config = _inputs.Configuration(
            "shop", cluster.SaslBootstrapServers, "create_topics: true", $"topics: {{include: [orders]}}\nsecurity: {security.Replace("TOKEN_SERVER", tokens.Url, StringComparison.Ordinal)}");

        await RunFailingAsync(config);
    }

    [KafkaLauncherFact]
    public async Task A_token_that_the_broker_refuses()
    {
        var token = TokenServer.Token("dora", DateTimeOffset.UtcNow.AddHours(1)) + "c2lnbmF0dXJl";
        _hunt.Add("the token", token);
        var file = _inputs.Write("token", token);

        await RunFailingAsync(_inputs.Configuration(
            "shop",
            (await target.ClusterAsync()).SaslBootstrapServers,
            target: $"topics: {{include: [orders]}}\nsecurity: {{security_protocol: SASL_PLAINTEXT, sasl_mechanism: OAUTHBEARER, sasl_oauthbearer_token_file: {file}}}"));
    }

    [KafkaLauncherFact]
    public async Task What_librdkafka_has_to_say()
    {
        var cluster = await target.ClusterAsync();
        foreach (var client in new[] { "debug: all", "ssl.key.password: \"${PASSWORD}\", debug: all" })
        {
            var check = await RunFailingAsync(_inputs.Configuration(
                "shop",
                cluster.SaslBootstrapServers,
                "sink: client\ncreate_topics: true",
                $"topics: {{include: [orders]}}\nclient: {{ssl.cipher.suites: ALL, {client}}}\nsecurity: {{security_protocol: SASL_PLAINTEXT, sasl_mechanism: PLAIN, sasl_username: dora, sasl_password: \"${{PASSWORD}}\"}}"));

            Assert.Contains("kafka client: SASL", check.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("endpoint: \"http://user:${SECRET_KEY}@127.0.0.1:1\", access_key: \"${ACCESS_KEY}\", secret_key: \"${SECRET_KEY}\"")]
    [InlineData("endpoint: \"http://127.0.0.1:1?key=${SECRET_KEY}\", access_key: \"${ACCESS_KEY}\", secret_key: \"${SECRET_KEY}\"")]
    [InlineData("endpoint: \"http://127.0.0.1:1\", secret_key: \"${SECRET_KEY}\"")]
    [InlineData("endpoint: \"http://127.0.0.1:1\", access_key: \"${ACCESS_KEY}\", secret_key: {a: \"${SECRET_KEY}\"}")]
    public async Task A_storage_that_fails(string keys)
    {
        var config = _inputs.Write("s3.yaml", $$"""
            mode: restore
            backup_id: shop
            target: {bootstrap_servers: ["127.0.0.1:1"]}
            storage: {backend: s3, bucket: archives, {{keys}}}
            """);

        await RunFailingAsync(config);
    }

    [S3Fact]
    public async Task A_storage_that_refuses_the_keys()
    {
        var server = S3Server.Shared;

        await RunFailingAsync(_inputs.Write("s3.yaml", $$"""
            mode: restore
            backup_id: shop
            target: {bootstrap_servers: ["127.0.0.1:1"]}
            storage: {backend: s3, bucket: {{server.Bucket}}, endpoint: "{{server.Endpoint}}", access_key: {{server.AccessKey}}, secret_key: "${SECRET_KEY}", session_token: "${SESSION_TOKEN}"}
            """));
    }

    [Theory]
    [InlineData("list", "--path")]
    [InlineData("validate", "--path")]
    public async Task An_address_with_credentials_in_it(string command, string option)
    {
        string[] id = command == "list" ? [] : ["--backup-id", "shop"];
        var result = await RunAsync(2, [command, option, $"s3://{Uri.EscapeDataString(AccessKey)}:{Uri.EscapeDataString(SecretKey)}@bucket/prefix", .. id]);

        Assert.StartsWith("STORAGE_INVALID", result.Error, StringComparison.Ordinal);
    }

    /// <summary>Runs what there is to run with a configuration that cannot work, and gives what its check said.</summary>
    private async Task<CliResult> RunFailingAsync(string config)
    {
        var report = _scratch.PathOf("report.json");
        string[] state = ["--state-dir", _scratch.PathOf("state")];
        await RunAsync(null, ["restore", "-c", config, "-vv", "--format", "json", "--report", report, .. state]);
        var check = await RunAsync(null, "validate-restore", "-c", config, "-vv", "--format", "yaml");
        await RunAsync(null, ["status", "-c", config, "-vv", .. state]);
        _hunt.AssertAbsentBelow(_scratch.Root);
        return check;
    }

    private Task<CliResult> RunAsync(int exit, params string[] arguments) => RunAsync((int?)exit, arguments);

    /// <summary>Runs the program; without an exit code it must fail.</summary>
    private async Task<CliResult> RunAsync(int? exit, params string[] arguments)
    {
        await using var program = CliProgram.Start(arguments, [.. s_environment, ("AWS_EC2_METADATA_DISABLED", "true")]);
        var result = await program.EndAsync();
        _hunt.AssertAbsent(result, string.Join(' ', arguments[..2]));
        if (exit is { } expected)
        {
            result.MustExit(expected);
        }
        else
        {
            Assert.InRange(result.Exit, 2, 4);
        }

        return result;
    }
}
