using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Wire;

namespace KafkaRestore.Kafka.Probing;

/// <summary>Opens probes.</summary>
public static class TargetProbes
{
    /// <summary>A probe of the target; null where our protocol client cannot be used (Kerberos, client properties that it does not know). Nothing is asked of a broker yet.</summary>
    /// <param name="connection">The target.</param>
    /// <param name="log">Hears the client's log lines.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="Records.Errors.RestoreException">CONFIG_INVALID.</exception>
    public static ITargetProbe? TryOpen(KafkaConnectionOptions connection, Action<ClientLogLine>? log = null, TimeProvider? time = null) =>
        WireCluster.WhyNot(connection) is null ? new WireTargetProbe(connection, log, time ?? TimeProvider.System) : null;
}
