using System.Collections.Frozen;
using static KafkaRestore.Kafka.Sinks.Batch.Sending.ProduceReaction;
using KafkaErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Sinks.Batch.Sending;

/// <summary>The one table from the error codes that Produce answers with to what we do. Texts are never looked at.</summary>
internal static class ProduceReactions
{
    private static readonly FrozenDictionary<KafkaErrorCode, ProduceReaction> Table = new Dictionary<KafkaErrorCode, ProduceReaction>
    {
        [KafkaErrorCode.NoError] = Acknowledge,

        [KafkaErrorCode.Unknown] = Resend,
        [KafkaErrorCode.InvalidMsg] = Resend,
        [KafkaErrorCode.RequestTimedOut] = Resend,
        [KafkaErrorCode.NotEnoughReplicas] = Resend,
        [KafkaErrorCode.NotEnoughReplicasAfterAppend] = Resend,
        [KafkaErrorCode.ConcurrentTransactions] = Resend,
        [KafkaErrorCode.ThrottlingQuotaExceeded] = Resend,

        [KafkaErrorCode.UnknownTopicOrPart] = FindLeader,
        [KafkaErrorCode.LeaderNotAvailable] = FindLeader,
        [KafkaErrorCode.NotLeaderForPartition] = FindLeader,
        [KafkaErrorCode.ReplicaNotAvailable] = FindLeader,
        [KafkaErrorCode.NetworkException] = FindLeader,
        [KafkaErrorCode.KafkaStorageError] = FindLeader,
        [KafkaErrorCode.FencedLeaderEpoch] = FindLeader,
        [KafkaErrorCode.UnknownLeaderEpoch] = FindLeader,
        [KafkaErrorCode.UnknownTopicId] = FindLeader,

        [KafkaErrorCode.OutOfOrderSequenceNumber] = Reown,
        [KafkaErrorCode.DuplicateSequenceNumber] = Reown,
        [KafkaErrorCode.UnknownProducerId] = Reown,

        [KafkaErrorCode.MsgSizeTooLarge] = Split,
        [KafkaErrorCode.RecordListTooLarge] = Split,

        [KafkaErrorCode.InvalidTimestamp] = Isolate,
        [KafkaErrorCode.InvalidRecord] = Isolate,

        [KafkaErrorCode.InvalidProducerEpoch] = Fenced,
        [KafkaErrorCode.ProducerFenced] = Fenced,

        [KafkaErrorCode.TopicAuthorizationFailed] = Denied,
        [KafkaErrorCode.ClusterAuthorizationFailed] = Denied,
        [KafkaErrorCode.TransactionalIdAuthorizationFailed] = Denied,
    }.ToFrozenDictionary();

    // Refused before anything is written. All others may be said of a batch that the leader has written and whose replicas, or whose leader, were not there any more.
    private static readonly FrozenSet<KafkaErrorCode> RefusedUnwritten = new[]
    {
        KafkaErrorCode.InvalidMsg,
        KafkaErrorCode.NotEnoughReplicas,
        KafkaErrorCode.ConcurrentTransactions,
        KafkaErrorCode.ThrottlingQuotaExceeded,
        KafkaErrorCode.OutOfOrderSequenceNumber,
        KafkaErrorCode.UnknownProducerId,
        KafkaErrorCode.MsgSizeTooLarge,
        KafkaErrorCode.RecordListTooLarge,
        KafkaErrorCode.InvalidTimestamp,
        KafkaErrorCode.InvalidRecord,
        KafkaErrorCode.InvalidProducerEpoch,
        KafkaErrorCode.ProducerFenced,
        KafkaErrorCode.TopicAuthorizationFailed,
        KafkaErrorCode.ClusterAuthorizationFailed,
        KafkaErrorCode.TransactionalIdAuthorizationFailed,
    }.ToFrozenSet();

    /// <summary>The reaction to <paramref name="code"/>; a code that the table does not name is <see cref="Fatal"/>.</summary>
    public static ProduceReaction To(KafkaErrorCode code) => Table.GetValueOrDefault(code, Fatal);

    /// <summary>Whether a batch that gets this answer, and is not acknowledged by it, may stand in the log.</summary>
    public static bool LeavesDoubt(KafkaErrorCode code) => !RefusedUnwritten.Contains(code);
}
