using Confluent.Kafka;
using KafkaRestore.Kafka.Probing;

namespace KafkaRestore.Kafka.Wire.Protocol;

/// <summary>Groups as their coordinator describes them.</summary>
/// <param name="Throttle">How long a quota holds us back.</param>
/// <param name="Groups">Per group, in any order.</param>
internal sealed record DescribedGroups(TimeSpan Throttle, IReadOnlyList<DescribedGroupEntry> Groups);

/// <summary>A group as its coordinator describes it.</summary>
/// <param name="Error">NO_ERROR, or why nothing is said; GROUP_ID_NOT_FOUND also for a group of another kind than was asked for.</param>
/// <param name="Group">Its id.</param>
/// <param name="State">The coordinator's word for its state; that of a group that it does not have is <c>Dead</c>.</param>
/// <param name="Members">Its members.</param>
internal sealed record DescribedGroupEntry(ErrorCode Error, string Group, string State, IReadOnlyList<DescribedMember> Members)
{
    /// <summary>What we may do to it, whether it exists or not; null when the broker does not say, or was not asked.</summary>
    public TargetRights? Rights { get; init; }
}

/// <summary>A member of a group.</summary>
/// <param name="MemberId">The id that the coordinator gave it.</param>
/// <param name="ClientId">The name that its client gives itself.</param>
/// <param name="Host">Where it connects from.</param>
internal sealed record DescribedMember(string MemberId, string ClientId, string Host);
