using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Wire;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Protocol;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Kafka.Settings;

/// <summary>The way to the settings of the target's topics, or why there is none.</summary>
/// <param name="Settings">The settings; null when they cannot be read and changed one by one. The caller disposes them.</param>
/// <param name="WhyNot">Why not, for a person.</param>
public sealed record TopicSettingsDoor(ITopicSettings? Settings, string? WhyNot)
{
    private static readonly Api[] Needed = [DescribeConfigsRequest.Definition, IncrementalAlterConfigsRequest.Definition, CreateTopicsRequest.Definition];

    /// <summary>Opens it. librdkafka cannot change single settings in every supported version, so there is no other way than the protocol client.</summary>
    /// <param name="connection">The target.</param>
    /// <param name="log">Hears the client's log lines.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="RestoreException">CONFIG_INVALID; TARGET_UNREACHABLE, TARGET_DENIED: no broker answers.</exception>
    public static async Task<TopicSettingsDoor> OpenAsync(
        KafkaConnectionOptions connection, Action<ClientLogLine>? log = null, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        if (WireCluster.WhyNot(connection) is { } lack)
        {
            return new TopicSettingsDoor(null, lack);
        }

        var cluster = new WireCluster(connection, log: log, time: time);
        try
        {
            var broker = await cluster.AnyAsync(cancellationToken).ConfigureAwait(false);
            if (Array.Find(Needed, api => !broker.Supports(api)) is not { } missing)
            {
                return new TopicSettingsDoor(new WireTopicSettings(cluster, string.Join(',', connection.BootstrapServers), time ?? TimeProvider.System), null);
            }

            await cluster.DisposeAsync().ConfigureAwait(false);
            return new TopicSettingsDoor(null, $"the broker does not take {missing} in version {missing.Lowest} to {missing.Highest}");
        }
        catch (WireException unreachable)
        {
            await cluster.DisposeAsync().ConfigureAwait(false);
            throw WireCluster.ToRestoreException(unreachable, "asking for topic settings", string.Join(',', connection.BootstrapServers));
        }
        catch
        {
            await cluster.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
