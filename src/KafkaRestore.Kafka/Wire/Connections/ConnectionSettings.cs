using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Wire.Connections.Sasl;
using KafkaRestore.Kafka.Wire.Connections.Tls;

namespace KafkaRestore.Kafka.Wire.Connections;

/// <summary>What connection options mean for this client's connections; read and checked once, shared by all of them.</summary>
internal sealed class ConnectionSettings
{
    private readonly SecurityOptions _security;

    private ConnectionSettings(KafkaConnectionOptions options, WireOptions wire, TimeProvider time)
    {
        ClientConfiguration.Validate(options);
        var properties = new ClientPropertyReader(SecurityConfiguration.WithBearer(options));
        ClientId = properties.Text("client.id") ?? ClientConfiguration.ClientId;
        AddressFamily = properties.Choice(
            "broker.address.family", AddressFamily.Unspecified, ("any", AddressFamily.Unspecified), ("v4", AddressFamily.InterNetwork), ("v6", AddressFamily.InterNetworkV6));
        ConnectTimeout = properties.Milliseconds("socket.connection.setup.timeout.ms", wire.ConnectTimeout);
        NoDelay = properties.Flag("socket.nagle.disable", options.TcpNoDelay);
        KeepAlive = properties.Flag("socket.keepalive.enable", options.TcpKeepAlive);
        _security = options.Security;
        Tls = options.Security.Protocol is SecurityProtocolKind.Ssl or SecurityProtocolKind.SaslSsl ? TlsSettings.From(options.Security, properties) : null;
        Sasl = SaslMechanism.From(options.Security, properties, time);
    }

    /// <summary>The name by which brokers' logs and quotas know us.</summary>
    public string ClientId { get; }

    /// <summary>Which addresses of a host are tried.</summary>
    public AddressFamily AddressFamily { get; }

    /// <summary>How long a connection may take until it is ready, TLS and authentication included.</summary>
    public TimeSpan ConnectTimeout { get; }

    /// <summary>Whether small packets are sent at once.</summary>
    public bool NoDelay { get; }

    /// <summary>Whether the operating system keeps idle connections alive.</summary>
    public bool KeepAlive { get; }

    /// <summary>TLS; null without it.</summary>
    public TlsSettings? Tls { get; }

    /// <summary>How we prove who we are; null when we do not.</summary>
    public SaslMechanism? Sasl { get; }

    /// <summary>What was agreed on for a connection over <paramref name="stream"/>.</summary>
    public ConnectionDescription Describe(Stream stream)
    {
        var tls = stream as SslStream;
        var certificate = tls?.RemoteCertificate as X509Certificate2;
        return new ConnectionDescription
        {
            Protocol = SecurityConfiguration.ProtocolName(_security.Protocol),
            Tls = tls is null ? null : $"{VersionOf(tls.SslProtocol)}, {tls.NegotiatedCipherSuite}",
            BrokerCertificate = certificate?.Subject,
            BrokerCertificateEnds = certificate?.NotAfter.ToUniversalTime(),
            ClientCertificate = tls?.LocalCertificate?.Subject,
            Mechanism = Sasl?.Name,
            User = Sasl is null || _security.Username.IsEmpty ? null : _security.Username.Reveal(),
            Client = "wire",
        };
    }

    private static string VersionOf(SslProtocols protocol) => protocol switch
    {
        SslProtocols.Tls13 => "TLS 1.3",
        SslProtocols.Tls12 => "TLS 1.2",
        _ => protocol.ToString(),
    };

    /// <summary>Reads and checks them.</summary>
    /// <exception cref="Records.Errors.RestoreException">CONFIG_INVALID, CONFIG_NOT_SUPPORTED.</exception>
    public static ConnectionSettings From(KafkaConnectionOptions options, WireOptions wire, TimeProvider time) => new(options, wire, time);
}
