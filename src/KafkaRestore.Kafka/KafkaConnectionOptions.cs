using KafkaRestore.Records;

namespace KafkaRestore.Kafka;

/// <summary>How to reach the target cluster.</summary>
public sealed record KafkaConnectionOptions
{
    /// <summary>Brokers to ask first, each <c>host:port</c>; at least one.</summary>
    public required IReadOnlyList<string> BootstrapServers { get; init; }

    /// <summary>TLS and authentication.</summary>
    public SecurityOptions Security { get; init; } = new();

    /// <summary>Further client properties (<c>target.client</c>), by librdkafka's names; they win over what we set, except where exactness needs ours.</summary>
    public IReadOnlyDictionary<string, string> ClientProperties { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether connections are kept alive by the operating system.</summary>
    public bool TcpKeepAlive { get; init; } = true;

    /// <summary>Whether small packets are sent at once.</summary>
    public bool TcpNoDelay { get; init; } = true;
}

/// <summary>TLS and authentication of the connection to the target.</summary>
public sealed record SecurityOptions
{
    /// <summary>The protocol.</summary>
    public SecurityProtocolKind Protocol { get; init; } = SecurityProtocolKind.Plaintext;

    /// <summary>The SASL mechanism; required with a SASL protocol, refused without one.</summary>
    public SaslMechanismKind? Mechanism { get; init; }

    /// <summary>SASL user name.</summary>
    public Secret Username { get; init; }

    /// <summary>SASL password.</summary>
    public Secret Password { get; init; }

    /// <summary>Where the tokens of OAUTHBEARER come from; used with that mechanism only.</summary>
    public OAuthBearerOptions OAuthBearer { get; init; } = new();

    /// <summary>PEM file with the certificate authorities to trust; null: the system's.</summary>
    public string? CaLocation { get; init; }

    /// <summary>PEM file with the client certificate; goes with <see cref="KeyLocation"/>.</summary>
    public string? CertificateLocation { get; init; }

    /// <summary>PEM file with the client key; goes with <see cref="CertificateLocation"/>.</summary>
    public string? KeyLocation { get; init; }

    /// <summary>Kerberos service name.</summary>
    public string KerberosServiceName { get; init; } = "kafka";

    /// <summary>Kerberos keytab file.</summary>
    public string? KeytabPath { get; init; }

    /// <summary>Kerberos configuration file.</summary>
    public string? KerberosConfigPath { get; init; }
}

/// <summary>How a connection is secured.</summary>
public enum SecurityProtocolKind
{
    /// <summary>No TLS, no authentication.</summary>
    Plaintext,

    /// <summary>TLS.</summary>
    Ssl,

    /// <summary>SASL without TLS.</summary>
    SaslPlaintext,

    /// <summary>SASL over TLS.</summary>
    SaslSsl,
}

/// <summary>How a client proves who it is.</summary>
public enum SaslMechanismKind
{
    /// <summary>User name and password as they are.</summary>
    Plain,

    /// <summary>SCRAM with SHA-256 (RFC 7677).</summary>
    ScramSha256,

    /// <summary>SCRAM with SHA-512.</summary>
    ScramSha512,

    /// <summary>Kerberos.</summary>
    Gssapi,

    /// <summary>OAuth bearer tokens (KIP-255).</summary>
    OAuthBearer,
}
