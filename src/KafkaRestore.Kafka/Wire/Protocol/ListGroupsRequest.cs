using Confluent.Kafka;

namespace KafkaRestore.Kafka.Wire.Protocol;

/// <summary>Asks a broker for the groups that it coordinates and that we may describe.</summary>
internal sealed class ListGroupsRequest : Request<ListGroupsResponse>
{
    /// <summary>The request.</summary>
    public static readonly Api Definition = new(16, "ListGroups", 3, 5, 3);

    // An id, a protocol, no tagged fields.
    private const int LeastGroupBytes = 3;

    /// <inheritdoc/>
    public override Api Api => Definition;

    /// <inheritdoc/>
    public override void Write(WireWriter writer, short version)
    {
        if (version >= 4)
        {
            writer.ArrayLength(0); // in any state
        }

        if (version >= 5)
        {
            writer.ArrayLength(0); // of any type
        }

        writer.EndStructure();
    }

    /// <inheritdoc/>
    public override ListGroupsResponse Read(ref WireReader reader, short version)
    {
        var (throttle, error) = (reader.Milliseconds(), reader.ErrorCode());
        var groups = new List<ListedGroupEntry>();
        for (var left = reader.ArrayLength(LeastGroupBytes); left > 0; left--)
        {
            var group = reader.String();
            reader.SkipString(); // the protocol of its members
            groups.Add(new ListedGroupEntry(group, version >= 4 ? reader.String() : null, version >= 5 ? reader.String() : null));
            reader.EndStructure();
        }

        reader.EndStructure();
        return new ListGroupsResponse(throttle, error, groups);
    }
}

/// <summary>The groups of one broker.</summary>
/// <param name="Throttle">How long a quota holds us back.</param>
/// <param name="Error">NO_ERROR, or why there are none.</param>
/// <param name="Groups">The groups in any order.</param>
internal sealed record ListGroupsResponse(TimeSpan Throttle, ErrorCode Error, IReadOnlyList<ListedGroupEntry> Groups);

/// <summary>A group in a broker's list.</summary>
/// <param name="Group">Its id.</param>
/// <param name="State">The coordinator's word for its state; null before version 4.</param>
/// <param name="Type">The coordinator's word for its kind; null before version 5.</param>
internal sealed record ListedGroupEntry(string Group, string? State, string? Type);
