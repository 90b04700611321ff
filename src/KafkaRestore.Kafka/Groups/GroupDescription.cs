namespace KafkaRestore.Kafka.Groups;

/// <summary>A group as the cluster lists it.</summary>
/// <param name="Group">Its id.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="State">Its state.</param>
public sealed record ListedGroup(string Group, GroupKind Kind, GroupState State);

/// <summary>A group.</summary>
/// <param name="Group">Its id.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="State">Its state.</param>
/// <param name="Members">Who reads in it now.</param>
/// <param name="Error">Why nothing is known of it; null when it was described.</param>
public sealed record GroupDescription(string Group, GroupKind Kind, GroupState State, IReadOnlyList<GroupMember> Members, GroupFailure? Error = null)
{
    /// <summary>Whether we have the right to commit offsets for it (READ on the group), whether it exists or not; null when the cluster does not say.</summary>
    public bool? MayCommit { get; init; }

    /// <summary>Whether its offsets can be changed from outside: it has no members, or does not exist yet.</summary>
    public bool IsIdle => Error is null && Members.Count == 0 && State is GroupState.Empty or GroupState.Dead;
}

/// <summary>A member of a group.</summary>
/// <param name="MemberId">The id that the coordinator knows it by.</param>
/// <param name="ClientId">The name that it gives itself.</param>
/// <param name="Host">Where it connects from.</param>
public sealed record GroupMember(string MemberId, string ClientId, string Host);

/// <summary>How a group shares its partitions.</summary>
public enum GroupKind
{
    /// <summary>By the classic protocol, or a group that only commits.</summary>
    Classic,

    /// <summary>By the protocol of KIP-848.</summary>
    Consumer,

    /// <summary>A share group (KIP-932): it has no offsets that can be set like this.</summary>
    Share,

    /// <summary>A streams group (KIP-1071).</summary>
    Streams,

    /// <summary>A kind that this program does not know.</summary>
    Unknown,
}

/// <summary>What a group is doing.</summary>
public enum GroupState
{
    /// <summary>No members; it may have committed offsets.</summary>
    Empty,

    /// <summary>It does not exist.</summary>
    Dead,

    /// <summary>It has members and reads.</summary>
    Stable,

    /// <summary>Its members are sharing out partitions.</summary>
    Rebalancing,

    /// <summary>The coordinator gave a state that this program does not know.</summary>
    Unknown,
}
