using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace KafkaRestore.Kafka.Wire.Protocol;

/// <summary>Changes single settings of topics and brokers and leaves the others alone (KIP-339).</summary>
/// <param name="resources">What to change.</param>
/// <param name="validateOnly">Whether to check the changes and make none.</param>
internal sealed class IncrementalAlterConfigsRequest(IReadOnlyCollection<IncrementalAlterConfigsResource> resources, bool validateOnly)
    : Request<IncrementalAlterConfigsResponse>
{
    /// <summary>The request.</summary>
    public static readonly Api Definition = new(44, "IncrementalAlterConfigs", 0, 1, 1);

    /// <inheritdoc/>
    public override Api Api => Definition;

    /// <inheritdoc/>
    public override void Write(WireWriter writer, short version)
    {
        writer.ArrayLength(resources.Count);
        foreach (var (resource, changes) in resources)
        {
            resource.Write(writer);
            writer.ArrayLength(changes.Count);
            foreach (var change in changes)
            {
                writer.String(change.Name);
                writer.Int8((sbyte)change.Operation);
                writer.String(change.Value);
                writer.EndStructure();
            }

            writer.EndStructure();
        }

        writer.Boolean(validateOnly);
        writer.EndStructure();
    }

    /// <inheritdoc/>
    public override IncrementalAlterConfigsResponse Read(ref WireReader reader, short version)
    {
        var throttle = reader.Milliseconds();
        var results = reader.NewArray<IncrementalAlterConfigsResult>(6);
        for (var i = 0; i < results.Length; i++)
        {
            results[i] = new IncrementalAlterConfigsResult(reader.ErrorCode(), reader.NullableString(), ConfigResource.Read(ref reader));
            reader.EndStructure();
        }

        reader.EndStructure();
        return new IncrementalAlterConfigsResponse(throttle, results);
    }
}

/// <summary>Changes to the settings of a topic or broker.</summary>
/// <param name="Resource">The topic or broker.</param>
/// <param name="Changes">The changes: all of them are made, or none.</param>
internal sealed record IncrementalAlterConfigsResource(ConfigResource Resource, IReadOnlyCollection<ConfigChange> Changes);

/// <summary>A change to a setting.</summary>
/// <param name="Name">The setting's name.</param>
/// <param name="Operation">Set it, delete it (back to its default), or append to or subtract from a list.</param>
/// <param name="Value">The value; null where it is deleted.</param>
internal sealed record ConfigChange(string Name, AlterConfigOpType Operation, string? Value);

/// <summary>What became of the changes.</summary>
/// <param name="Throttle">How long a quota holds us back.</param>
/// <param name="Resources">Per topic or broker, in any order.</param>
internal sealed record IncrementalAlterConfigsResponse(TimeSpan Throttle, IReadOnlyList<IncrementalAlterConfigsResult> Resources);

/// <summary>What became of the changes to a topic or broker.</summary>
/// <param name="Error">NO_ERROR when they are made, or would be.</param>
/// <param name="Message">The broker's words; null when it has none.</param>
/// <param name="Resource">The topic or broker.</param>
internal sealed record IncrementalAlterConfigsResult(ErrorCode Error, string? Message, ConfigResource Resource);
