using KafkaRestore.Kafka.Probing;

namespace KafkaRestore.Kafka.Wire.Protocol;

/// <summary>Asks the coordinator of groups for their state and members; it knows the classic ones.</summary>
/// <param name="groups">The groups' ids.</param>
internal sealed class DescribeGroupsRequest(IReadOnlyCollection<string> groups) : Request<DescribedGroups>
{
    /// <summary>The request. From version 6 a broker says nothing of a group that does not exist, not even what we may do to it.</summary>
    public static readonly Api Definition = new(15, "DescribeGroups", 5, 5, 5);

    private const int LeastGroupBytes = 12;
    private const int LeastMemberBytes = 7;

    /// <inheritdoc/>
    public override Api Api => Definition;

    /// <inheritdoc/>
    public override void Write(WireWriter writer, short version)
    {
        writer.Strings(groups);
        writer.Boolean(true); // and what we may do to them (KIP-430)
        writer.EndStructure();
    }

    /// <inheritdoc/>
    public override DescribedGroups Read(ref WireReader reader, short version)
    {
        var throttle = reader.Milliseconds();
        var found = new List<DescribedGroupEntry>();
        for (var left = reader.ArrayLength(LeastGroupBytes); left > 0; left--)
        {
            var error = reader.ErrorCode();
            var (group, state) = (reader.String(), reader.String());
            reader.SkipString(); // the protocol's type
            reader.SkipString(); // and its name
            var members = ReadMembers(ref reader);
            found.Add(new DescribedGroupEntry(error, group, state, members) { Rights = RightsBits.Read(reader.Int32()) });
            reader.EndStructure();
        }

        reader.EndStructure();
        return new DescribedGroups(throttle, found);
    }

    private static List<DescribedMember> ReadMembers(ref WireReader reader)
    {
        var members = new List<DescribedMember>();
        for (var left = reader.ArrayLength(LeastMemberBytes); left > 0; left--)
        {
            var member = reader.String();
            reader.SkipString(); // its static id
            members.Add(new DescribedMember(member, reader.String(), reader.String()));
            reader.Bytes(); // what it subscribes to
            reader.Bytes(); // what it was given
            reader.EndStructure();
        }

        return members;
    }
}
