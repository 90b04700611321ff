using System.Collections.Frozen;
using Confluent.Kafka;
using static KafkaRestore.Kafka.Client.KafkaErrorClass;

namespace KafkaRestore.Kafka.Client;

/// <summary>The one table from Kafka's error codes to what they ask of us. Message texts are never looked at.</summary>
public static class KafkaErrors
{
    private static readonly FrozenDictionary<ErrorCode, KafkaErrorClass> Table = new Dictionary<ErrorCode, KafkaErrorClass>
    {
        [ErrorCode.NoError] = None,

        [ErrorCode.RequestTimedOut] = Retriable,
        [ErrorCode.NetworkException] = Retriable,
        [ErrorCode.NotEnoughReplicas] = Retriable,
        [ErrorCode.NotEnoughReplicasAfterAppend] = Retriable,
        [ErrorCode.GroupLoadInProgress] = Retriable,
        [ErrorCode.ThrottlingQuotaExceeded] = Retriable,
        [ErrorCode.KafkaStorageError] = Retriable,
        [ErrorCode.UnstableOffsetCommit] = Retriable,
        [ErrorCode.ConcurrentTransactions] = Retriable,
        [ErrorCode.OffsetNotAvailable] = Retriable,
        [ErrorCode.RebalanceInProgress] = Retriable,
        [ErrorCode.ReassignmentInProgress] = Retriable,
        [ErrorCode.InvalidMsg] = Retriable,
        [ErrorCode.Local_TimedOut] = Retriable,
        [ErrorCode.Local_TimedOutQueue] = Retriable,
        [ErrorCode.Local_QueueFull] = Retriable,
        [ErrorCode.Local_Retry] = Retriable,
        [ErrorCode.Local_WaitCoord] = Retriable,
        [ErrorCode.Local_WaitCache] = Retriable,
        [ErrorCode.Local_InProgress] = Retriable,

        [ErrorCode.NotLeaderForPartition] = AfterLeaderChange,
        [ErrorCode.LeaderNotAvailable] = AfterLeaderChange,
        [ErrorCode.ReplicaNotAvailable] = AfterLeaderChange,
        [ErrorCode.NotController] = AfterLeaderChange,
        [ErrorCode.NotCoordinatorForGroup] = AfterLeaderChange,
        [ErrorCode.GroupCoordinatorNotAvailable] = AfterLeaderChange,
        [ErrorCode.FencedLeaderEpoch] = AfterLeaderChange,
        [ErrorCode.UnknownLeaderEpoch] = AfterLeaderChange,
        [ErrorCode.StaleCtrlEpoch] = AfterLeaderChange,
        [ErrorCode.EligibleLeadersNotAvailable] = AfterLeaderChange,

        [ErrorCode.BrokerNotAvailable] = Unreachable,
        [ErrorCode.Local_Transport] = Unreachable,
        [ErrorCode.Local_Resolve] = Unreachable,
        [ErrorCode.Local_AllBrokersDown] = Unreachable,
        [ErrorCode.Local_NodeUpdate] = Unreachable,
        [ErrorCode.Local_Ssl] = Unreachable,
        [ErrorCode.Local_Destroy] = Unreachable,

        [ErrorCode.TopicAuthorizationFailed] = Denied,
        [ErrorCode.GroupAuthorizationFailed] = Denied,
        [ErrorCode.ClusterAuthorizationFailed] = Denied,
        [ErrorCode.TransactionalIdAuthorizationFailed] = Denied,
        [ErrorCode.DelegationTokenAuthorizationFailed] = Denied,
        [ErrorCode.DelegationTokenExpired] = Denied,
        [ErrorCode.SaslAuthenticationFailed] = Denied,
        [ErrorCode.UnsupportedSaslMechanism] = Denied,
        [ErrorCode.IllegalSaslState] = Denied,
        [ErrorCode.SecurityDisabled] = Denied,
        [ErrorCode.Local_Authentication] = Denied,

        [ErrorCode.MsgSizeTooLarge] = TooLarge,
        [ErrorCode.RecordListTooLarge] = TooLarge,

        [ErrorCode.UnknownTopicOrPart] = Missing,
        [ErrorCode.UnknownTopicId] = Missing,
        [ErrorCode.Local_UnknownTopic] = Missing,
        [ErrorCode.Local_UnknownPartition] = Missing,

        [ErrorCode.TopicAlreadyExists] = Exists,

        [ErrorCode.InvalidProducerEpoch] = Fenced,
        [ErrorCode.ProducerFenced] = Fenced,
        [ErrorCode.UnknownProducerId] = Fenced,
        [ErrorCode.OutOfOrderSequenceNumber] = Fenced,
        [ErrorCode.TransactionCoordinatorFenced] = Fenced,
        [ErrorCode.FencedInstanceId] = Fenced,
        [ErrorCode.Local_Fenced] = Fenced,

        [ErrorCode.UnsupportedVersion] = Unsupported,
        [ErrorCode.UnsupportedForMessageFormat] = Unsupported,
        [ErrorCode.UnsupportedCompressionType] = Unsupported,
        [ErrorCode.Local_UnsupportedFeature] = Unsupported,
        [ErrorCode.Local_NotImplemented] = Unsupported,
    }.ToFrozenDictionary();

    /// <summary>The class of <paramref name="code"/>; a code that the table does not name is <see cref="KafkaErrorClass.Fatal"/>.</summary>
    public static KafkaErrorClass Classify(ErrorCode code) => Table.GetValueOrDefault(code, Fatal);

    /// <summary>Whether the same request may succeed later.</summary>
    public static bool MayPass(ErrorCode code) => Classify(code) is Retriable or AfterLeaderChange or Unreachable;

    /// <summary>The code for a person where there is no text: its name and number.</summary>
    internal static string NameOf(ErrorCode code) => Enum.IsDefined(code) ? $"{code} (code {(int)code})" : $"error code {(int)code}";

    /// <summary>The error for a person: Kafka's word for the code, then the client's own text where it says more.</summary>
    internal static string Describe(Error error) =>
        string.IsNullOrEmpty(error.Reason) || error.Reason == error.Code.GetReason() ? $"{error.Code.GetReason()}" : $"{error.Code}: {WithoutCircumstances(error.Reason)}";

    /// <summary>Without the client's remark on its own state, which differs each time: the same trouble reads the same.</summary>
    private static string WithoutCircumstances(string reason) =>
        reason.LastIndexOf(" (after ", StringComparison.Ordinal) is > 0 and var end && reason.EndsWith(')') ? reason[..end] : reason;
}
