using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KafkaRestore.Kafka.Wire.Connections;

namespace KafkaRestore.Kafka.Tests.Wire.Connections;

/// <summary>TLS with servers that do not behave.</summary>
public sealed class TlsUpgradeTests
{
    [Fact]
    public async Task A_broker_that_refuses_us_after_the_handshake_is_asked_about_a_client_certificate()
    {
        var failure = await FailureAsync(
            new Dictionary<string, string> { ["enable.ssl.certificate.verification"] = "false" },
            new SslServerAuthenticationOptions { ClientCertificateRequired = true, RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null });

        Assert.Equal(WireFailure.Tls, failure.Failure);
        Assert.Contains("client certificate", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_its_owner_signed_is_not_trusted_and_named()
    {
        var failure = await FailureAsync([], new SslServerAuthenticationOptions());

        Assert.Equal(WireFailure.Untrusted, failure.Failure);
        Assert.Contains("CN=self-made", failure.Message, StringComparison.Ordinal);
        Assert.Contains("UntrustedRoot", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_does_not_speak_tls_is_named_as_such()
    {
        await using var broker = new ScriptedBroker();
        var opening = OpenAsync(broker.Address, []);
        using var peer = await broker.AcceptAsync();
        await peer.SendAsync("220 mail.example ESMTP\r\n"u8.ToArray());

        var failure = await Assert.ThrowsAsync<WireException>(() => opening);

        Assert.Equal(WireFailure.Tls, failure.Failure);
        Assert.StartsWith($"{broker.Address}: ", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<WireException> FailureAsync(Dictionary<string, string> properties, SslServerAuthenticationOptions server)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=self-made", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, new DateTimeOffset(2200, 1, 1, 0, 0, 0, TimeSpan.Zero));
        server.ServerCertificate = certificate;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = new BrokerAddress(-1, "127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port);

        var opening = OpenAsync(address, properties);
        using var accepted = await listener.AcceptTcpClientAsync();
        await using var stream = new SslStream(accepted.GetStream());
        try
        {
            await stream.AuthenticateAsServerAsync(server).WaitAsync(ScriptedPeer.Patience);
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            // One side refuses the other: that is what is tested.
        }

        accepted.Close();
        return await Assert.ThrowsAsync<WireException>(() => opening);
    }

    private static Task<BrokerConnection> OpenAsync(BrokerAddress address, Dictionary<string, string> properties) => BrokerConnection.OpenAsync(
        address,
        new KafkaConnectionOptions { BootstrapServers = [address.ToString()], Security = new SecurityOptions { Protocol = SecurityProtocolKind.Ssl }, ClientProperties = properties },
        new WireOptions(),
        TimeProvider.System,
        CancellationToken.None);
}
