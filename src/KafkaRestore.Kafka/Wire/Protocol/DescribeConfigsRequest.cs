using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace KafkaRestore.Kafka.Wire.Protocol;

/// <summary>Asks for settings of topics and brokers. A broker's own are answered by that broker only.</summary>
/// <param name="resources">Whose settings.</param>
internal sealed class DescribeConfigsRequest(IReadOnlyCollection<DescribeConfigsResource> resources) : Request<DescribeConfigsResponse>
{
    /// <summary>The request.</summary>
    public static readonly Api Definition = new(32, "DescribeConfigs", 1, 4, 4);

    /// <inheritdoc/>
    public override Api Api => Definition;

    /// <inheritdoc/>
    public override void Write(WireWriter writer, short version)
    {
        writer.ArrayLength(resources.Count);
        foreach (var (resource, names) in resources)
        {
            resource.Write(writer);
            WriteNames(writer, names);
            writer.EndStructure();
        }

        writer.Boolean(false); // synonyms
        if (version >= 3)
        {
            writer.Boolean(false); // documentation
        }

        writer.EndStructure();
    }

    /// <inheritdoc/>
    public override DescribeConfigsResponse Read(ref WireReader reader, short version)
    {
        var throttle = reader.Milliseconds();
        var results = reader.NewArray<DescribeConfigsResourceResult>(7);
        for (var i = 0; i < results.Length; i++)
        {
            results[i] = ReadResource(ref reader, version);
        }

        reader.EndStructure();
        return new DescribeConfigsResponse(throttle, results);
    }

    private static void WriteNames(WireWriter writer, IReadOnlyCollection<string>? names)
    {
        if (names is null)
        {
            writer.NullArray();
            return;
        }

        writer.ArrayLength(names.Count);
        foreach (var name in names)
        {
            writer.String(name);
        }
    }

    private static DescribeConfigsResourceResult ReadResource(ref WireReader reader, short version)
    {
        var (error, message, resource) = (reader.ErrorCode(), reader.NullableString(), ConfigResource.Read(ref reader));
        var entries = reader.NewArray<DescribeConfigsEntry>(9);
        for (var i = 0; i < entries.Length; i++)
        {
            entries[i] = ReadEntry(ref reader, version);
        }

        reader.EndStructure();
        return new DescribeConfigsResourceResult(error, message, resource, entries);
    }

    private static DescribeConfigsEntry ReadEntry(ref WireReader reader, short version)
    {
        var (name, value, isReadOnly) = (reader.String(), reader.NullableString(), reader.Boolean());
        var (source, isSensitive) = ((ConfigSource)reader.Int8(), reader.Boolean());
        for (var synonyms = reader.ArrayLength(4); synonyms > 0; synonyms--)
        {
            reader.SkipString();
            reader.SkipString();
            reader.Int8();
            reader.EndStructure();
        }

        if (version >= 3)
        {
            reader.Int8(); // type
            reader.SkipString(); // documentation
        }

        reader.EndStructure();
        return new DescribeConfigsEntry(name, isSensitive ? null : value, source, isReadOnly, isSensitive);
    }
}

/// <summary>Whose settings are asked for.</summary>
/// <param name="Resource">The topic or broker.</param>
/// <param name="Names">The settings' names; null for all.</param>
internal sealed record DescribeConfigsResource(ConfigResource Resource, IReadOnlyCollection<string>? Names = null);

/// <summary>The settings.</summary>
/// <param name="Throttle">How long a quota holds us back.</param>
/// <param name="Resources">Per topic or broker, in any order.</param>
internal sealed record DescribeConfigsResponse(TimeSpan Throttle, IReadOnlyList<DescribeConfigsResourceResult> Resources);

/// <summary>The settings of one topic or broker.</summary>
/// <param name="Error">NO_ERROR, or why there are none.</param>
/// <param name="Message">The broker's words; null when it has none.</param>
/// <param name="Resource">The topic or broker.</param>
/// <param name="Entries">The settings.</param>
internal sealed record DescribeConfigsResourceResult(ErrorCode Error, string? Message, ConfigResource Resource, IReadOnlyList<DescribeConfigsEntry> Entries);

/// <summary>A setting.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value; null when it is sensitive, or has none.</param>
/// <param name="Source">Where it is set; numbers that Kafka adds later are possible.</param>
/// <param name="IsReadOnly">Whether it cannot be changed while the broker runs.</param>
/// <param name="IsSensitive">Whether it is a secret.</param>
internal sealed record DescribeConfigsEntry(string Name, string? Value, ConfigSource Source, bool IsReadOnly, bool IsSensitive);
