using System.Security.Cryptography;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Connections.Sasl;
using KafkaRestore.Kafka.Wire.Protocol;
using KafkaRestore.Records;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Tests.Wire.Connections;

/// <summary>A cluster with TLS and SASL whose sessions end soon.</summary>
public sealed class ShortSessionCluster : IAsyncLifetime
{
    private const string BearerModule =
        "sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub=\"broker\";";

    private KafkaBrokerLauncher? _cluster;

    public KafkaBrokerLauncher Cluster => _cluster!;

    public async Task InitializeAsync()
    {
        if (KafkaFactConditions.Launcher is not null)
        {
            _cluster = await KafkaBrokerLauncher.StartAsync(
                brokers: 1,
                secure: true,
                "connections.max.reauth.ms=2000",
                "listener.name.sasl.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER",
                $"listener.name.sasl.oauthbearer.{BearerModule}");
        }
    }

    public async Task DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }
}

/// <summary>TLS, SASL and sessions, with Apache Kafka.</summary>
public sealed class SecureConnectionTests(ShortSessionCluster secure) : IClassFixture<ShortSessionCluster>
{
    private const string WrongPassword = "wrong-password-71";

    private KafkaBrokerLauncher Cluster => secure.Cluster;

    [KafkaLauncherFact]
    public Task Tls_with_a_private_authority_is_accepted() => AssertAnswersAsync(Cluster.SslBootstrapServers, Tls());

    [KafkaLauncherFact]
    public async Task A_client_certificate_says_who_we_are()
    {
        // Nobody in particular may see all topics on this cluster; the certificate's owner may see none.
        var topic = await Cluster.CreateTopicAsync();

        Assert.Equal(ErrorCode.NoError, await AskForAsync(topic, Tls()));
        Assert.Equal(ErrorCode.TopicAuthorizationFailed, await AskForAsync(topic, MutualTls()));
    }

    [KafkaLauncherFact]
    public async Task An_encrypted_key_is_opened_with_its_password()
    {
        var topic = await Cluster.CreateTopicAsync();
        using var key = RSA.Create();
        key.ImportFromPem(await File.ReadAllTextAsync(Cluster.TlsFile("client.key")));
        var path = Cluster.TlsFile("encrypted.key");
        await File.WriteAllTextAsync(path, key.ExportEncryptedPkcs8PrivateKeyPem("key-password", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 10_000)));
        var security = MutualTls() with { KeyLocation = path };

