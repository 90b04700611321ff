namespace KafkaRestore.Kafka.Wire.Protocol;

/// <summary>
/// The shape that most messages share: topics by name, in each its partitions by number. Ours are flat lists; the grouping by topic is done here and
/// nowhere else.
/// </summary>
internal static class TopicPartitions
{
    // A name, the number of its partitions, no tagged fields.
    private const int LeastTopicBytes = 3;

    /// <summary>Reads what follows a partition's number, the end of its structure included.</summary>
    public delegate T Reader<out T>(ref WireReader reader, short version, TargetPartition partition);

    /// <summary>Writes topics and in each its partitions with what the message says of them, in order of their first appearance.</summary>
    /// <exception cref="ArgumentException">A partition stands there twice: brokers would take one of the two and say nothing.</exception>
    public static void Write<T>(WireWriter writer, short version, IReadOnlyCollection<T> entries)
        where T : IPartitionEntry
    {
        foreach (var topic in Begin(writer, entries, static entry => entry.Partition))
        {
            foreach (var entry in topic)
            {
                writer.Int32(entry.Partition.Partition);
                entry.WriteRest(writer, version);
                writer.EndStructure();
            }

            writer.EndStructure();
        }
    }

    /// <summary>Writes topics and in each the bare numbers of its partitions.</summary>
    /// <exception cref="ArgumentException">A partition stands there twice.</exception>
    public static void Write(WireWriter writer, IReadOnlyCollection<TargetPartition> partitions)
    {
        foreach (var topic in Begin(writer, partitions, static partition => partition))
        {
            foreach (var partition in topic)
            {
                writer.Int32(partition.Partition);
            }

            writer.EndStructure();
        }
    }

    /// <summary>Reads topics and in each its partitions into one list.</summary>
    /// <param name="reader">Where from.</param>
    /// <param name="version">The message's version.</param>
    /// <param name="leastBytes">The fewest bytes of a partition, its number included.</param>
    /// <param name="read">Reads what follows the partition's number.</param>
    public static IReadOnlyList<T> Read<T>(ref WireReader reader, short version, int leastBytes, Reader<T> read)
    {
        var entries = new List<T>();
        for (var topics = reader.ArrayLength(LeastTopicBytes); topics > 0; topics--)
        {
            var topic = reader.String();
            var partitions = reader.ArrayLength(leastBytes);
            entries.EnsureCapacity(entries.Count + partitions);
            for (; partitions > 0; partitions--)
            {
                entries.Add(read(ref reader, version, new TargetPartition(topic, reader.Int32())));
            }

            reader.EndStructure();
        }

        return entries;
    }

    /// <summary>Reads a leader in a tagged field; null when the broker does not know it either.</summary>
    public static PartitionLeader? ReadLeader(ref WireReader field)
    {
        var leader = new PartitionLeader(field.Int32(), field.Int32());
        field.EndStructure();
        return leader.Broker < 0 ? null : leader;
    }

    private static IEnumerable<IGrouping<string, T>> Begin<T>(WireWriter writer, IReadOnlyCollection<T> entries, Func<T, TargetPartition> partitionOf)
    {
        var seen = new HashSet<TargetPartition>(entries.Count);
        foreach (var entry in entries)
        {
            if (!seen.Add(partitionOf(entry)))
            {
                throw new ArgumentException($"{partitionOf(entry)} stands in one request twice", nameof(entries));
            }
        }

        var topics = entries.ToLookup(entry => partitionOf(entry).Topic, StringComparer.Ordinal);
        writer.ArrayLength(topics.Count);
        return topics.Select(topic =>
        {
            writer.String(topic.Key);
            writer.ArrayLength(topic.Count());
            return topic;
        });
    }
}

/// <summary>What a request says of one partition.</summary>
internal interface IPartitionEntry
{
    /// <summary>The partition.</summary>
    TargetPartition Partition { get; }

    /// <summary>Writes what follows the partition's number.</summary>
    void WriteRest(WireWriter writer, short version);
}
