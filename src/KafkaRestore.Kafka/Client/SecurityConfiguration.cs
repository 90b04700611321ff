using System.Runtime.InteropServices;

namespace KafkaRestore.Kafka.Client;

/// <summary>TLS and SASL as librdkafka's properties. Nothing is ever left out silently: half a configuration is refused.</summary>
internal static partial class SecurityConfiguration
{
    /// <summary>The first librdkafka whose SCRAM is as the standard wants it; brokers since Kafka 4.0 refuse the older ones' as a wrong password.</summary>
    internal static readonly Version LowestForScram = new(2, 6, 1);

    /// <summary>How to say where tokens come from.</summary>
    internal const string TokenHint =
        "Set target.security.sasl_oauthbearer_token_file, or sasl_oauthbearer_token_endpoint_url with sasl_oauthbearer_client_id and sasl_oauthbearer_client_secret.";

    /// <summary>What to do when authentication failed; null for the general remedy.</summary>
    internal static string? AuthenticationHint(SaslMechanismKind? mechanism, NativeLibraryDescription library) =>
        mechanism is SaslMechanismKind.ScramSha256 or SaslMechanismKind.ScramSha512 && library.Version < LowestForScram
            ? $"Check user name and password. If they are right: SCRAM of {library} is refused by brokers since Kafka 4.0; install librdkafka {LowestForScram} or later, or use another mechanism."
            : null;

    internal static void Validate(KafkaConnectionOptions options)
    {
        var security = options.Security;
        var sasl = security.Protocol is SecurityProtocolKind.SaslPlaintext or SecurityProtocolKind.SaslSsl;
        if (sasl && security.Mechanism is null)
        {
            throw Invalid($"{ProtocolName(security.Protocol)} needs a mechanism", "sasl_mechanism", "Set it to PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, GSSAPI or OAUTHBEARER.");
        }

        if (!sasl && security.Mechanism is { } unused)
        {
            throw Invalid($"the mechanism {MechanismName(unused)} would not be used with {ProtocolName(security.Protocol)}", "security_protocol", "Set it to SASL_SSL or SASL_PLAINTEXT, or remove sasl_mechanism.");
        }

        switch (security.Mechanism)
        {
            case SaslMechanismKind.Plain or SaslMechanismKind.ScramSha256 or SaslMechanismKind.ScramSha512:
                Require(!security.Username.IsEmpty, "sasl_username", security.Mechanism.Value);
                Require(!security.Password.IsEmpty, "sasl_password", security.Mechanism.Value);
                break;
            case SaslMechanismKind.OAuthBearer:
                ValidateBearer(security.OAuthBearer, options.ClientProperties.Keys.FirstOrDefault(IsBearerProperty));
                break;
        }

        if (security.CertificateLocation is null != security.KeyLocation is null)
        {
            throw Invalid(
                "a client certificate and its key go together",
                security.KeyLocation is null ? "ssl_key_location" : "ssl_certificate_location",
                "Set both or neither.");
        }

        RequireFile(security.CaLocation, "ssl_ca_location");
        RequireFile(security.CertificateLocation, "ssl_certificate_location");
        RequireFile(security.KeyLocation, "ssl_key_location");
        RequireFile(security.KeytabPath, "sasl_keytab_path");
        RequireFile(security.KerberosConfigPath, "sasl_krb5_config_path");
    }

    /// <summary>The client properties, those included that ask a token server.</summary>
    internal static IReadOnlyDictionary<string, string> WithBearer(KafkaConnectionOptions options)
    {
        var bearer = options.Security.OAuthBearer;
        if (options.Security.Mechanism != SaslMechanismKind.OAuthBearer || !bearer.NamesSource)
        {
            return options.ClientProperties;
        }

        var properties = new Dictionary<string, string>(options.ClientProperties, StringComparer.Ordinal);
        ApplyBearer(bearer, properties);
        return properties;
    }

    internal static void Apply(SecurityOptions security, Dictionary<string, string> properties)
    {
        properties["security.protocol"] = ProtocolName(security.Protocol);
        Set("ssl.ca.location", security.CaLocation);
        Set("ssl.certificate.location", security.CertificateLocation);
        Set("ssl.key.location", security.KeyLocation);
        if (security.Mechanism is not { } mechanism)
        {
            return;
        }

        properties["sasl.mechanism"] = MechanismName(mechanism);
        if (mechanism is SaslMechanismKind.Gssapi)
        {
            properties["sasl.kerberos.service.name"] = security.KerberosServiceName;
            Set("sasl.kerberos.keytab", security.KeytabPath);
            Set("sasl.kerberos.principal", security.Username.IsEmpty ? null : security.Username.Reveal());
            if (security.KerberosConfigPath is { } path && !OperatingSystem.IsWindows())
            {
                // The Kerberos library reads the C environment, which .NET's own setter does not reach.
                _ = SetEnvironment("KRB5_CONFIG", path, 1);
            }

            return;
        }

        if (mechanism is SaslMechanismKind.OAuthBearer)
        {
            if (security.OAuthBearer.TokenFile is not null)
            {
                throw new Records.Errors.RestoreException(
                    Records.Errors.ErrorCodes.ConfigNotSupported,
                    "tokens from a file are known to the wire client only, and something else in this configuration needs librdkafka",
                    "target.security.sasl_oauthbearer_token_file",
                    "Remove restore.sink: client and what of target.client the wire client does not know, or use a token server (sasl_oauthbearer_token_endpoint_url).");
            }

            ApplyBearer(security.OAuthBearer, properties);
        }
        else
        {
            properties["sasl.username"] = security.Username.Reveal();
            properties["sasl.password"] = security.Password.Reveal();
        }

        void Set(string name, string? value)
        {
            if (value is not null)
            {
                properties[name] = value;
            }
        }
    }

