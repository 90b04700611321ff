using KafkaRestore.Kafka.Client;
using KafkaRestore.Records.Errors;
using KafkaErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Sinks.Batch.Sending;

/// <summary>The words for a partition whose sending has come to its end.</summary>
internal static class PartitionRefusals
{
    /// <summary>The failure that an answer means; null when it has a remedy.</summary>
    public static RestoreException? For(ProduceReaction reaction, KafkaErrorCode code, string? text, PendingBatch batch, TargetPartition target, bool fenced)
    {
        var reason = string.IsNullOrEmpty(text) ? KafkaErrors.NameOf(code) : $"{KafkaErrors.NameOf(code)}: {text}";
        return reaction switch
        {
            ProduceReaction.Split when batch.Batch.Count == 1 => new RestoreException(
                ErrorCodes.RecordTooLarge,
                $"the record at source offset {batch.Origin.First}, {batch.Batch.Length} bytes as a batch of its own, was refused: {reason}",
                target.ToString()),
            ProduceReaction.Fenced => Taken(reason, target.ToString()),
            ProduceReaction.Denied => new RestoreException(ErrorCodes.TargetDenied, $"writing was denied: {reason}", target.ToString()),
            ProduceReaction.Fatal or ProduceReaction.Isolate => new RestoreException(
                ErrorCodes.ProduceRefused,
                batch.Batch.Count == 1
                    ? $"the record at source offset {batch.Origin.First} was refused: {reason}"
                    : $"the batch that begins with source offset {batch.Origin.First} was refused: {reason}",
                target.ToString(),
                HintFor(code, fenced)),
            _ => null,
        };
    }

    /// <summary>Nothing was acknowledged for too long.</summary>
    public static RestoreException Late(TimeSpan waited, string? trouble, TargetPartition target) => new(
        ErrorCodes.TargetUnavailable,
        $"no acknowledgement for {waited.TotalSeconds:0.#} s with records in flight{(trouble is null ? "" : $"; last trouble: {trouble}")}",
        target.ToString());

    /// <summary>A right that was taken away under way was not given back in time.</summary>
    public static RestoreException StillDenied(RestoreException denial, TimeSpan waited, TargetPartition target) =>
        new(denial.Code, $"{denial.Message}; it was allowed before, and has not been again for {waited.TotalSeconds:0.#} s", target.ToString());

    /// <summary>Another process has fenced this one.</summary>
    public static RestoreException Taken(string reason, string where) =>
        new(ErrorCodes.Fenced, $"another process took this partition over: {reason}", where);

    /// <summary>Somebody else's records stand where ours should.</summary>
    public static RestoreException Foreign(long offset, TargetPartition target) =>
        new(ErrorCodes.ForeignWriter, $"offset {offset} holds records that this restore has not written", target.ToString());

    /// <summary>A batch did not get the offset that it must.</summary>
    public static RestoreException Misplaced(PendingBatch batch, long found, long expected, TargetPartition target)
    {
        var what = $"the record at source offset {batch.Origin.First}";
        return found switch
        {
            < 0 => new RestoreException(
                ErrorCodes.ProduceRefused, $"the broker acknowledged {what} without saying where it is; offset {expected} was expected", target.ToString()),
            _ when found < expected => new RestoreException(
                ErrorCodes.TargetRewound, $"{what} got offset {found}; {expected} was expected, so acknowledged records are gone", target.ToString()),
            _ => new RestoreException(
                ErrorCodes.ForeignWriter, $"{what} got offset {found}; {expected} was expected", target.ToString(), batch.IsDoubtful || batch.IsRepeated ? WrittenTwice : null),
        };
    }

    // Seen with a full disk: the log has the batch, the broker's memory of its producer does not.
    private const string WrittenTwice =
        "If nobody else writes there, the broker failed while it wrote (a full disk) and took the same batch twice. Restore into an empty topic.";

    private static string? HintFor(KafkaErrorCode code, bool fenced) => code switch
    {
        KafkaErrorCode.InvalidTimestamp =>
            "Set message.timestamp.type=CreateTime and raise message.timestamp.before.max.ms and message.timestamp.after.max.ms of the topic for the restore.",
        KafkaErrorCode.InvalidRecord => "A compacted topic takes only records with a key: set cleanup.policy=delete for the restore, or leave the topic out.",
        KafkaErrorCode.InvalidTxnState or KafkaErrorCode.InvalidProducerIdMapping when fenced =>
            "This broker takes no plain batches from a producer with a transactional id: set restore.delivery: idempotent.",
        _ => null,
    };
}
