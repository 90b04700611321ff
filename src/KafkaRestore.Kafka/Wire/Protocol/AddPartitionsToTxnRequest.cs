using Confluent.Kafka;

namespace KafkaRestore.Kafka.Wire.Protocol;

/// <summary>Adds partitions to a transaction, which begins with that.</summary>
/// <param name="transactionalId">The transactional id.</param>
/// <param name="producerId">Its producer id.</param>
/// <param name="producerEpoch">The epoch of that.</param>
/// <param name="partitions">The partitions.</param>
internal sealed class AddPartitionsToTxnRequest(string transactionalId, long producerId, short producerEpoch, IReadOnlyCollection<TargetPartition> partitions)
    : Request<AddPartitionsToTxnResponse>
{
    /// <summary>The request. From version 4 on it is one that brokers send each other.</summary>
    public static readonly Api Definition = new(24, "AddPartitionsToTxn", 0, 3, 3);

    /// <inheritdoc/>
    public override Api Api => Definition;

    /// <inheritdoc/>
    public override void Write(WireWriter writer, short version)
    {
        writer.String(transactionalId);
        writer.Int64(producerId);
        writer.Int16(producerEpoch);
        TopicPartitions.Write(writer, partitions);
        writer.EndStructure();
    }

    /// <inheritdoc/>
    public override AddPartitionsToTxnResponse Read(ref WireReader reader, short version)
    {
        var throttle = reader.Milliseconds();
        var results = TopicPartitions.Read(ref reader, version, 6, ReadPartition);
        reader.EndStructure();
        return new AddPartitionsToTxnResponse(throttle, results);
    }

    private static AddPartitionsToTxnPartitionResult ReadPartition(ref WireReader reader, short version, TargetPartition partition)
    {
        var result = new AddPartitionsToTxnPartitionResult(partition, reader.ErrorCode());
        reader.EndStructure();
        return result;
    }
}

/// <summary>Which partitions were added.</summary>
/// <param name="Throttle">How long a quota holds us back.</param>
/// <param name="Partitions">Per partition, in any order.</param>
internal sealed record AddPartitionsToTxnResponse(TimeSpan Throttle, IReadOnlyList<AddPartitionsToTxnPartitionResult> Partitions);

/// <summary>Whether a partition was added.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Error">NO_ERROR when it was; OPERATION_NOT_ATTEMPTED when another one's error prevented it.</param>
internal readonly record struct AddPartitionsToTxnPartitionResult(TargetPartition Partition, ErrorCode Error);
