using Confluent.Kafka;

namespace KafkaRestore.Kafka.Wire.Protocol;

/// <summary>Asks the coordinator of groups for their committed offsets.</summary>
/// <param name="groups">The groups; version 7 takes one.</param>
/// <param name="requireStable">Whether an offset that a transaction is about to change is an error (UNSTABLE_OFFSET_COMMIT), else the former one comes.</param>
internal sealed class OffsetFetchRequest(IReadOnlyList<OffsetFetchGroup> groups, bool requireStable) : Request<OffsetFetchResponse>
{
    /// <summary>The request.</summary>
    public static readonly Api Definition = new(9, "OffsetFetch", 7, 8, 6);

    /// <summary>The first version that takes several groups (KIP-709).</summary>
    public const short SeveralGroupsFrom = 8;

    /// <inheritdoc/>
    public override Api Api => Definition;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There are several groups, or none, and <paramref name="version"/> takes one.</exception>
    public override void Write(WireWriter writer, short version)
    {
        if (version < SeveralGroupsFrom)
        {
            WriteGroup(writer, OnlyGroup());
        }
        else
        {
            writer.ArrayLength(groups.Count);
            foreach (var group in groups)
            {
                WriteGroup(writer, group);
                writer.EndStructure();
            }
        }

        writer.Boolean(requireStable);
        writer.EndStructure();
    }

    /// <inheritdoc/>
    public override OffsetFetchResponse Read(ref WireReader reader, short version)
    {
        var throttle = reader.Milliseconds();
        OffsetFetchGroupResult[] results;
        if (version < SeveralGroupsFrom)
        {
            results = [ReadGroup(ref reader, version, OnlyGroup().Group)];
        }
        else
        {
            results = reader.NewArray<OffsetFetchGroupResult>(5);
            for (var i = 0; i < results.Length; i++)
            {
                results[i] = ReadGroup(ref reader, version, reader.String());
                reader.EndStructure();
            }
        }

        reader.EndStructure();
        return new OffsetFetchResponse(throttle, results);
    }

    private static void WriteGroup(WireWriter writer, OffsetFetchGroup group)
    {
        writer.String(group.Group);
        if (group.Partitions is null)
        {
            writer.NullArray();
        }
        else
        {
            TopicPartitions.Write(writer, group.Partitions);
        }
    }

    private static OffsetFetchGroupResult ReadGroup(ref WireReader reader, short version, string group)
    {
        var offsets = TopicPartitions.Read(ref reader, version, 20, ReadPartition);
        return new OffsetFetchGroupResult(group, reader.ErrorCode(), offsets);
    }

    private static OffsetFetchPartitionResult ReadPartition(ref WireReader reader, short version, TargetPartition partition)
    {
        var (offset, epoch, metadata, error) = (reader.Int64(), reader.Int32(), reader.NullableString(), reader.ErrorCode());
        reader.EndStructure();
        return new OffsetFetchPartitionResult(partition, error, offset, epoch, metadata);
    }

    private OffsetFetchGroup OnlyGroup() =>
        groups.Count == 1 ? groups[0] : throw new ArgumentException($"{groups.Count} groups; before version {SeveralGroupsFrom} {Definition} takes one", nameof(groups));
}

/// <summary>A group whose offsets are asked for.</summary>
/// <param name="Group">Its id.</param>
/// <param name="Partitions">The partitions; null for all that it has offsets of.</param>
internal sealed record OffsetFetchGroup(string Group, IReadOnlyCollection<TargetPartition>? Partitions);

/// <summary>The offsets.</summary>
/// <param name="Throttle">How long a quota holds us back.</param>
/// <param name="Groups">Per group, in any order.</param>
internal sealed record OffsetFetchResponse(TimeSpan Throttle, IReadOnlyList<OffsetFetchGroupResult> Groups);

/// <summary>The offsets of a group.</summary>
/// <param name="Group">Its id.</param>
/// <param name="Error">NO_ERROR, or why there are none. A group that does not exist is no error and has none.</param>
/// <param name="Partitions">Per partition, in any order.</param>
internal sealed record OffsetFetchGroupResult(string Group, ErrorCode Error, IReadOnlyList<OffsetFetchPartitionResult> Partitions);

/// <summary>A committed offset.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Error">NO_ERROR, or why it is not known.</param>
/// <param name="Offset">The offset; -1 when none is committed.</param>
/// <param name="LeaderEpoch">The epoch committed with it; -1 for none.</param>
/// <param name="Metadata">The words committed with it.</param>
internal readonly record struct OffsetFetchPartitionResult(TargetPartition Partition, ErrorCode Error, long Offset, int LeaderEpoch, string? Metadata);
