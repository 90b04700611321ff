using Confluent.Kafka;

namespace KafkaRestore.Kafka.Wire.Protocol;

/// <summary>Asks for the cluster's brokers, topics and their partitions' leaders. Never creates a topic.</summary>
/// <param name="topics">The topics' names; null for all.</param>
/// <param name="withRights">Whether to ask what we may do to each topic (KIP-430).</param>
internal sealed class MetadataRequest(IReadOnlyCollection<string>? topics, bool withRights = false) : Request<MetadataResponse>
{
    /// <summary>The request.</summary>
    public static readonly Api Definition = new(3, "Metadata", 9, 12, 9);

    /// <inheritdoc/>
    public override Api Api => Definition;

    /// <inheritdoc/>
    public override void Write(WireWriter writer, short version)
    {
        WriteTopics(writer, version);
        writer.Boolean(false); // topics are not created
        if (version <= 10)
        {
            writer.Boolean(false); // what we may do to the cluster is not asked
        }

        writer.Boolean(withRights);
        writer.EndStructure();
    }

    /// <inheritdoc/>
    public override MetadataResponse Read(ref WireReader reader, short version)
    {
        var throttle = reader.Milliseconds();
        var brokers = BrokerEntry.ReadAll(ref reader);
        var clusterId = reader.NullableString();
        var controller = reader.Int32();
        var found = reader.NewArray<MetadataTopic>(10);
        for (var i = 0; i < found.Length; i++)
        {
            found[i] = ReadTopic(ref reader, version);
        }

        if (version <= 10)
        {
            reader.Int32(); // what we may do to the cluster
        }

        reader.EndStructure();
        return new MetadataResponse(throttle, brokers, clusterId, controller, found);
    }

    private static MetadataTopic ReadTopic(ref WireReader reader, short version)
    {
        var error = reader.ErrorCode();
        var name = reader.String();
        var id = version >= 10 ? reader.Uuid() : Guid.Empty;
        var isInternal = reader.Boolean();
        var partitions = reader.NewArray<MetadataPartition>(18);
        for (var i = 0; i < partitions.Length; i++)
        {
            partitions[i] = new MetadataPartition(
                reader.ErrorCode(), reader.Int32(), reader.Int32(), reader.Int32(), reader.Int32Array(), reader.Int32Array(), reader.Int32Array());
            reader.EndStructure();
        }

        var rights = reader.Int32();
        reader.EndStructure();
        return new MetadataTopic(error, name, id, isInternal, partitions) { Rights = rights };
    }

    private void WriteTopics(WireWriter writer, short version)
    {
        if (topics is null)
        {
            writer.NullArray();
            return;
        }

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
    }
}

/// <summary>The cluster as one broker sees it.</summary>
/// <param name="Throttle">How long a quota holds us back.</param>
/// <param name="Brokers">The brokers that are alive.</param>
/// <param name="ClusterId">The cluster's id; null when it has none.</param>
/// <param name="ControllerId">A broker to send administrative requests to; -1 when there is none.</param>
/// <param name="Topics">The topics that were asked for.</param>
internal sealed record MetadataResponse(TimeSpan Throttle, IReadOnlyList<BrokerEntry> Brokers, string? ClusterId, int ControllerId, IReadOnlyList<MetadataTopic> Topics);

/// <summary>A topic.</summary>
/// <param name="Error">NO_ERROR, or why nothing is said of it.</param>
/// <param name="Name">Its name.</param>
/// <param name="Id">Its id; empty where the broker has none or does not say (before version 10).</param>
/// <param name="IsInternal">Whether it is one of Kafka's own.</param>
/// <param name="Partitions">Its partitions, in any order.</param>
internal sealed record MetadataTopic(ErrorCode Error, string Name, Guid Id, bool IsInternal, IReadOnlyList<MetadataPartition> Partitions)
{
    /// <summary>What we may do to it, a bit for each of Kafka's operations; <see cref="int.MinValue"/> where that was not asked.</summary>
    public int Rights { get; init; } = int.MinValue;
}

/// <summary>A partition.</summary>
/// <param name="Error">NO_ERROR, or what is amiss, as LEADER_NOT_AVAILABLE.</param>
/// <param name="Index">Its number.</param>
/// <param name="Leader">Its leader's id; -1 when there is none.</param>
/// <param name="LeaderEpoch">The leader's epoch; -1 when not known.</param>
/// <param name="Replicas">The brokers that hold it, the preferred leader first.</param>
/// <param name="InSync">Those of them that are in sync.</param>
/// <param name="Offline">Those of them that are away.</param>
internal sealed record MetadataPartition(
    ErrorCode Error, int Index, int Leader, int LeaderEpoch, IReadOnlyList<int> Replicas, IReadOnlyList<int> InSync, IReadOnlyList<int> Offline);
