using Confluent.Kafka;

namespace KafkaRestore.Kafka.Wire.Protocol;

/// <summary>Creates topics, or says what would become of them (Kafka 2.4 and later).</summary>
/// <param name="topics">The topics, each once.</param>
/// <param name="validateOnly">Whether to check everything and create nothing.</param>
/// <param name="timeout">How long the broker may take.</param>
internal sealed class CreateTopicsRequest(IReadOnlyCollection<TopicToCreate> topics, bool validateOnly, TimeSpan timeout) : Request<CreateTopicsResponse>
{
    /// <summary>The request. Before version 5 the answer does not hold the settings that a topic gets.</summary>
    public static readonly Api Definition = new(19, "CreateTopics", 5, 7, 5);

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
            writer.ArrayLength(0); // the cluster places the replicas
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
        writer.Boolean(validateOnly);
        writer.EndStructure();
    }

    /// <inheritdoc/>
    public override CreateTopicsResponse Read(ref WireReader reader, short version)
    {
        var throttle = reader.Milliseconds();
        var results = reader.NewArray<CreateTopicsResult>(12);
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
            reader.Uuid(); // of a topic that is created
        }

        var (error, message, partitions, replicas) = (reader.ErrorCode(), reader.NullableString(), reader.Int32(), reader.Int16());
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var left = reader.ArrayLength(6); left > 0; left--)
        {
            var (setting, value) = (reader.String(), reader.NullableString());
            reader.Boolean(); // whether it is read-only
            reader.Int8(); // where it is set
            reader.Boolean(); // whether it is a secret
            reader.EndStructure();
            if (value is not null)
            {
                settings[setting] = value;
            }
        }

        reader.EndStructure();
        return new CreateTopicsResult(name, error, message, partitions, replicas, settings);
    }
}

/// <summary>What became of the topics, or would.</summary>
/// <param name="Throttle">How long a quota holds us back.</param>
/// <param name="Topics">Per topic, in any order.</param>
internal sealed record CreateTopicsResponse(TimeSpan Throttle, IReadOnlyList<CreateTopicsResult> Topics);

/// <summary>What became of a topic, or would.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Error">NO_ERROR when it is created, or would be.</param>
/// <param name="Message">The broker's words; null when it has none.</param>
/// <param name="Partitions">How many partitions it has; -1 when that is not said.</param>
/// <param name="ReplicationFactor">How many replicas each has; -1 when that is not said.</param>
/// <param name="Settings">Every setting with the value that it gets, defaults included; none for a caller who may not read them.</param>
internal sealed record CreateTopicsResult(
    string Name, ErrorCode Error, string? Message, int Partitions, short ReplicationFactor, IReadOnlyDictionary<string, string> Settings);
