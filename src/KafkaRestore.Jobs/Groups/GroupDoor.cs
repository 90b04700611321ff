using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;

namespace KafkaRestore.Jobs.Groups;

/// <summary>Opens the consumer groups of a cluster for a command.</summary>
internal static class GroupDoor
{
    /// <summary>Nothing is asked of a broker yet; the caller disposes it.</summary>
    /// <exception cref="Records.Errors.RestoreException">CONFIG_INVALID, CONFIG_NOT_SUPPORTED.</exception>
    public static IConsumerGroups Open(KafkaConnectionOptions connection, JobContext context) => ConsumerGroups.Open(connection, context.Log.Client, context.Time);
}
