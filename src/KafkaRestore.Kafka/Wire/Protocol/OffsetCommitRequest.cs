using Confluent.Kafka;

namespace KafkaRestore.Kafka.Wire.Protocol;

/// <summary>Commits offsets for a group from outside of it: the broker takes them when the group has no members.</summary>
/// <param name="group">The group's id.</param>
/// <param name="offsets">The offsets.</param>
internal sealed class OffsetCommitRequest(string group, IReadOnlyCollection<OffsetCommitPartition> offsets) : Request<OffsetCommitResponse>
{
    /// <summary>The request. From version 10 on it knows no topic names.</summary>
    public static readonly Api Definition = new(8, "OffsetCommit", 8, 9, 8);

    /// <inheritdoc/>
    public override Api Api => Definition;

    /// <inheritdoc/>
    public override void Write(WireWriter writer, short version)
    {
        writer.String(group);
        writer.Int32(-1); // no generation
        writer.String(""); // no member
        writer.String(null); // nor a static one
        TopicPartitions.Write(writer, version, offsets);
        writer.EndStructure();
    }

    /// <inheritdoc/>
    public override OffsetCommitResponse Read(ref WireReader reader, short version)
    {
        var throttle = reader.Milliseconds();
        var results = TopicPartitions.Read(ref reader, version, 7, ReadPartition);
        reader.EndStructure();
        return new OffsetCommitResponse(throttle, results);
    }

    private static OffsetCommitPartitionResult ReadPartition(ref WireReader reader, short version, TargetPartition partition)
    {
        var result = new OffsetCommitPartitionResult(partition, reader.ErrorCode());
        reader.EndStructure();
        return result;
    }
}

/// <summary>An offset to commit.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Offset">The offset of the next record that the group reads.</param>
/// <param name="LeaderEpoch">The leader epoch of the record before it; -1 when not known.</param>
/// <param name="Metadata">The group's own words; null and empty are the same to the broker.</param>
internal readonly record struct OffsetCommitPartition(TargetPartition Partition, long Offset, int LeaderEpoch = -1, string? Metadata = null) : IPartitionEntry
{
    /// <inheritdoc/>
    public void WriteRest(WireWriter writer, short version)
    {
        writer.Int64(Offset);
        writer.Int32(LeaderEpoch);
        writer.String(Metadata);
    }
}

/// <summary>What became of the offsets.</summary>
/// <param name="Throttle">How long a quota holds us back.</param>
/// <param name="Partitions">Per partition, in any order.</param>
internal sealed record OffsetCommitResponse(TimeSpan Throttle, IReadOnlyList<OffsetCommitPartitionResult> Partitions);

/// <summary>What became of an offset.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Error">NO_ERROR when it is committed.</param>
internal readonly record struct OffsetCommitPartitionResult(TargetPartition Partition, ErrorCode Error);
