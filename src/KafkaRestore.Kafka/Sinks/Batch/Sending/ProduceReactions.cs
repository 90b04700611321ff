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

        // The batch may or may not be in the log, but for those of IsBeforeWriting.
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

    /// <summary>Whether a broker answers so before it writes, and never afterwards: then the batch is not in the log.</summary>
    public static bool IsBeforeWriting(KafkaErrorCode code) => code
        is KafkaErrorCode.NotEnoughReplicas or KafkaErrorCode.ConcurrentTransactions or KafkaErrorCode.ThrottlingQuotaExceeded
        or KafkaErrorCode.MsgSizeTooLarge or KafkaErrorCode.RecordListTooLarge or KafkaErrorCode.InvalidTimestamp or KafkaErrorCode.InvalidRecord
        or KafkaErrorCode.TopicAuthorizationFailed or KafkaErrorCode.ClusterAuthorizationFailed or KafkaErrorCode.TransactionalIdAuthorizationFailed;

    /// <summary>The reaction to <paramref name="code"/>; a code that the table does not name is <see cref="Fatal"/>.</summary>
    public static ProduceReaction To(KafkaErrorCode code) => Table.GetValueOrDefault(code, Fatal);
}
