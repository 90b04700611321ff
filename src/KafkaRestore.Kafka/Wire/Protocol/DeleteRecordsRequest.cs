using Confluent.Kafka;

namespace KafkaRestore.Kafka.Wire.Protocol;

/// <summary>Deletes the records before an offset, of partitions that the broker leads.</summary>
/// <param name="partitions">By partition the first offset that stays, each partition once.</param>
/// <param name="timeout">How long the broker may take.</param>
internal sealed class DeleteRecordsRequest(IReadOnlyCollection<KeyValuePair<TargetPartition, long>> partitions, TimeSpan timeout) : Request<DeleteRecordsResponse>
{
    /// <summary>The request.</summary>
    public static readonly Api Definition = new(21, "DeleteRecords", 1, 2, 2);

    /// <inheritdoc/>
    public override Api Api => Definition;

    /// <inheritdoc/>
    public override void Write(WireWriter writer, short version)
    {
        var topics = partitions.GroupBy(static pair => pair.Key.Topic, StringComparer.Ordinal).ToList();
        writer.ArrayLength(topics.Count);
        foreach (var topic in topics)
        {
            writer.String(topic.Key);
            writer.ArrayLength(topic.Count());
            foreach (var (partition, before) in topic)
            {
                writer.Int32(partition.Partition);
                writer.Int64(before);
                writer.EndStructure();
            }

            writer.EndStructure();
        }

        writer.Milliseconds(timeout);
        writer.EndStructure();
    }

    /// <inheritdoc/>
    public override DeleteRecordsResponse Read(ref WireReader reader, short version)
    {
        var throttle = reader.Milliseconds();
        var results = new List<DeleteRecordsResult>();
        for (var topics = reader.ArrayLength(4); topics > 0; topics--)
        {
            var topic = reader.String();
            for (var left = reader.ArrayLength(14); left > 0; left--)
            {
                var partition = reader.Int32();
                reader.Int64(); // where the log begins now
                results.Add(new DeleteRecordsResult(new TargetPartition(topic, partition), reader.ErrorCode()));
                reader.EndStructure();
            }

            reader.EndStructure();
        }

        reader.EndStructure();
        return new DeleteRecordsResponse(throttle, results);
    }
}

/// <summary>What became of the wish.</summary>
/// <param name="Throttle">How long a quota holds us back.</param>
/// <param name="Partitions">Per partition, in any order.</param>
internal sealed record DeleteRecordsResponse(TimeSpan Throttle, IReadOnlyList<DeleteRecordsResult> Partitions);

/// <summary>What became of one partition.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Error">NO_ERROR when its log begins at the offset or later.</param>
internal sealed record DeleteRecordsResult(TargetPartition Partition, ErrorCode Error);
