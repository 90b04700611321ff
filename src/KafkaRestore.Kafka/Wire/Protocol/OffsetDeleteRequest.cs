using Confluent.Kafka;

namespace KafkaRestore.Kafka.Wire.Protocol;

/// <summary>Removes committed offsets of a group.</summary>
/// <param name="group">The group's id.</param>
/// <param name="partitions">Whose offsets, each partition once.</param>
internal sealed class OffsetDeleteRequest(string group, IReadOnlyCollection<TargetPartition> partitions) : Request<OffsetDeleteResponse>
{
    /// <summary>The request.</summary>
    public static readonly Api Definition = new(47, "OffsetDelete", 0, 0, short.MaxValue);

    /// <inheritdoc/>
    public override Api Api => Definition;

    /// <inheritdoc/>
    public override void Write(WireWriter writer, short version)
    {
        writer.String(group);
        TopicPartitions.Write(writer, partitions);
    }

    /// <inheritdoc/>
    public override OffsetDeleteResponse Read(ref WireReader reader, short version)
    {
        var (error, throttle) = (reader.ErrorCode(), reader.Milliseconds());
        return new OffsetDeleteResponse(throttle, error, TopicPartitions.Read(ref reader, version, 6, ReadPartition));
    }

    private static OffsetDeletePartitionResult ReadPartition(ref WireReader reader, short version, TargetPartition partition) => new(partition, reader.ErrorCode());
}

/// <summary>What became of the offsets.</summary>
/// <param name="Throttle">How long a quota holds us back.</param>
/// <param name="Error">NO_ERROR, or why none was removed.</param>
/// <param name="Partitions">Per partition, in any order; none with an error.</param>
internal sealed record OffsetDeleteResponse(TimeSpan Throttle, ErrorCode Error, IReadOnlyList<OffsetDeletePartitionResult> Partitions);

/// <summary>What became of an offset.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Error">NO_ERROR when the group has none there any more.</param>
internal readonly record struct OffsetDeletePartitionResult(TargetPartition Partition, ErrorCode Error);
