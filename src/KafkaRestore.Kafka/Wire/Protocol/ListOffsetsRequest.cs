using Confluent.Kafka;

namespace KafkaRestore.Kafka.Wire.Protocol;

/// <summary>Asks for offsets of partitions of one leader: the first, the end, or the first one at or after a time.</summary>
/// <param name="isolation">Where the end is: the high watermark (<see cref="IsolationLevel.ReadUncommitted"/>) or the last stable offset.</param>
/// <param name="partitions">What to ask for.</param>
internal sealed class ListOffsetsRequest(IsolationLevel isolation, IReadOnlyCollection<ListOffsetsPartition> partitions) : Request<ListOffsetsResponse>
{
    /// <summary>The request.</summary>
    public static readonly Api Definition = new(2, "ListOffsets", 2, 6, 6);

    /// <inheritdoc/>
    public override Api Api => Definition;

    /// <inheritdoc/>
    public override void Write(WireWriter writer, short version)
    {
        writer.Int32(-1); // we are no replica
        writer.Int8((sbyte)isolation);
        TopicPartitions.Write(writer, version, partitions);
        writer.EndStructure();
    }

    /// <inheritdoc/>
    public override ListOffsetsResponse Read(ref WireReader reader, short version)
    {
        var throttle = reader.Milliseconds();
        var results = TopicPartitions.Read(ref reader, version, 22, ReadPartition);
        reader.EndStructure();
        return new ListOffsetsResponse(throttle, results);
    }

    private static ListOffsetsPartitionResult ReadPartition(ref WireReader reader, short version, TargetPartition partition)
    {
        var result = new ListOffsetsPartitionResult(partition, reader.ErrorCode(), reader.Int64(), reader.Int64(), version >= 4 ? reader.Int32() : -1);
        reader.EndStructure();
        return result;
    }
}

/// <summary>Which offset of a partition is asked for.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Timestamp">A time in ms since 1970, <see cref="Latest"/> or <see cref="Earliest"/>.</param>
/// <param name="LeaderEpoch">The leader's epoch as the caller knows it; -1 when it does not. Another one is an error.</param>
internal readonly record struct ListOffsetsPartition(TargetPartition Partition, long Timestamp, int LeaderEpoch = -1) : IPartitionEntry
{
    /// <summary>Asks for the end: the offset that comes next.</summary>
    public const long Latest = -1;

    /// <summary>Asks for the log's first offset.</summary>
    public const long Earliest = -2;

    /// <inheritdoc/>
    public void WriteRest(WireWriter writer, short version)
    {
        if (version >= 4)
        {
            writer.Int32(LeaderEpoch);
        }

        writer.Int64(Timestamp);
    }
}

/// <summary>The offsets.</summary>
/// <param name="Throttle">How long a quota holds us back.</param>
/// <param name="Partitions">Per partition, in any order.</param>
internal sealed record ListOffsetsResponse(TimeSpan Throttle, IReadOnlyList<ListOffsetsPartitionResult> Partitions);

/// <summary>An offset of a partition.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Error">NO_ERROR, or why there is none.</param>
/// <param name="Timestamp">The record's time in ms since 1970, when a time was asked for; else -1.</param>
/// <param name="Offset">The offset; -1 with an error, and when no record is as late as the time.</param>
/// <param name="LeaderEpoch">The epoch of the leader that wrote there; -1 when not known (and before version 4).</param>
internal readonly record struct ListOffsetsPartitionResult(TargetPartition Partition, ErrorCode Error, long Timestamp, long Offset, int LeaderEpoch);
