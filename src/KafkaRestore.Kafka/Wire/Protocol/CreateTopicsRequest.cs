using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace KafkaRestore.Kafka.Wire.Protocol;

/// <summary>Creates topics, or only says whether they could be created and which settings they would have (KIP-525, Kafka 2.4).</summary>
/// <param name="topics">The topics, each once.</param>
/// <param name="timeout">How long the broker may take.</param>
/// <param name="validateOnly">Whether to check the wish and create nothing.</param>
internal sealed class CreateTopicsRequest(IReadOnlyCollection<CreatableTopic> topics, TimeSpan timeout, bool validateOnly) : Request<CreateTopicsResponse>
{
    /// <summary>The request.</summary>
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
            writer.ArrayLength(0); // the brokers choose who holds which replica
            writer.ArrayLength(topic.Settings.Count);
            foreach (var (name, value) in topic.Settings)
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
            reader.Uuid();
        }

        var (error, message) = (reader.ErrorCode(), reader.NullableString());
        reader.Int32(); // partitions
        var replicas = reader.Int16();
        var entries = reader.NewArray<DescribeConfigsEntry>(6);
        for (var i = 0; i < entries.Length; i++)
        {
            var (setting, value, isReadOnly) = (reader.String(), reader.NullableString(), reader.Boolean());
            var (source, isSensitive) = ((ConfigSource)reader.Int8(), reader.Boolean());
            reader.EndStructure();
            entries[i] = new DescribeConfigsEntry(setting, isSensitive ? null : value, source, isReadOnly, isSensitive);
        }

        // Why the settings are not told is the one tagged field.
        var settingsError = reader.EndStructure(0, out var field) ? field.ErrorCode() : ErrorCode.NoError;
        return new CreateTopicsResult(name, error, message, replicas, settingsError, entries);
    }
}

/// <summary>A topic to be created.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Partitions">Number of partitions; -1 is the broker's default.</param>
/// <param name="ReplicationFactor">Replicas; -1 is the broker's default.</param>
/// <param name="Settings">Its settings.</param>
internal sealed record CreatableTopic(string Name, int Partitions, short ReplicationFactor, IReadOnlyDictionary<string, string> Settings);

/// <summary>What became of the wish.</summary>
/// <param name="Throttle">How long a quota holds us back.</param>
/// <param name="Topics">Per topic, in any order.</param>
internal sealed record CreateTopicsResponse(TimeSpan Throttle, IReadOnlyList<CreateTopicsResult> Topics);

/// <summary>What became of one topic.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Error">NO_ERROR when it is created, or would be.</param>
/// <param name="Message">The broker's words; null when it has none.</param>
/// <param name="ReplicationFactor">How many replicas it has, or would have; -1 when that is not told.</param>
/// <param name="SettingsError">NO_ERROR, or why its settings are not told.</param>
/// <param name="Settings">All settings that it has, or would have.</param>
internal sealed record CreateTopicsResult(string Name, ErrorCode Error, string? Message, short ReplicationFactor, ErrorCode SettingsError, IReadOnlyList<DescribeConfigsEntry> Settings);
