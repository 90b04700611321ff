using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Reading.Fetching;
using KafkaRestore.Kafka.Reading.Polling;
using KafkaRestore.Kafka.Wire;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Kafka.Reading;

/// <summary>Opens the best reader that the target allows.</summary>
public static class TargetReaders
{
    /// <summary>The wire reader where it can serve, else the one over librdkafka; <see cref="ITargetReader.Description"/> says which and why.</summary>
    /// <param name="connection">The target.</param>
    /// <param name="budget">
    /// What all readings together may hold. It should be one of their own: a caller that reads the target while it waits for other memory of the same
    /// budget could wait for itself.
    /// </param>
    /// <param name="log">Hears the client's log lines.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="RestoreException">CONFIG_INVALID; TARGET_UNREACHABLE, TARGET_DENIED: no broker answers; NATIVE_LIBRARY_MISSING.</exception>
    public static async Task<ITargetReader> OpenAsync(
        KafkaConnectionOptions connection, MemoryBudget budget, Action<ClientLogLine>? log = null, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        if (WireCluster.WhyNot(connection) is { } setting)
        {
            return new ClientTargetReader(connection, budget, $"not the wire reader: {setting}", time);
        }

        var wire = new WireTargetReader(connection, budget, log: log, time: time);
        try
        {
            if (await wire.WhyNotAsync(cancellationToken).ConfigureAwait(false) is not { } lack)
            {
                return wire;
            }

            await wire.DisposeAsync().ConfigureAwait(false);
            return new ClientTargetReader(connection, budget, $"not the wire reader: {lack}", time);
        }
        catch (Exception failure)
        {
            await wire.DisposeAsync().ConfigureAwait(false);
            if (failure is WireException unreachable)
            {
                throw WireCluster.ToRestoreException(unreachable, "connecting", string.Join(',', connection.BootstrapServers));
            }

            throw;
        }
    }
}
