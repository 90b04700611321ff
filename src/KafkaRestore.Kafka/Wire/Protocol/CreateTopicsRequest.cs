using Confluent.Kafka;

namespace KafkaRestore.Kafka.Wire.Protocol;

/// <summary>Creates topics; to be sent to the controller. Brokers of a cluster without ZooKeeper pass it on.</summary>
/// <param name="topics">The topics, each name once.</param>
/// <param name="timeout">How long the broker waits until the topics are known; after that it answers REQUEST_TIMED_OUT and they may come to exist all the same.</param>
internal sealed class CreateTopicsRequest(IReadOnlyCollection<TopicToCreate> topics, TimeSpan timeout) : Request<CreateTopicsResponse>
{
    // No replica assignment of our own.
    private const int NoAssignments = 0;

    /// <summary>The request; from version 4 on the broker's default number of replicas can be asked for.</summary>
    public static readonly Api Definition = new(19, "CreateTopics", 4, 7, 5);

    /// <inheritdoc/>
    public override Api Api => Definition;

    /// <inheritdoc/>
    public override void Write(WireWriter writer, short version)
    {
        writer.ArrayLength(topics.Count);
        foreach (var topic in topics)
        {
            writer.String(topic.Name);
            writer.Int32(topic.Partitions);
            writer.Int16(topic.ReplicationFactor);
            writer.ArrayLength(NoAssignments);
            writer.ArrayLength(topic.Configuration.Count);
            foreach (var (name, value) in topic.Configuration)
            {
                writer.String(name);
                writer.String(value);
                writer.EndStructure();
            }

            writer.EndStructure();
        }

        writer.Milliseconds(timeout);
        writer.Boolean(false); // not only checked
        writer.EndStructure();
    }

    /// <inheritdoc/>
    public override CreateTopicsResponse Read(ref WireReader reader, short version)
    {
        var throttle = reader.Milliseconds();
        var results = reader.NewArray<CreateTopicsResult>(6);
        for (var i = 0; i < results.Length; i++)
        {
            results[i] = ReadTopic(ref reader, version);
        }

        reader.EndStructure();
        return new CreateTopicsResponse(throttle, results);
    }

    private static CreateTopicsResult ReadTopic(ref WireReader reader, short version)
    {
        var name = reader.String();
        if (version >= 7)
        {
            reader.Uuid();
        }

        var result = new CreateTopicsResult(name, reader.ErrorCode(), reader.NullableString());
        if (version >= 5)
        {
            reader.Int32(); // partitions
            reader.Int16(); // replicas
            for (var settings = reader.ArrayLength(6); settings > 0; settings--)
            {
                reader.SkipString(); // name
                reader.SkipString(); // value
                reader.Boolean(); // read-only
                reader.Int8(); // source
                reader.Boolean(); // sensitive
                reader.EndStructure();
            }
        }

        reader.EndStructure();
        return result;
    }
}

/// <summary>What became of the topics.</summary>
/// <param name="Throttle">How long a quota holds us back.</param>
/// <param name="Topics">Per topic, in any order.</param>
internal sealed record CreateTopicsResponse(TimeSpan Throttle, IReadOnlyList<CreateTopicsResult> Topics);

/// <summary>What became of a topic.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Error">NO_ERROR when it is created.</param>
/// <param name="Message">The broker's words; null when it has none.</param>
internal sealed record CreateTopicsResult(string Name, ErrorCode Error, string? Message);
