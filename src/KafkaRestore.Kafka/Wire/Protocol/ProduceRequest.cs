using Confluent.Kafka;

namespace KafkaRestore.Kafka.Wire.Protocol;

/// <summary>Appends record batches to partitions of one leader, acknowledged when all in-sync replicas have them.</summary>
/// <param name="timeout">How long the broker waits for the replicas.</param>
/// <param name="batches">One batch per partition. Their bytes must stay as they are until the request has been sent.</param>
/// <param name="transactionalId">The transaction that the batches belong to; null for none.</param>
internal sealed class ProduceRequest(TimeSpan timeout, IReadOnlyCollection<ProducePartition> batches, string? transactionalId = null) : Request<ProduceResponse>
{
    /// <summary>The request. From version 12 on it may begin transactions by itself, from 13 on it knows no topic names.</summary>
    public static readonly Api Definition = new(0, "Produce", 8, 11, 9);

    private const short AllInSyncReplicas = -1;

    /// <inheritdoc/>
    public override Api Api => Definition;

    /// <inheritdoc/>
    public override void Write(WireWriter writer, short version)
    {
        writer.String(transactionalId);
        writer.Int16(AllInSyncReplicas);
        writer.Milliseconds(timeout);
        TopicPartitions.Write(writer, version, batches);
        writer.EndStructure();
    }

    /// <inheritdoc/>
    public override ProduceResponse Read(ref WireReader reader, short version)
    {
        var partitions = TopicPartitions.Read(ref reader, version, 33, ReadPartition);
        var throttle = reader.Milliseconds();
        reader.EndStructure();
        return new ProduceResponse(throttle, partitions);
    }

    private static ProducePartitionResult ReadPartition(ref WireReader reader, short version, TargetPartition partition)
    {
        var error = reader.ErrorCode();
        var baseOffset = reader.Int64();
        var appendTime = reader.Int64();
        var logStart = reader.Int64();
        var records = reader.NewArray<ProduceRecordError>(6);
        for (var i = 0; i < records.Length; i++)
        {
            records[i] = new ProduceRecordError(reader.Int32(), reader.NullableString());
            reader.EndStructure();
        }

        var message = reader.NullableString();
        var leader = reader.EndStructure(0, out var field) ? TopicPartitions.ReadLeader(ref field) : null;
        return new ProducePartitionResult(partition, error, baseOffset, appendTime, logStart, records, message, leader);
    }
}

/// <summary>A batch for a partition.</summary>
/// <param name="Partition">Where to.</param>
/// <param name="Batch">One whole record batch (version 2).</param>
internal readonly record struct ProducePartition(TargetPartition Partition, ReadOnlyMemory<byte> Batch) : IPartitionEntry
{
    /// <inheritdoc/>
    public void WriteRest(WireWriter writer, short version) => writer.Attach(Batch);
}

/// <summary>What became of the batches.</summary>
/// <param name="Throttle">How long a quota holds us back.</param>
/// <param name="Partitions">Per partition, in any order.</param>
internal sealed record ProduceResponse(TimeSpan Throttle, IReadOnlyList<ProducePartitionResult> Partitions);

/// <summary>What became of a batch.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Error">NO_ERROR when it was appended.</param>
/// <param name="BaseOffset">The offset of its first record; -1 with an error, and where a duplicate's offset is no longer known.</param>
/// <param name="LogAppendTime">The time that the broker gave its records, in ms since 1970; -1 where the topic keeps the writer's.</param>
/// <param name="LogStartOffset">The log's first offset; -1 when not known.</param>
/// <param name="RecordErrors">The records because of which the whole batch was refused, where the broker names them.</param>
/// <param name="Message">The broker's words; null when it has none.</param>
/// <param name="Leader">The partition's leader now, where the broker says that it is another one.</param>
internal readonly record struct ProducePartitionResult(
    TargetPartition Partition,
    ErrorCode Error,
    long BaseOffset,
    long LogAppendTime,
    long LogStartOffset,
    IReadOnlyList<ProduceRecordError> RecordErrors,
    string? Message,
    PartitionLeader? Leader);

/// <summary>A record that a broker refuses.</summary>
/// <param name="Index">Its place in the batch, from 0.</param>
/// <param name="Message">The broker's words; null when it has none.</param>
internal readonly record struct ProduceRecordError(int Index, string? Message);
