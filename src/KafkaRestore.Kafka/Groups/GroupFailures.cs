using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Wire.Connections;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Groups;

/// <summary>Kafka's error codes in words for a person who works on consumer groups.</summary>
internal static class GroupFailures
{
    private const int NonEmptyGroup = 68;
    private const int GroupIdNotFound = 69;
    private const int GroupSubscribedToTopic = 86;
    private const int FencedMemberEpoch = 110;
    private const int StaleMemberEpoch = 113;

    private const string Members = "the group has members: its offsets can be changed from outside only while nobody reads in it";

    /// <summary>Puts a code into words.</summary>
    /// <param name="code">Kafka's code, or one of the client's own.</param>
    /// <param name="action">What was asked for.</param>
    /// <param name="group">Of which group.</param>
    /// <param name="partition">Of which partition; null for the whole group.</param>
    /// <param name="failure">How the connection failed; null when a broker answered.</param>
    /// <param name="isAmbiguous">Whether a change may have been made.</param>
    public static GroupFailure Of(ErrorCode code, GroupAction action, string group, TargetPartition? partition = null, WireException? failure = null, bool isAmbiguous = false)
    {
        var reason = ReasonOf(code, action, group, partition, failure);
        return new GroupFailure((int)code, NameOf(code), isAmbiguous ? $"{reason}; it may have been made all the same" : reason, isAmbiguous);
    }

    private static string ReasonOf(ErrorCode code, GroupAction action, string group, TargetPartition? partition, WireException? failure) => (int)code switch
    {
        (int)ErrorCode.GroupAuthorizationFailed => $"no right {GroupRight(action)} on group '{group}'",
        (int)ErrorCode.TopicAuthorizationFailed => $"no right {(action is GroupAction.Commit or GroupAction.Delete ? "READ" : "DESCRIBE")} on topic '{partition?.Topic}'",
        (int)ErrorCode.ClusterAuthorizationFailed => "no right DESCRIBE on the cluster",
        (int)ErrorCode.SaslAuthenticationFailed => failure is null ? "the broker refuses the credentials" : failure.Message,
        (int)ErrorCode.UnknownTopicOrPart or (int)ErrorCode.UnknownTopicId or (int)ErrorCode.Local_UnknownPartition =>
            partition is { } missing ? $"the cluster has no partition {missing}" : "the cluster does not have the partition",
        (int)ErrorCode.UnknownMemberId or (int)ErrorCode.IllegalGeneration or (int)ErrorCode.FencedInstanceId or NonEmptyGroup or FencedMemberEpoch or StaleMemberEpoch => Members,
        (int)ErrorCode.RebalanceInProgress => $"{Members}; they are sharing out partitions now",
        GroupSubscribedToTopic => $"members of the group read topic '{partition?.Topic}': stop them, or take the topic out of what they subscribe to",
        GroupIdNotFound => "the group does not exist, or is of a kind that has no such offsets",
        (int)ErrorCode.InvalidGroupId => $"the broker does not take '{group}' as the name of a group",
        (int)ErrorCode.OffsetMetadataTooLarge => "the words committed with the offset are longer than the broker's offset.metadata.max.bytes",
        (int)ErrorCode.InvalidCommitOffsetSize => "the group's offsets are larger together than the broker's topic for them takes",
        (int)ErrorCode.UnstableOffsetCommit => "a transaction that is about to change the offset was still open at the deadline",
        (int)ErrorCode.NotCoordinatorForGroup or (int)ErrorCode.GroupCoordinatorNotAvailable or (int)ErrorCode.GroupLoadInProgress =>
            "no broker was ready to coordinate the group until the deadline",
        (int)ErrorCode.UnsupportedVersion => failure?.Message ?? "the broker is too old for this request",
        (int)ErrorCode.Local_TimedOut or (int)ErrorCode.Local_Transport or (int)ErrorCode.Local_Ssl =>
            failure is null ? "no answer until the deadline" : $"no answer: {failure.Message}",
        _ => $"the broker refuses with {KafkaErrors.NameOf(code)}",
    };

    private static string GroupRight(GroupAction action) => action switch
    {
        GroupAction.Commit => "READ",
        GroupAction.Delete => "DELETE",
        _ => "DESCRIBE",
    };

    // The protocol guide's names where the client's enumeration has older ones, or none.
    private static string NameOf(ErrorCode code) => (int)code switch
    {
        (int)ErrorCode.Unknown => "UNKNOWN_SERVER_ERROR",
        (int)ErrorCode.UnknownTopicOrPart or (int)ErrorCode.Local_UnknownPartition => "UNKNOWN_TOPIC_OR_PARTITION",
        (int)ErrorCode.NotLeaderForPartition => "NOT_LEADER_OR_FOLLOWER",
        (int)ErrorCode.GroupLoadInProgress => "COORDINATOR_LOAD_IN_PROGRESS",
        (int)ErrorCode.GroupCoordinatorNotAvailable => "COORDINATOR_NOT_AVAILABLE",
        (int)ErrorCode.NotCoordinatorForGroup => "NOT_COORDINATOR",
        NonEmptyGroup => "NON_EMPTY_GROUP",
        GroupIdNotFound => "GROUP_ID_NOT_FOUND",
        GroupSubscribedToTopic => "GROUP_SUBSCRIBED_TO_TOPIC",
        FencedMemberEpoch => "FENCED_MEMBER_EPOCH",
        StaleMemberEpoch => "STALE_MEMBER_EPOCH",
        (int)ErrorCode.Local_TimedOut or (int)ErrorCode.Local_Transport or (int)ErrorCode.Local_Ssl => "NO_ANSWER",
        var number => Enum.IsDefined(code) ? Upper(code.ToString()) : $"ERROR_{number}",
    };

    private static string Upper(string name) =>
        string.Concat(name.Select(static (letter, i) => i > 0 && char.IsUpper(letter) ? $"_{letter}" : $"{char.ToUpperInvariant(letter)}"));
}

/// <summary>What is asked for.</summary>
internal enum GroupAction
{
    /// <summary>State and members.</summary>
    Describe,

    /// <summary>Committed offsets.</summary>
    Fetch,

    /// <summary>To commit offsets.</summary>
    Commit,

    /// <summary>To remove committed offsets.</summary>
    Delete,
}