    /// <summary>What is known of a connection that librdkafka makes: what was asked for, which it never weakens.</summary>
    internal static ConnectionDescription Describe(SecurityOptions security) => new()
    {
        Protocol = ProtocolName(security.Protocol),
        Mechanism = security.Mechanism is { } mechanism ? MechanismName(mechanism) : null,
        User = security.Mechanism is null || security.Username.IsEmpty ? null : security.Username.Reveal(),
        Client = $"librdkafka {NativeClientLibrary.EnsureLoaded().Version}",
    };

    internal static string ProtocolName(SecurityProtocolKind protocol) => protocol switch
    {
        SecurityProtocolKind.Plaintext => "PLAINTEXT",
        SecurityProtocolKind.Ssl => "SSL",
        SecurityProtocolKind.SaslPlaintext => "SASL_PLAINTEXT",
        SecurityProtocolKind.SaslSsl => "SASL_SSL",
        _ => throw new ArgumentOutOfRangeException(nameof(protocol), protocol, null),
    };

    internal static string MechanismName(SaslMechanismKind mechanism) => mechanism switch
    {
        SaslMechanismKind.Plain => "PLAIN",
        SaslMechanismKind.ScramSha256 => "SCRAM-SHA-256",
        SaslMechanismKind.ScramSha512 => "SCRAM-SHA-512",
        SaslMechanismKind.Gssapi => "GSSAPI",
        SaslMechanismKind.OAuthBearer => "OAUTHBEARER",
        _ => throw new ArgumentOutOfRangeException(nameof(mechanism), mechanism, null),
    };

    private static bool IsBearerProperty(string name) =>
        name.StartsWith("sasl.oauthbearer.", StringComparison.Ordinal) || name == "enable.sasl.oauthbearer.unsecure.jwt";

    private static void ValidateBearer(OAuthBearerOptions bearer, string? property)
    {
        if (!bearer.NamesSource && property is null)
        {
            throw Invalid("OAUTHBEARER needs to know where tokens come from", "sasl_mechanism", TokenHint);
        }

        if (bearer.NamesSource && property is not null)
        {
            throw ClientConfiguration.Invalid("where tokens come from is said twice", $"target.client.{property}", "Use either the keys target.security.sasl_oauthbearer_* or these client properties.");
        }

        if (bearer is { TokenFile: not null, TokenEndpoint: not null })
        {
            throw Invalid("tokens come from a file or from a server, not from both", "sasl_oauthbearer_token_file", "Remove one of the two.");
        }

        if (bearer.TokenEndpoint is not null)
        {
            Require(bearer.ClientId is not null, "sasl_oauthbearer_client_id", SaslMechanismKind.OAuthBearer);
            Require(!bearer.ClientSecret.IsEmpty, "sasl_oauthbearer_client_secret", SaslMechanismKind.OAuthBearer);
        }

        RequireFile(bearer.TokenFile, "sasl_oauthbearer_token_file");
    }

    private static void ApplyBearer(OAuthBearerOptions bearer, Dictionary<string, string> properties)
    {
        if (bearer.TokenEndpoint is { } endpoint)
        {
            properties["sasl.oauthbearer.method"] = "oidc";
            properties["sasl.oauthbearer.token.endpoint.url"] = endpoint;
            properties["sasl.oauthbearer.client.id"] = bearer.ClientId ?? "";
            properties["sasl.oauthbearer.client.secret"] = bearer.ClientSecret.Reveal();
        }

        if (bearer.Scope is { } scope)
        {
            properties["sasl.oauthbearer.scope"] = scope;
        }

        if (bearer.Extensions is { } extensions)
        {
            properties["sasl.oauthbearer.extensions"] = extensions;
        }
    }

    private static void Require(bool given, string key, SaslMechanismKind mechanism)
    {
        if (!given)
        {
            throw Invalid($"{MechanismName(mechanism)} needs {key}", key, "Set it, for example from an environment variable.");
        }
    }

    private static void RequireFile(string? path, string key)
    {
        if (path is not null && !File.Exists(path))
        {
            throw Invalid($"the file '{path}' does not exist or cannot be read", key, "Correct the path.");
        }
    }

    private static Records.Errors.RestoreException Invalid(string what, string key, string hint) =>
        ClientConfiguration.Invalid(what, $"target.security.{key}", hint);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
