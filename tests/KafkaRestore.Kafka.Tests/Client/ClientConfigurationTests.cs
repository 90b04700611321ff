using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Kafka.Sinks.Client;
using KafkaRestore.Records;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Kafka.Tests.Client;

public sealed class ClientConfigurationTests
{
    private static readonly SecurityOptions Scram = new()
    {
        Protocol = SecurityProtocolKind.SaslSsl,
        Mechanism = SaslMechanismKind.ScramSha512,
        Username = new Secret("user"),
        Password = new Secret("password"),
    };

    [Fact]
    public void Security_becomes_the_clients_properties()
    {
        var properties = ClientConfiguration.Common(Connection(Scram));

        Assert.Equal("SASL_SSL", properties["security.protocol"]);
        Assert.Equal("SCRAM-SHA-512", properties["sasl.mechanism"]);
        Assert.Equal("user", properties["sasl.username"]);
        Assert.Equal("password", properties["sasl.password"]);
        Assert.Equal("a:1,b:2", properties["bootstrap.servers"]);
        Assert.Equal("kafka-restore", properties["client.id"]);
    }

    [Theory]
    [InlineData(true, "true")]
    [InlineData(false, "false")]
    public void Connection_settings_are_passed_on(bool value, string text)
    {
        var properties = ClientConfiguration.Common(Connection() with { TcpKeepAlive = value, TcpNoDelay = value });

        Assert.Equal(text, properties["socket.keepalive.enable"]);
        Assert.Equal(text, properties["socket.nagle.disable"]);
    }

    [Fact]
    public void The_users_properties_win_over_what_is_ours_by_taste()
    {
        var properties = ClientConfiguration.Common(Client("client.id", "mine"));

        Assert.Equal("mine", properties["client.id"]);
    }

    [Theory]
    [InlineData("acks")]
    [InlineData("enable.idempotence")]
    [InlineData("message.timeout.ms")]
    [InlineData("delivery.timeout.ms")]
    [InlineData("transactional.id")]
    [InlineData("isolation.level")]
    [InlineData("queue.buffering.max.kbytes")]
    [InlineData("sasl.password")]
    public void A_property_that_exactness_needs_is_refused_by_name(string name)
    {
        var failure = Refusal(Client(name, "1"));

        Assert.Equal($"target.client.{name}", failure.Where);
    }

    [Fact]
    public void Sasl_without_a_mechanism_is_refused() => AssertRefused("sasl_mechanism", Scram with { Mechanism = null });

    [Fact]
    public void A_mechanism_without_sasl_is_refused() => AssertRefused("security_protocol", Scram with { Protocol = SecurityProtocolKind.Ssl });

    [Fact]
    public void A_missing_user_name_is_refused() => AssertRefused("sasl_username", Scram with { Username = default });

    [Fact]
    public void A_missing_password_is_refused() => AssertRefused("sasl_password", Scram with { Password = default });

    [Fact]
    public void Bearer_tokens_without_a_source_are_refused() =>
        AssertRefused("sasl_mechanism", Scram with { Mechanism = SaslMechanismKind.OAuthBearer });

    [Fact]
    public void A_certificate_without_its_key_is_refused() => AssertRefused("ssl_key_location", new SecurityOptions { CertificateLocation = "c.pem" });

    [Fact]
    public void A_key_without_its_certificate_is_refused() => AssertRefused("ssl_certificate_location", new SecurityOptions { KeyLocation = "k.pem" });

    [Fact]
    public void A_file_that_does_not_exist_is_refused() => AssertRefused("ssl_ca_location", new SecurityOptions { CaLocation = "/no/such/file.pem" });

    [Fact]
    public void No_broker_is_refused() =>
        Assert.Equal("target.bootstrap_servers", Refusal(new KafkaConnectionOptions { BootstrapServers = [] }).Where);

    [Fact]
    public async Task A_property_that_librdkafka_does_not_know_is_a_mistake_of_configuration()
    {
        var failure = await Assert.ThrowsAsync<RestoreException>(async () =>
        {
            await using var cluster = new TargetCluster(Client("no.such.property", "1"));
        });

        Assert.Equal(ErrorCodes.ConfigInvalid, failure.Code);
        Assert.Contains("no.such.property", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1_000_000, null, 1_000_000)]
    [InlineData(1_000_000, 100_000, 99_488)]
    [InlineData(50_000, 100_000, 50_000)]
    [InlineData(50_000, 100, 1)]
    public void Batches_are_lowered_to_what_the_topic_takes(int asked, int? topic, int expected) =>
        Assert.Equal(expected, ProducerSettings.BatchBytes(new DeliveryOptions { BatchBytes = asked }, topic));

    [Fact]
    public void Delivery_options_reach_the_producer()
    {
        var delivery = new DeliveryOptions { BatchRecords = 77, Linger = TimeSpan.FromMilliseconds(3.5), Codec = ProduceCodec.Zstd, RequestTimeout = TimeSpan.FromSeconds(90) };
        var properties = ProducerSettings.For(Connection(), delivery, new SinkLane(new TargetPartition("t", 0), 0, 1, null));

        Assert.Equal("77", properties["batch.num.messages"]);
        Assert.Equal("3.5", properties["linger.ms"]);
        Assert.Equal("zstd", properties["compression.type"]);
        Assert.Equal("90000", properties["request.timeout.ms"]);
        Assert.Equal("95000", properties["socket.timeout.ms"]);
    }

    [Theory]
    [InlineData(SaslMechanismKind.ScramSha256, "2.0.2", true)]
    [InlineData(SaslMechanismKind.ScramSha512, "2.6.0", true)]
    [InlineData(SaslMechanismKind.ScramSha512, "2.6.1", false)]
    [InlineData(SaslMechanismKind.Plain, "2.0.2", false)]
    public void Scram_of_an_old_library_is_explained(SaslMechanismKind mechanism, string version, bool explained) =>
        Assert.Equal(explained, SecurityConfiguration.AuthenticationHint(mechanism, new(Version.Parse(version), NativeLibraryOrigin.System, "x")) is not null);

    private static KafkaConnectionOptions Connection(SecurityOptions? security = null) =>
        new() { BootstrapServers = ["a:1", "b:2"], Security = security ?? new SecurityOptions() };

    private static KafkaConnectionOptions Client(string name, string value) =>
        Connection() with { ClientProperties = new Dictionary<string, string> { [name] = value } };

    private static void AssertRefused(string key, SecurityOptions security) =>
        Assert.Equal($"target.security.{key}", Refusal(Connection(security)).Where);

    private static RestoreException Refusal(KafkaConnectionOptions connection)
    {
        var failure = Assert.Throws<RestoreException>(() => ClientConfiguration.Common(connection));
        Assert.Equal(ErrorCodes.ConfigInvalid, failure.Code);
        return failure;
    }
}
