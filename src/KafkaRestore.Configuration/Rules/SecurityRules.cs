using KafkaRestore.Configuration.Binding;
using KafkaRestore.Kafka;

namespace KafkaRestore.Configuration.Rules;

/// <summary>Security settings that contradict each other are refused: a connection that is less safe than it looks is worse than none.</summary>
internal static class SecurityRules
{
    private const string Section = "target.security";
    private const string Protocol = $"{Section}.security_protocol";
    private const string Mechanism = $"{Section}.sasl_mechanism";
    private const string Username = $"{Section}.sasl_username";
    private const string Password = $"{Section}.sasl_password";
    private const string Certificate = $"{Section}.ssl_certificate_location";
    private const string Key = $"{Section}.ssl_key_location";

    private static readonly string[] Tls = [$"{Section}.ssl_ca_location", Certificate, Key];

    private static readonly string[] Kerberos = [$"{Section}.sasl_kerberos_service_name", $"{Section}.sasl_keytab_path", $"{Section}.sasl_krb5_config_path"];

    private const string TokenFile = $"{Section}.sasl_oauthbearer_token_file";
    private const string TokenEndpoint = $"{Section}.sasl_oauthbearer_token_endpoint_url";
    private const string ClientId = $"{Section}.sasl_oauthbearer_client_id";
    private const string ClientSecret = $"{Section}.sasl_oauthbearer_client_secret";
    private const string Scope = $"{Section}.sasl_oauthbearer_scope";

    private static readonly string[] OfTokenServer = [ClientId, ClientSecret, Scope];

    private static readonly string[] Bearer = [TokenFile, TokenEndpoint, .. OfTokenServer, $"{Section}.sasl_oauthbearer_extensions"];

    public static void Check(BindingContext context)
    {
        var security = context.Draft.Security;
        CheckPair(Certificate, Key, context);
        CheckPair(Key, Certificate, context);

        // A protocol that cannot be read is reported already; what depends on it cannot be judged.
        if (context.IsBroken(Protocol))
        {
            return;
        }

        CheckTls(security, context);
        CheckMechanism(security, context);
    }

    private static void CheckPair(string path, string other, BindingContext context)
    {
        if (context.IsSet(path) && !context.IsSet(other))
        {
            context.Contradiction(path, $"stands without {other}", "A client certificate needs both files.");
        }
    }

    private static void CheckTls(SecurityOptions security, BindingContext context)
    {
        if (security.Protocol is SecurityProtocolKind.Ssl or SecurityProtocolKind.SaslSsl)
        {
            return;
        }

        foreach (var path in Tls.Where(context.IsSet))
        {
            context.Contradiction(path, "is set, but the security protocol uses no TLS", $"Set {Protocol} to SSL or SASL_SSL, or remove the key.");
        }
    }

    private static void CheckMechanism(SecurityOptions security, BindingContext context)
    {
        var isSasl = security.Protocol is SecurityProtocolKind.SaslPlaintext or SecurityProtocolKind.SaslSsl;
        if (isSasl && !context.IsSet(Mechanism))
        {
            context.Contradiction(Protocol, "is a SASL protocol, but there is no mechanism", $"Add {Mechanism}, such as SCRAM-SHA-512.");
            return;
        }

        if (!isSasl)
        {
            foreach (var path in new[] { Mechanism, Username, Password }.Concat(Kerberos).Concat(Bearer).Where(context.IsSet))
            {
                context.Contradiction(path, "is set, but the security protocol does not authenticate", $"Set {Protocol} to SASL_SSL or SASL_PLAINTEXT, or remove the key.");
            }

            return;
        }

        if (security.Mechanism is SaslMechanismKind.Plain or SaslMechanismKind.ScramSha256 or SaslMechanismKind.ScramSha512)
        {
            RequireCredential(Username, security.Username.IsEmpty, context);
            RequireCredential(Password, security.Password.IsEmpty, context);
        }

        CheckBearer(security, context);
        if (security.Mechanism is not (null or SaslMechanismKind.Gssapi))
        {
            foreach (var path in Kerberos.Where(context.IsSet))
            {
                context.NoticeAt(path, "has no effect: the mechanism is not GSSAPI");
            }
        }
    }

    private static void CheckBearer(SecurityOptions security, BindingContext context)
    {
        if (security.Mechanism is not (null or SaslMechanismKind.OAuthBearer))
        {
            foreach (var path in Bearer.Where(context.IsSet))
            {
                context.Contradiction(path, "is set, but the mechanism is not OAUTHBEARER", $"Set {Mechanism} to OAUTHBEARER, or remove the key.");
            }

            return;
        }

        if (context.IsSet(TokenFile) && context.IsSet(TokenEndpoint))
        {
            context.Contradiction(TokenFile, $"and {TokenEndpoint} both say where tokens come from", "Remove one of the two.");
        }

        if (context.IsSet(TokenEndpoint))
        {
            RequireFor(TokenEndpoint, ClientId, context);
            RequireFor(TokenEndpoint, ClientSecret, context);
            return;
        }

        foreach (var path in OfTokenServer.Where(context.IsSet))
        {
            context.Contradiction(path, $"stands without {TokenEndpoint}", $"Add {TokenEndpoint}, or remove the key.");
        }
    }

    private static void RequireFor(string path, string needed, BindingContext context)
    {
        if (!context.IsSet(needed))
        {
            context.Contradiction(path, $"needs {needed}", $"Add {needed}.");
        }
    }

    private static void RequireCredential(string path, bool isEmpty, BindingContext context)
    {
        if (!context.IsSet(path))
        {
            context.Contradiction(Mechanism, $"needs {path}", $"Add {path}.");
        }
        else if (isEmpty && !context.IsBroken(path))
        {
            context.Contradiction(path, "is empty, but the mechanism needs it");
        }
    }
}
