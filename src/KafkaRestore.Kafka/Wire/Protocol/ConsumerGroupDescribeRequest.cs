namespace KafkaRestore.Kafka.Wire.Protocol;

/// <summary>Asks the coordinator of groups for their state and members; it knows those of the protocol of KIP-848 (Kafka 3.7 and later).</summary>
/// <param name="groups">The groups' ids.</param>
internal sealed class ConsumerGroupDescribeRequest(IReadOnlyCollection<string> groups) : Request<DescribedGroups>
{
    /// <summary>The request.</summary>
    public static readonly Api Definition = new(69, "ConsumerGroupDescribe", 0, 1, 0);

    private const int LeastGroupBytes = 20;
    private const int LeastMemberBytes = 16;
    private const int LeastTopicBytes = 19;

    /// <inheritdoc/>
    public override Api Api => Definition;

    /// <inheritdoc/>
    public override void Write(WireWriter writer, short version)
    {
        writer.Strings(groups);
        writer.Boolean(false); // not what we may do to them
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
            reader.SkipString(); // the broker's words
            var (group, state) = (reader.String(), reader.String());
            reader.Int32(); // the group's epoch
            reader.Int32(); // that of its assignment
            reader.SkipString(); // the assignor
            found.Add(new DescribedGroupEntry(error, group, state, ReadMembers(ref reader, version)));
            reader.Int32(); // what we may do
            reader.EndStructure();
        }

        reader.EndStructure();
        return new DescribedGroups(throttle, found);
    }

    private static List<DescribedMember> ReadMembers(ref WireReader reader, short version)
    {
        var members = new List<DescribedMember>();
        for (var left = reader.ArrayLength(LeastMemberBytes); left > 0; left--)
        {
            var member = reader.String();
            reader.SkipString(); // its static id
            reader.SkipString(); // its rack
            reader.Int32(); // its epoch
            members.Add(new DescribedMember(member, reader.String(), reader.String()));
            for (var topics = reader.ArrayLength(); topics > 0; topics--)
            {
                reader.SkipString(); // what it subscribes to
            }

            reader.SkipString(); // by regular expression
            SkipAssignment(ref reader);
            SkipAssignment(ref reader); // the one to come
            if (version >= 1)
            {
                reader.Int8(); // whether it speaks the classic protocol
            }

            reader.EndStructure();
        }

        return members;
    }

    private static void SkipAssignment(ref WireReader reader)
    {
        for (var topics = reader.ArrayLength(LeastTopicBytes); topics > 0; topics--)
        {
            reader.Uuid();
            reader.SkipString();
            reader.Skip((uint)(reader.ArrayLength(sizeof(int)) * sizeof(int)));
            reader.EndStructure();
        }

        reader.EndStructure();
    }
}
