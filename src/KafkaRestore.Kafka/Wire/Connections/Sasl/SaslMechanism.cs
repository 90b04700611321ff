using System.Security.Cryptography;
using KafkaRestore.Kafka.Client;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Kafka.Wire.Connections.Sasl;

/// <summary>A way of proving who we are, prepared once for all connections.</summary>
/// <param name="Name">Its name in SASL.</param>
/// <param name="BeginAsync">Gets ready for one authentication; may have to ask for a token.</param>
internal sealed record SaslMechanism(string Name, Func<CancellationToken, ValueTask<SaslConversation>> BeginAsync)
{
    /// <summary>The mechanism that is asked for; null when there is none.</summary>
    /// <exception cref="RestoreException">CONFIG_INVALID, CONFIG_NOT_SUPPORTED.</exception>
    public static SaslMechanism? From(SecurityOptions security, ClientPropertyReader properties, TimeProvider time)
    {
        if (security.Mechanism is not { } kind)
        {
            return null;
        }

        var name = SecurityConfiguration.MechanismName(kind);
        return kind switch
        {
            SaslMechanismKind.Plain => Of(() => new PlainConversation(security.Username, security.Password)),
            SaslMechanismKind.ScramSha256 => Of(() => new ScramConversation(HashAlgorithmName.SHA256, security.Username, security.Password)),
            SaslMechanismKind.ScramSha512 => Of(() => new ScramConversation(HashAlgorithmName.SHA512, security.Username, security.Password)),
            SaslMechanismKind.OAuthBearer => new SaslMechanism(name, OAuthBearer(security.OAuthBearer, properties, time)),
            _ => throw new RestoreException(ErrorCodes.ConfigNotSupported, $"the wire client has no {name}", "target.security.sasl_mechanism", "Use the sink that works with it (restore.sink: client)."),
        };

        SaslMechanism Of(Func<SaslConversation> create) => new(name, _ => ValueTask.FromResult(create()));
    }

    private static Func<CancellationToken, ValueTask<SaslConversation>> OAuthBearer(OAuthBearerOptions options, ClientPropertyReader properties, TimeProvider time)
    {
        var source = BearerTokenSource.From(options, properties, time);
        return async cancellationToken => new OAuthBearerConversation(await source.GetAsync(cancellationToken).ConfigureAwait(false));
    }
}
