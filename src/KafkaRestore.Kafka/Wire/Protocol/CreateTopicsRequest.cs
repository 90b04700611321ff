using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace KafkaRestore.Kafka.Wire.Protocol;

/// <summary>Creates topics, or says what would become of them; to be sent to the controller. Brokers of a cluster without ZooKeeper pass it on.</summary>
/// <param name="topics">The topics, each name once.</param>
/// <param name="validateOnly">Whether to check everything and create nothing.</param>
/// <param name="timeout">How long the broker waits until the topics are known; after that it answers REQUEST_TIMED_OUT and they may come to exist all the same.</param>
internal sealed class CreateTopicsRequest(IReadOnlyCollection<TopicToCreate> topics, bool validateOnly, TimeSpan timeout) : Request<CreateTopicsResponse>
{
    /// <summary>The request; from version 4 on the broker's default number of replicas can be asked for, from 5 on the answer holds what a topic gets.</summary>
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
            reader.Uuid(); // of a topic that is created
        }

        var (error, message) = (reader.ErrorCode(), reader.NullableString());
        if (version < 5)
        {
            reader.EndStructure();
            return CreateTopicsResult.Of(name, error, message);
        }

        var (partitions, replicas) = (reader.Int32(), reader.Int16());
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
        return new CreateTopicsResult(name, error, message, partitions, replicas, settingsError, entries);
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
/// <param name="SettingsError">NO_ERROR, or why its settings are not told.</param>
/// <param name="Settings">Every setting with the value that it gets, defaults included; none for a caller who may not read them, or from an old broker.</param>
internal sealed record CreateTopicsResult(
    string Name, ErrorCode Error, string? Message, int Partitions, short ReplicationFactor, ErrorCode SettingsError, IReadOnlyList<DescribeConfigsEntry> Settings)
{
    /// <summary>One that says nothing of what the topic gets.</summary>
    public static CreateTopicsResult Of(string name, ErrorCode error, string? message = null) => new(name, error, message, -1, -1, ErrorCode.NoError, []);
}
