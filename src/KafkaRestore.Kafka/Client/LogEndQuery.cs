using Confluent.Kafka;

namespace KafkaRestore.Kafka.Client;

/// <summary>The first offset and the end of a partition's log, through librdkafka.</summary>
internal static class LogEndQuery
{
    /// <summary>Asks the partition's leader.</summary>
    /// <remarks>
    /// librdkafka calls a partition without a leader an unknown one, and does not ask for its leader again as long as its metadata is not
    /// refreshed. Here it is refreshed, and the two are told apart.
    /// </remarks>
    /// <exception cref="KafkaException">LeaderNotAvailable where the partition exists; whatever else the client or the broker says.</exception>
    public static WatermarkOffsets Ask(IConsumer<Ignore, Ignore> consumer, TargetPartition partition, TimeSpan timeout)
    {
        try
        {
            return consumer.QueryWatermarkOffsets(new TopicPartition(partition.Topic, partition.Partition), timeout);
        }
        catch (KafkaException e) when (e.Error.Code == ErrorCode.Local_UnknownPartition)
        {
            if (Exists(consumer, partition, timeout))
            {
                throw new KafkaException(ErrorCode.LeaderNotAvailable);
            }

            throw;
        }
    }

    private static bool Exists(IConsumer<Ignore, Ignore> consumer, TargetPartition partition, TimeSpan timeout)
    {
        using var asking = new DependentAdminClientBuilder(consumer.Handle).Build();
        return asking.GetMetadata(partition.Topic, timeout).Topics.Any(topic => topic.Partitions.Any(found => found.PartitionId == partition.Partition));
    }
}