        Assert.Equal(ErrorCode.TopicAuthorizationFailed, await AskForAsync(topic, security, new() { ["ssl.key.password"] = "key-password" }));
        var failure = await Assert.ThrowsAsync<RestoreException>(() => OpenAsync(Cluster.SslBootstrapServers, security, new() { ["ssl.key.password"] = "not-this" }));
        Assert.Equal(ErrorCodes.ConfigInvalid, failure.Code);
        Assert.DoesNotContain("not-this", failure.Message, StringComparison.Ordinal);
    }

    [KafkaLauncherFact]
    public Task Plain_is_accepted() => AssertAnswersAsync(Cluster.SaslBootstrapServers, Sasl(SaslMechanismKind.Plain));

    [KafkaLauncherFact]
    public Task Plain_over_tls_is_accepted() => AssertAnswersAsync(Cluster.SaslSslBootstrapServers, SaslTls(SaslMechanismKind.Plain));

    [KafkaLauncherFact]
    public Task Scram_sha_256_is_accepted() => AssertAnswersAsync(Cluster.SaslBootstrapServers, Sasl(SaslMechanismKind.ScramSha256));

    [KafkaLauncherFact]
    public Task Scram_sha_256_over_tls_is_accepted() => AssertAnswersAsync(Cluster.SaslSslBootstrapServers, SaslTls(SaslMechanismKind.ScramSha256));

    [KafkaLauncherFact]
    public Task Scram_sha_512_is_accepted() => AssertAnswersAsync(Cluster.SaslBootstrapServers, Sasl(SaslMechanismKind.ScramSha512));

    [KafkaLauncherFact]
    public Task Scram_sha_512_over_tls_is_accepted() => AssertAnswersAsync(Cluster.SaslSslBootstrapServers, SaslTls(SaslMechanismKind.ScramSha512));

    [KafkaLauncherFact]
    public Task An_unsecured_token_is_accepted_where_the_broker_takes_such() => AssertAnswersAsync(Cluster.SaslBootstrapServers, Bearer(), Token("principal=admin scope=a,b lifeSeconds=600"));

    [KafkaLauncherFact]
    public async Task A_token_without_a_subject_is_denied_with_the_brokers_reason()
    {
        var failure = await FailureAsync(Cluster.SaslBootstrapServers, Bearer(), Token("principal=admin principalClaimName=nobody"));

        Assert.Equal(WireFailure.Denied, failure.Failure);
        Assert.Contains("invalid_token", failure.Message, StringComparison.Ordinal);
    }

    [KafkaLauncherFact]
    public Task A_wrong_plain_password_is_denied_and_shown_nowhere() => AssertDeniedAsync(Cluster.SaslBootstrapServers, Sasl(SaslMechanismKind.Plain));

    [KafkaLauncherFact]
    public Task A_wrong_scram_sha_256_password_is_denied_and_shown_nowhere() => AssertDeniedAsync(Cluster.SaslBootstrapServers, Sasl(SaslMechanismKind.ScramSha256));

    [KafkaLauncherFact]
    public Task A_wrong_scram_sha_512_password_over_tls_is_denied_and_shown_nowhere() => AssertDeniedAsync(Cluster.SaslSslBootstrapServers, SaslTls(SaslMechanismKind.ScramSha512));

    [KafkaLauncherFact]
    public async Task A_mechanism_that_the_broker_does_not_offer_is_denied_with_those_that_it_does()
    {
        var failure = await FailureAsync(Cluster.SaslSslBootstrapServers, Bearer() with { Protocol = SecurityProtocolKind.SaslSsl, CaLocation = Cluster.TlsFile("ca.pem") }, Token("principal=admin"));

        Assert.Equal(WireFailure.Denied, failure.Failure);
        Assert.Contains("does not offer OAUTHBEARER", failure.Message, StringComparison.Ordinal);
        Assert.Contains("SCRAM-SHA-512", failure.Message, StringComparison.Ordinal);
    }

    [KafkaLauncherFact]
    public async Task An_unknown_authority_is_not_trusted()
    {
        var failure = await FailureAsync(Cluster.SslBootstrapServers, new SecurityOptions { Protocol = SecurityProtocolKind.Ssl });

        Assert.Equal(WireFailure.Untrusted, failure.Failure);
        Assert.Contains("not trusted", failure.Message, StringComparison.Ordinal);
    }

    [KafkaLauncherFact]
    public async Task An_unknown_authority_is_taken_when_certificates_are_not_verified() => await AssertAnswersAsync(
        Cluster.SslBootstrapServers, new SecurityOptions { Protocol = SecurityProtocolKind.Ssl }, new() { ["enable.ssl.certificate.verification"] = "false" });

    [KafkaLauncherFact]
    public async Task A_certificate_for_another_host_is_not_trusted()
    {
        var failure = await FailureAsync(Cluster.SslBootstrapServers, Tls(), host: "127.0.0.2");

        Assert.Equal(WireFailure.Untrusted, failure.Failure);
        Assert.Contains("not for the host '127.0.0.2'", failure.Message, StringComparison.Ordinal);
    }

    [KafkaLauncherFact]
    public async Task A_certificate_for_another_host_is_taken_when_hosts_are_not_verified() => await AssertAnswersAsync(
        Cluster.SslBootstrapServers, Tls(), new() { ["ssl.endpoint.identification.algorithm"] = "none" }, host: "127.0.0.2");

    [KafkaLauncherFact]
    public async Task Tls_asked_of_a_plain_port_fails_with_a_hint()
    {
        var failure = await FailureAsync(Cluster.BootstrapServers, Tls());

        Assert.Equal(WireFailure.Lost, failure.Failure);
        Assert.Contains("does this port speak TLS?", failure.Message, StringComparison.Ordinal);
    }

    [KafkaLauncherFact]
    public async Task Plain_text_asked_of_a_tls_port_fails_with_a_hint()
    {
        var failure = await FailureAsync(Cluster.SslBootstrapServers, new SecurityOptions());

        Assert.Contains("SASL_SSL", failure.Message, StringComparison.Ordinal);
    }

    [KafkaLauncherFact]
    public async Task No_authentication_on_a_port_that_wants_it_fails_with_a_hint()
    {
        await using var connection = await OpenAsync(Cluster.SaslBootstrapServers, new SecurityOptions());

        var failure = await Assert.ThrowsAsync<WireException>(() => connection.AskAsync(new MetadataRequest([]), CancellationToken.None));

        Assert.Equal(WireFailure.Lost, failure.Failure);
        Assert.Contains("does this port want authentication", failure.Message, StringComparison.Ordinal);
    }

    [KafkaLauncherFact]
    public async Task Authentication_on_a_port_that_has_none_is_denied_with_a_hint()
    {
        var failure = await FailureAsync(Cluster.BootstrapServers, Sasl(SaslMechanismKind.Plain));

        Assert.Equal(WireFailure.Denied, failure.Failure);
        Assert.Contains("takes no authentication", failure.Message, StringComparison.Ordinal);
    }

    [KafkaLauncherFact]
    public Task A_plain_session_is_renewed_under_pipelined_requests() => AssertRenewsAsync(Cluster.SaslBootstrapServers, Sasl(SaslMechanismKind.Plain));

    [KafkaLauncherFact]
    public Task A_scram_session_over_tls_is_renewed_under_pipelined_requests() => AssertRenewsAsync(Cluster.SaslSslBootstrapServers, SaslTls(SaslMechanismKind.ScramSha512));

    [KafkaLauncherFact]
    public Task A_bearer_session_is_renewed_under_pipelined_requests() => AssertRenewsAsync(Cluster.SaslBootstrapServers, Bearer(), Token("principal=admin lifeSeconds=600"));

    [KafkaLauncherFact]
    public async Task A_token_file_is_read_again_when_the_session_is_renewed()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, UnsecuredToken.Parse("principal=admin lifeSeconds=600").Issue(TimeProvider.System).Value.Reveal());
        await using var connection = await OpenAsync(Cluster.SaslBootstrapServers, Bearer() with { OAuthBearer = new OAuthBearerOptions { TokenFile = file } });
        await connection.AskAsync(new MetadataRequest([]), CancellationToken.None);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));

        await File.WriteAllTextAsync(file, "not a token");
        WireException? failure = null;
        while (failure is null)
        {
            patience.Token.ThrowIfCancellationRequested();
            failure = await Record.ExceptionAsync(() => connection.AskAsync(new MetadataRequest([]), CancellationToken.None)) as WireException;
        }

        File.Delete(file);
        Assert.Equal(WireFailure.Denied, failure.Failure);
        Assert.Contains($"the token file '{file}' does not hold one token", failure.Message, StringComparison.Ordinal);
    }

    private static SecurityOptions Sasl(SaslMechanismKind mechanism) =>
        new() { Protocol = SecurityProtocolKind.SaslPlaintext, Mechanism = mechanism, Username = new Secret("admin"), Password = new Secret("admin-secret") };

    private static SecurityOptions Bearer() => new() { Protocol = SecurityProtocolKind.SaslPlaintext, Mechanism = SaslMechanismKind.OAuthBearer };

    private static Dictionary<string, string> Token(string config) => new() { ["enable.sasl.oauthbearer.unsecure.jwt"] = "true", ["sasl.oauthbearer.config"] = config };

    private static async Task<BrokerConnection> OpenAsync(string servers, SecurityOptions security, Dictionary<string, string>? properties = null, string host = "127.0.0.1")
    {
        // The broker listens on one address; the certificate's host is what is asked for.
        var address = Assert.Single(BootstrapList.Parse([servers])) with { Host = host };
        var wire = new WireOptions
        {
            Dial = async (to, token) =>
            {
                var client = new System.Net.Sockets.TcpClient();
                await client.ConnectAsync("127.0.0.1", to.Port, token);
                return client.GetStream();
            },
        };
        var options = new KafkaConnectionOptions { BootstrapServers = [servers], Security = security, ClientProperties = properties ?? [] };
        return await BrokerConnection.OpenAsync(address, options, wire, TimeProvider.System, CancellationToken.None);
    }

    private static async Task AssertAnswersAsync(string servers, SecurityOptions security, Dictionary<string, string>? properties = null, string host = "127.0.0.1")
    {
        await using var connection = await OpenAsync(servers, security, properties, host);

        var answer = await connection.AskAsync(new MetadataRequest([]), CancellationToken.None);

        Assert.Single(answer.Brokers);
    }

    private async Task<ErrorCode> AskForAsync(string topic, SecurityOptions security, Dictionary<string, string>? properties = null)
    {
        await using var connection = await OpenAsync(Cluster.SslBootstrapServers, security, properties);
        return Assert.Single((await connection.AskAsync(new MetadataRequest([topic]), CancellationToken.None)).Topics).Error;
    }

    private static async Task<WireException> FailureAsync(string servers, SecurityOptions security, Dictionary<string, string>? properties = null, string host = "127.0.0.1") =>
        await Assert.ThrowsAsync<WireException>(() => OpenAsync(servers, security, properties, host));

    private static async Task AssertDeniedAsync(string servers, SecurityOptions security)
    {
        var failure = await FailureAsync(servers, security with { Password = new Secret(WrongPassword) });

        Assert.Equal(WireFailure.Denied, failure.Failure);
        Assert.DoesNotContain(WrongPassword, failure.ToString(), StringComparison.Ordinal);
        Assert.Contains("refuses the credentials", failure.Message, StringComparison.Ordinal);
    }

    private static async Task AssertRenewsAsync(string servers, SecurityOptions security, Dictionary<string, string>? properties = null)
    {
        const int pipelined = 5;
        const int authentications = 4;
        await using var connection = await OpenAsync(servers, security, properties);
        var answers = new Queue<Task<MetadataResponse>>();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));

        while (connection.Authentications < authentications)
        {
            answers.Enqueue(await connection.BeginAsync(new MetadataRequest([]), TimeSpan.FromSeconds(30), patience.Token));
            if (answers.Count == pipelined)
            {
                Assert.Single((await answers.Dequeue()).Brokers);
            }
        }

        Assert.All(await Task.WhenAll(answers), answer => Assert.Single(answer.Brokers));
        Assert.False(connection.Closed.IsCompleted);
    }

    private SecurityOptions Tls() => new() { Protocol = SecurityProtocolKind.Ssl, CaLocation = Cluster.TlsFile("ca.pem") };

    private SecurityOptions MutualTls() => Tls() with { CertificateLocation = Cluster.TlsFile("client.pem"), KeyLocation = Cluster.TlsFile("client.key") };

    private SecurityOptions SaslTls(SaslMechanismKind mechanism) => Sasl(mechanism) with { Protocol = SecurityProtocolKind.SaslSsl, CaLocation = Cluster.TlsFile("ca.pem") };
}
