using KafkaRestore.Kafka.Wire;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Records;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Kafka.Tests.Wire.Connections;

/// <summary>What the wire client makes of connection options.</summary>
public sealed class ConnectionSettingsTests
{
    [Theory]
    [InlineData("host:9093", "host", 9093)]
    [InlineData("host", "host", 9092)]
    [InlineData("PLAINTEXT://host:1", "host", 1)]
    [InlineData("[::1]:9095", "::1", 9095)]
    [InlineData("[fe80::1%eth0]", "fe80::1%eth0", 9092)]
    [InlineData("::1", "::1", 9092)]
    [InlineData("10.0.0.1:65535", "10.0.0.1", 65_535)]
    public void A_bootstrap_address_is_read(string text, string host, int port) => Assert.Equal([new BrokerAddress(-1, host, port)], BootstrapList.Parse([text]));

    [Fact]
    public void Bootstrap_addresses_may_stand_together_and_count_once() =>
        Assert.Equal([new BrokerAddress(-1, "a", 1), new BrokerAddress(-1, "b", 2)], BootstrapList.Parse(["a:1, b:2", "a:1"]));

    [Theory]
    [InlineData(":9092")]
    [InlineData("host:")]
    [InlineData("host:0")]
    [InlineData("host:65536")]
    [InlineData("host:-1")]
    [InlineData("host:kafka")]
    [InlineData("[::1")]
    [InlineData("[::1]9092")]
    [InlineData("[]:9092")]
    public void A_bootstrap_address_that_is_none_is_refused_by_name(string text)
    {
        var failure = Assert.Throws<RestoreException>(() => BootstrapList.Parse(["good:1", text]));

        Assert.Equal(ErrorCodes.ConfigInvalid, failure.Code);
        Assert.Contains($"'{text}'", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("client.id")]
    [InlineData("sasl.oauthbearer.token.endpoint.url")]
    [InlineData("statistics.interval.ms")]
    [InlineData("log.connection.close")]
    [InlineData("reconnect.backoff.max.ms")]
    [InlineData("topic.metadata.refresh.interval.ms")]
    public void A_property_that_is_honoured_or_harmless_is_no_obstacle(string name) => Assert.Null(WireCluster.WhyNot(With((name, "1"))));

    [Theory]
    [InlineData("linger.ms")]
    [InlineData("queue.buffering.max.ms")]
    [InlineData("compression.type")]
    [InlineData("ssl.cipher.suites")]
    [InlineData("ssl.keystore.location")]
    [InlineData("plugin.library.paths")]
    [InlineData("no.such.thing")]
    public void A_property_that_this_client_does_not_know_is_named(string name) => Assert.Contains($"'{name}'", WireCluster.WhyNot(With((name, "1"), ("client.id", "x"))), StringComparison.Ordinal);

    [Fact]
    public void Kerberos_is_named()
    {
        var options = With() with { Security = new SecurityOptions { Protocol = SecurityProtocolKind.SaslSsl, Mechanism = SaslMechanismKind.Gssapi } };

        Assert.Contains("GSSAPI", WireCluster.WhyNot(options), StringComparison.Ordinal);
        Assert.Equal(ErrorCodes.ConfigNotSupported, Assert.Throws<RestoreException>(() => From(options)).Code);
    }

    [Fact]
    public void Properties_win_over_options()
    {
        var settings = From(With(
            ("client.id", "other"), ("socket.nagle.disable", "false"), ("socket.keepalive.enable", "0"), ("socket.connection.setup.timeout.ms", "1234"), ("broker.address.family", "v6")));

        Assert.Equal("other", settings.ClientId);
        Assert.False(settings.NoDelay);
        Assert.False(settings.KeepAlive);
        Assert.Equal(TimeSpan.FromMilliseconds(1234), settings.ConnectTimeout);
        Assert.Equal(System.Net.Sockets.AddressFamily.InterNetworkV6, settings.AddressFamily);
    }

    [Theory]
    [InlineData("socket.nagle.disable", "perhaps")]
    [InlineData("socket.connection.setup.timeout.ms", "0")]
    [InlineData("socket.connection.setup.timeout.ms", "1.5")]
    [InlineData("broker.address.family", "v5")]
    public void A_value_that_is_none_is_refused_by_name(string name, string value)
    {
        var failure = Assert.Throws<RestoreException>(() => From(With((name, value))));

        Assert.Equal(ErrorCodes.ConfigInvalid, failure.Code);
        Assert.Equal($"target.client.{name}", failure.Where);
    }

    [Fact]
    public void A_file_without_certificates_is_refused_by_name()
    {
        var path = Path.Combine(Path.GetTempPath(), $"no-certificates-{Guid.NewGuid():N}.pem");
        File.WriteAllText(path, "nothing");
        try
        {
            foreach (var security in new[]
            {
                new SecurityOptions { Protocol = SecurityProtocolKind.Ssl, CaLocation = path },
                new SecurityOptions { Protocol = SecurityProtocolKind.Ssl, CertificateLocation = path, KeyLocation = path },
            })
            {
                var failure = Assert.Throws<RestoreException>(() => From(With() with { Security = security }));

                Assert.Equal(ErrorCodes.ConfigInvalid, failure.Code);
                Assert.Contains(path, failure.Message, StringComparison.Ordinal);
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Half_an_authentication_is_refused()
    {
        var plain = new SecurityOptions { Protocol = SecurityProtocolKind.SaslSsl, Mechanism = SaslMechanismKind.Plain, Username = new Secret("u") };
        var bearer = new SecurityOptions { Protocol = SecurityProtocolKind.SaslSsl, Mechanism = SaslMechanismKind.OAuthBearer };

        Assert.Equal("target.security.sasl_password", Assert.Throws<RestoreException>(() => From(With() with { Security = plain })).Where);
        Assert.Equal("target.client.sasl.oauthbearer.method", Assert.Throws<RestoreException>(() => From(With(("sasl.oauthbearer.scope", "x")) with { Security = bearer })).Where);
        Assert.Equal(
            "target.client.sasl.oauthbearer.token.endpoint.url",
            Assert.Throws<RestoreException>(() => From(With(("sasl.oauthbearer.method", "oidc")) with { Security = bearer })).Where);
    }

    private static KafkaConnectionOptions With(params (string Name, string Value)[] properties) =>
        new() { BootstrapServers = ["host:9092"], ClientProperties = properties.ToDictionary(pair => pair.Name, pair => pair.Value) };

    private static ConnectionSettings From(KafkaConnectionOptions options) => ConnectionSettings.From(options, new WireOptions(), TimeProvider.System);
}
