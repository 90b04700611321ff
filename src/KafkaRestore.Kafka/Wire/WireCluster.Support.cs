using KafkaRestore.Kafka.Wire.Connections;

namespace KafkaRestore.Kafka.Wire;

/// <content>What this client can do.</content>
internal sealed partial class WireCluster
{
    /// <summary>What of <paramref name="options"/> this client cannot do, for a person; null when it can do all of it.</summary>
    public static string? WhyNot(KafkaConnectionOptions options)
    {
        if (options.Security.Mechanism == SaslMechanismKind.Gssapi)
        {
            return "it has no Kerberos (sasl_mechanism: GSSAPI)";
        }

        return SupportedProperties.FirstUnsupported(options.ClientProperties.Keys) is { } name ? $"it does not know the client property '{name}'" : null;
    }
}
