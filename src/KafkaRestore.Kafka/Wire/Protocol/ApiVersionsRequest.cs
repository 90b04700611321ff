namespace KafkaRestore.Kafka.Wire.Protocol;

/// <summary>Asks which requests in which versions a broker takes (KIP-35, KIP-511).</summary>
internal sealed class ApiVersionsRequest(string softwareVersion) : Request<ApiVersionsResponse>
{
    /// <summary>The request. Its answer's header is never flexible.</summary>
    public static readonly Api Definition = new(18, "ApiVersions", 0, 3, 3);

    /// <inheritdoc/>
    public override Api Api => Definition;

    /// <inheritdoc/>
    public override void Write(WireWriter writer, short version)
    {
        if (version >= 3)
        {
            writer.String("kafka-restore");
            writer.String(softwareVersion);
        }

        writer.EndStructure();
    }

    /// <inheritdoc/>
    public override ApiVersionsResponse Read(ref WireReader reader, short version)
    {
        var error = reader.ErrorCode();
        if (error == Confluent.Kafka.ErrorCode.UnsupportedVersion)
        {
            // What follows is in the form of version 0, and not every broker gets it right; the question is asked again in that version.
            return new ApiVersionsResponse(error, []);
        }

        var apis = reader.NewArray<ApiVersionRange>(6);
        for (var i = 0; i < apis.Length; i++)
        {
            apis[i] = new ApiVersionRange(reader.Int16(), reader.Int16(), reader.Int16());
            reader.EndStructure();
        }

        var throttle = version >= 1 ? reader.Milliseconds() : TimeSpan.Zero;
        reader.EndStructure();
        return new ApiVersionsResponse(error, apis) { Throttle = throttle };
    }
}

/// <summary>What a broker takes.</summary>
/// <param name="Error">UNSUPPORTED_VERSION when it does not know the version of the question.</param>
/// <param name="Apis">Its requests; none with an error.</param>
internal sealed record ApiVersionsResponse(Confluent.Kafka.ErrorCode Error, IReadOnlyList<ApiVersionRange> Apis)
{
    /// <summary>How long the broker held the answer back, or holds the next one back, because of a quota.</summary>
    public TimeSpan Throttle { get; init; }
}

/// <summary>The versions of one request that a broker takes.</summary>
/// <param name="Key">The request's number.</param>
/// <param name="Lowest">The lowest version.</param>
/// <param name="Highest">The highest version.</param>
internal readonly record struct ApiVersionRange(short Key, short Lowest, short Highest);
