using KafkaRestore.Configuration.Values;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Sinks;
using static KafkaRestore.Configuration.Keys.KeyFactory;

namespace KafkaRestore.Configuration.Keys;

/// <summary>The section <c>target</c>: the cluster that is written, and which topics.</summary>
internal static class TargetKeys
{
    private const string OperatingSystem = "the operating system's setting holds";

    private static readonly KafkaConnectionOptions Connection = new() { BootstrapServers = [] };
    private static readonly DeliveryOptions Delivery = new();
    private static readonly SecurityOptions Security = new();
    private static readonly TextValueReader Pattern = new(check: Checks.NamePattern);

    public static IReadOnlyList<ConfigurationKey> All { get; } =
    [
        Better(
            "target.bootstrap_servers",
            new BootstrapServersReader(),
            "required",
            "The brokers to ask first.",
            "IPv6 addresses in brackets; several addresses in one item, with commas, as a variable may hold; what cannot be an address is refused",
            (draft, value) => draft.Target = draft.Target with { BootstrapServers = value }),
        Better(
            "target.security.security_protocol",
            new ChoiceReader<SecurityProtocolKind>(
                ("PLAINTEXT", SecurityProtocolKind.Plaintext),
                ("SSL", SecurityProtocolKind.Ssl),
                ("SASL_PLAINTEXT", SecurityProtocolKind.SaslPlaintext),
                ("SASL_SSL", SecurityProtocolKind.SaslSsl)),
            "PLAINTEXT",
            "How the connection is secured.",
            "a SASL protocol without a mechanism is refused instead of connecting without authentication",
            (draft, value) => draft.Security = draft.Security with { Protocol = value }),
        Better(
            "target.security.sasl_mechanism",
            new ChoiceReader<SaslMechanismKind?>(
                ("PLAIN", SaslMechanismKind.Plain),
                ("SCRAM-SHA-256", SaslMechanismKind.ScramSha256),
                ("SCRAM-SHA256", SaslMechanismKind.ScramSha256),
                ("SCRAM-SHA-512", SaslMechanismKind.ScramSha512),
                ("SCRAM-SHA512", SaslMechanismKind.ScramSha512),
                ("GSSAPI", SaslMechanismKind.Gssapi),
                ("OAUTHBEARER", SaslMechanismKind.OAuthBearer)),
            "",
            "How the client proves who it is; required with a SASL protocol, refused without one.",
            "both spellings of SCRAM; OAUTHBEARER with the keys sasl_oauthbearer_*",
            (draft, value) => draft.Security = draft.Security with { Mechanism = value }),
        Works("target.security.sasl_username", new SecretReader(isName: true), "", "The user name.", (draft, value) => draft.Security = draft.Security with { Username = value }),
        Works("target.security.sasl_password", new SecretReader(), "", "The password.", (draft, value) => draft.Security = draft.Security with { Password = value }),
        Own("target.security.sasl_oauthbearer_token_file", new TextValueReader("path"), "none", "OAUTHBEARER: a file that holds the token and that somebody else keeps fresh; read for each authentication.", (draft, value) => draft.Security = draft.Security with { OAuthBearer = draft.Security.OAuthBearer with { TokenFile = value } }),
        Own("target.security.sasl_oauthbearer_token_endpoint_url", new TextValueReader("URL", check: Checks.HttpUrl), "none", "OAUTHBEARER: the token server, asked for tokens with client id and secret.", (draft, value) => draft.Security = draft.Security with { OAuthBearer = draft.Security.OAuthBearer with { TokenEndpoint = value } }),
        Own("target.security.sasl_oauthbearer_client_id", new TextValueReader(), "none", "OAUTHBEARER: the client id at the token server.", (draft, value) => draft.Security = draft.Security with { OAuthBearer = draft.Security.OAuthBearer with { ClientId = value } }),
        Own("target.security.sasl_oauthbearer_client_secret", new SecretReader(), "none", "OAUTHBEARER: the client secret at the token server.", (draft, value) => draft.Security = draft.Security with { OAuthBearer = draft.Security.OAuthBearer with { ClientSecret = value } }),
        Own("target.security.sasl_oauthbearer_scope", new TextValueReader(), "none", "OAUTHBEARER: the scope to ask the token server for.", (draft, value) => draft.Security = draft.Security with { OAuthBearer = draft.Security.OAuthBearer with { Scope = value } }),
        Own("target.security.sasl_oauthbearer_extensions", new TextValueReader(), "none", "OAUTHBEARER: SASL extensions for the broker, as `key=value,key=value`.", (draft, value) => draft.Security = draft.Security with { OAuthBearer = draft.Security.OAuthBearer with { Extensions = value } }),
        Better(
            "target.security.ssl_ca_location",
            new TextValueReader("path"),
            "the system's",
            "PEM file with the certificate authorities to trust.",
            "without it the system's authorities are trusted, not a bundled list",
            (draft, value) => draft.Security = draft.Security with { CaLocation = value }),
        Works("target.security.ssl_certificate_location", new TextValueReader("path"), "", "PEM file with the client's certificate; goes with the key.", (draft, value) => draft.Security = draft.Security with { CertificateLocation = value }),
        Works("target.security.ssl_key_location", new TextValueReader("path"), "", "PEM file with the client's key; goes with the certificate.", (draft, value) => draft.Security = draft.Security with { KeyLocation = value }),
        Works("target.security.sasl_kerberos_service_name", new TextValueReader(), Security.KerberosServiceName, "Kerberos: the brokers' service name.", (draft, value) => draft.Security = draft.Security with { KerberosServiceName = value }),
        Works("target.security.sasl_keytab_path", new TextValueReader("path"), "", "Kerberos: the keytab file.", (draft, value) => draft.Security = draft.Security with { KeytabPath = value }),
        Works("target.security.sasl_krb5_config_path", new TextValueReader("path"), "", "Kerberos: the configuration file.", (draft, value) => draft.Security = draft.Security with { KerberosConfigPath = value }),
        Better(
            "target.topics.include",
            new ListReader<string>(Pattern, "list of topic patterns"),
            "all but internal topics",
            "The source topics that are restored.",
            "an invalid regular expression is refused; Kafka's own topics must be named literally",
            (draft, value) => draft.Selection = draft.Selection with { Include = value }),
        Better(
            "target.topics.exclude",
            new ListReader<string>(Pattern, "list of topic patterns"),
            "none",
            "The source topics that are left out; wins over include.",
            "an invalid regular expression is refused instead of excluding nothing",
            (draft, value) => draft.Selection = draft.Selection with { Exclude = value }),
        Works("target.connection.tcp_keepalive", new BooleanReader(), Text(Connection.TcpKeepAlive), "Whether the operating system keeps idle connections alive.", (draft, value) => draft.Target = draft.Target with { TcpKeepAlive = value }),
        NoEffect("target.connection.keepalive_time_secs", new IntegerReader<long>(0, long.MaxValue), "", "When a connection counts as idle.", OperatingSystem),
        NoEffect("target.connection.keepalive_interval_secs", new IntegerReader<long>(0, long.MaxValue), "", "How often an idle connection is probed.", OperatingSystem),
        Works("target.connection.tcp_nodelay", new BooleanReader(), Text(Connection.TcpNoDelay), "Whether small packets are sent at once.", (draft, value) => draft.Target = draft.Target with { TcpNoDelay = value }),
        Better(
            "target.connection.connections_per_broker",
            new IntegerReader<int>(1, 1_000),
            Text(Delivery.ConnectionsPerBroker),
            "How many connections are opened to each broker to write over.",
            "the default there is 4; requests are pipelined here, so fewer carry as much. The batch sink only",
            (draft, value) => draft.Delivery = draft.Delivery with { ConnectionsPerBroker = value }),
        NoEffect("target.connection.fetch_max_wait_ms", new IntegerReader<int>(0, int.MaxValue), "", "How long a fetch waits for records.", "only a backup fetches"),
        Own(
            "target.client",
            new ClientPropertiesReader(),
            "none",
            "Further client properties by librdkafka's names, such as `socket.timeout.ms: 60000`; those on which exactness depends, and those with a key of their own, are refused.",
            (draft, value) => draft.Target = draft.Target with { ClientProperties = value }),
    ];
}
