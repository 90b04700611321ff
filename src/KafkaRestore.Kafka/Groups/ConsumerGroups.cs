using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Wire;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Kafka.Groups;

/// <summary>Opens the consumer groups of a cluster.</summary>
public static class ConsumerGroups
{
    /// <summary>Prepares; nothing is asked of a broker yet.</summary>
    /// <param name="connection">How to reach the cluster.</param>
    /// <param name="log">Hears what the connections have to say; null for nobody.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="options">How long questions may take; null for the defaults.</param>
    /// <exception cref="RestoreException">CONFIG_INVALID; CONFIG_NOT_SUPPORTED: the wire client, which alone can do this, cannot connect with these settings.</exception>
    public static IConsumerGroups Open(KafkaConnectionOptions connection, Action<ClientLogLine>? log = null, TimeProvider? time = null, TargetClusterOptions? options = null)
    {
        if (WireCluster.WhyNot(connection) is { } lack)
        {
            throw new RestoreException(
                ErrorCodes.ConfigNotSupported,
                $"consumer groups can only be reached with the wire client, and {lack}",
                "target.security, target.client",
                "Use another listener of the brokers for consumer groups (SCRAM, PLAIN, OAUTHBEARER or a client certificate), and leave out the property that is named.");
        }

        return new WireConsumerGroups(connection, log, time ?? TimeProvider.System, options ?? new TargetClusterOptions());
    }
}
