using Confluent.Kafka;

namespace KafkaRestore.Kafka.Wire.Protocol;

/// <summary>Asks a broker how large the partitions are that it holds, and how full its disks.</summary>
/// <param name="partitions">The partitions; null for all.</param>
internal sealed class DescribeLogDirsRequest(IReadOnlyCollection<TargetPartition>? partitions) : Request<DescribeLogDirsResponse>
{
    /// <summary>The request.</summary>
    public static readonly Api Definition = new(35, "DescribeLogDirs", 1, 4, 2);

    /// <inheritdoc/>
    public override Api Api => Definition;

    /// <inheritdoc/>
    public override void Write(WireWriter writer, short version)
    {
        if (partitions is null)
        {
            writer.NullArray();
        }
        else
        {
            TopicPartitions.Write(writer, partitions);
        }

        writer.EndStructure();
    }

    /// <inheritdoc/>
    public override DescribeLogDirsResponse Read(ref WireReader reader, short version)
    {
        var throttle = reader.Milliseconds();
        var error = version >= 3 ? reader.ErrorCode() : ErrorCode.NoError;
        var directories = reader.NewArray<DescribeLogDirsDirectory>(5);
        for (var i = 0; i < directories.Length; i++)
        {
            directories[i] = ReadDirectory(ref reader, version);
        }

        reader.EndStructure();
        return new DescribeLogDirsResponse(throttle, error, directories);
    }

    private static DescribeLogDirsDirectory ReadDirectory(ref WireReader reader, short version)
    {
        var (error, path) = (reader.ErrorCode(), reader.String());
        var held = TopicPartitions.Read(ref reader, version, 21, ReadPartition);
        var (total, usable) = version >= 4 ? (Size(reader.Int64()), Size(reader.Int64())) : (null, null);
        reader.EndStructure();
        return new DescribeLogDirsDirectory(error, path, held, total, usable);
    }

    private static DescribeLogDirsPartition ReadPartition(ref WireReader reader, short version, TargetPartition partition)
    {
        var held = new DescribeLogDirsPartition(partition, reader.Int64(), reader.Int64(), reader.Boolean());
        reader.EndStructure();
        return held;
    }

    private static long? Size(long bytes) => bytes < 0 ? null : bytes;
}

/// <summary>A broker's log directories.</summary>
/// <param name="Throttle">How long a quota holds us back.</param>
/// <param name="Error">NO_ERROR, or why nothing is said; before version 3 a caller without the right to ask gets an empty list instead.</param>
/// <param name="Directories">The directories.</param>
internal sealed record DescribeLogDirsResponse(TimeSpan Throttle, ErrorCode Error, IReadOnlyList<DescribeLogDirsDirectory> Directories);

/// <summary>A log directory.</summary>
/// <param name="Error">NO_ERROR, or KAFKA_STORAGE_ERROR when it is lost.</param>
/// <param name="Path">Its path on the broker.</param>
/// <param name="Partitions">The partitions in it, of those that were asked for.</param>
/// <param name="TotalBytes">The size of its disk; null when the broker does not say (before version 4).</param>
/// <param name="UsableBytes">What is free of it; null when the broker does not say.</param>
internal sealed record DescribeLogDirsDirectory(ErrorCode Error, string Path, IReadOnlyList<DescribeLogDirsPartition> Partitions, long? TotalBytes, long? UsableBytes);

/// <summary>A partition on a disk.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="SizeBytes">Bytes of its segments.</param>
/// <param name="OffsetLag">How many offsets it is behind.</param>
/// <param name="IsFuture">Whether it is on its way into this directory from another one.</param>
internal readonly record struct DescribeLogDirsPartition(TargetPartition Partition, long SizeBytes, long OffsetLag, bool IsFuture);
