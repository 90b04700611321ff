using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;

namespace KafkaRestore.Offsets.Resetting;

/// <summary>Compares what stands at the cluster with what was to be committed; settles commits whose answer was lost.</summary>
internal static class ReadBack
{
    private const string Differs = "READ_BACK_DIFFERS";
    private const int NoCode = -10_001;

    /// <summary>A group's outcome.</summary>
    /// <param name="wanted">What was to be committed.</param>
    /// <param name="change">What the brokers said of it.</param>
    /// <param name="found">What was read back.</param>
    public static GroupOutcome Judge(GroupOffsets wanted, GroupChange change, FetchedOffsets found)
    {
        if (found.Error is { } unread)
        {
            return NotReadBack(wanted, change, $"{unread.Name}: {unread.Reason}");
        }

        var errors = wanted.Offsets.OrderBy(static each => each.Key.Topic, StringComparer.Ordinal).ThenBy(static each => each.Key.Partition)
            .Select(each => ProblemOf(each.Key, each.Value, change, found)).OfType<PartitionProblem>().ToList();
        return Outcome(wanted, change, errors, null);
    }

    /// <summary>The outcome of a group that was tried and could not be read back.</summary>
    public static GroupOutcome NotReadBack(GroupOffsets wanted, GroupChange change, string reason) => Outcome(
        wanted,
        change,
        [.. change.Failures.Select(static pair => Problem(pair.Key, pair.Value))],
        new GroupProblem("READ_BACK_FAILED", $"{change.Changed} of {wanted.Offsets.Count} commits were acknowledged, and what stands there could not be read back: {reason}"));

    private static GroupOutcome Outcome(GroupOffsets wanted, GroupChange change, IReadOnlyList<PartitionProblem> errors, GroupProblem? problem) => new()
    {
        GroupId = wanted.Group,
        State = errors.Count == 0 && problem is null ? GroupOutcomeState.Reset : GroupOutcomeState.Failed,
        PartitionsReset = problem is null ? wanted.Offsets.Count - errors.Count : 0,
        PartitionsFailed = problem is null ? errors.Count : wanted.Offsets.Count,
        Problem = problem,
        Errors = errors,
        Duration = change.Duration,
        RetryAttempts = change.Retries,
    };

    private static PartitionProblem? ProblemOf(TargetPartition partition, CommittedOffset wanted, GroupChange change, FetchedOffsets found)
    {
        if (change.Failures.TryGetValue(partition, out var failure) && !failure.IsAmbiguous)
        {
            return Problem(partition, failure);
        }

        if (found.PartitionErrors.TryGetValue(partition, out var unread))
        {
            return Problem(partition, failure ?? unread with { Reason = $"committed, but not read back: {unread.Reason}" });
        }

        var isThere = found.Offsets.Offsets.TryGetValue(partition, out var stands);
        if (isThere && stands.Offset == wanted.Offset && (stands.Metadata ?? "") == (wanted.Metadata ?? ""))
        {
            return null;
        }

        return failure is not null
            ? Problem(partition, failure with { Reason = $"{failure.Reason}; read back, it was not" })
            : new PartitionProblem(partition.Topic, partition.Partition, NoCode, Differs, $"{Words(wanted)} was committed, {(isThere ? Words(stands) : "nothing")} was read back: somebody else commits for this group");
    }

    private static string Words(CommittedOffset offset) => string.IsNullOrEmpty(offset.Metadata) ? $"{offset.Offset}" : $"{offset.Offset} with '{offset.Metadata}'";

    private static PartitionProblem Problem(TargetPartition partition, GroupFailure failure) =>
        new(partition.Topic, partition.Partition, failure.Code, failure.Name, failure.Reason);
}
