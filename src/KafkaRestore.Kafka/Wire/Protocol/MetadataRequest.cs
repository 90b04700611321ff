namespace KafkaRestore.Kafka.Wire.Protocol;

/// <summary>Asks for the brokers, and for the partitions of topics and who leads them. Creates no topic.</summary>
internal sealed class MetadataRequest(IReadOnlyCollection<string> topics) : Request<MetadataResponse>
{
    /// <summary>The request.</summary>
    public static readonly Api Definition = new(3, "Metadata", 9, 12, 9);

    /// <inheritdoc/>
    public override Api Api => Definition;

    /// <inheritdoc/>
    public override void Write(WireWriter writer, short version)
    {
        writer.ArrayLength(topics.Count);
        foreach (var topic in topics)
        {
            if (version >= 10)
            {
                writer.Uuid(Guid.Empty);
            }

            writer.String(topic);
            writer.EndStructure();
        }

        writer.Boolean(false); // creates no topic
        if (version <= 10)
        {
            writer.Boolean(false);
        }

        writer.Boolean(false);
        writer.EndStructure();
    }

    /// <inheritdoc/>
    public override MetadataResponse Read(ref WireReader reader, short version)
    {
        reader.Int32();
        var brokers = new MetadataBroker[reader.ArrayLength(11)];
        for (var i = 0; i < brokers.Length; i++)
        {
            brokers[i] = new MetadataBroker(reader.Int32(), reader.String(), reader.Int32());
            reader.NullableString();
            reader.EndStructure();
        }

        var clusterId = reader.NullableString();
        reader.Int32();
        var read = new MetadataTopic[reader.ArrayLength(9)];
        for (var i = 0; i < read.Length; i++)
        {
            read[i] = ReadTopic(ref reader, version);
        }

        return new MetadataResponse(clusterId, brokers, read);
    }

    private static MetadataTopic ReadTopic(ref WireReader reader, short version)
    {
        var error = reader.ErrorCode();
        var name = reader.NullableString();
        var id = version >= 10 ? reader.Uuid() : Guid.Empty;
        reader.Boolean();
        var partitions = new MetadataPartition[reader.ArrayLength(18)];
        for (var i = 0; i < partitions.Length; i++)
        {
            partitions[i] = new MetadataPartition(reader.ErrorCode(), reader.Int32(), reader.Int32(), reader.Int32());
            for (var list = 0; list < 3; list++)
            {
                reader.Skip((uint)reader.ArrayLength(4) * 4);
            }

            reader.EndStructure();
        }

        reader.Int32();
        reader.EndStructure();
        return new MetadataTopic(error, name ?? "", id, partitions);
    }
}

/// <summary>The cluster as one broker sees it.</summary>
/// <param name="ClusterId">The cluster's id; null when it has none.</param>
/// <param name="Brokers">The brokers.</param>
/// <param name="Topics">The topics that were asked for.</param>
internal sealed record MetadataResponse(string? ClusterId, IReadOnlyList<MetadataBroker> Brokers, IReadOnlyList<MetadataTopic> Topics);

/// <summary>A broker.</summary>
internal readonly record struct MetadataBroker(int Id, string Host, int Port);

/// <summary>A topic.</summary>
internal sealed record MetadataTopic(Confluent.Kafka.ErrorCode Error, string Name, Guid Id, IReadOnlyList<MetadataPartition> Partitions);

/// <summary>A partition. The leader is -1 when there is none; the epoch -1 when it is not known.</summary>
internal readonly record struct MetadataPartition(Confluent.Kafka.ErrorCode Error, int Index, int Leader, int LeaderEpoch);
