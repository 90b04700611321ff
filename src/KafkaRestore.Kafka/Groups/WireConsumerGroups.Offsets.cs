using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Wire.Calls;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Protocol;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Groups;

/// <content>What groups have committed.</content>
internal sealed partial class WireConsumerGroups
{
    private const int MostDeletionsAtOnce = 16;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<FetchedOffsets>> FetchAsync(IReadOnlyCollection<string> groups, CancellationToken cancellationToken)
    {
        try
        {
            var fetched = await new GroupOffsetCalls(_cluster, _coordinators, _time).FetchAsync(
                [.. Unique(groups).Select(static group => new OffsetFetchGroup(group, null))], requireStable: true, _options.RequestDeadline, cancellationToken).ConfigureAwait(false);
            var byName = fetched.ToDictionary(static result => result.Group, Fetched, StringComparer.Ordinal);
            return [.. groups.Select(group => byName[group])];
        }
        catch (WireException failure)
        {
            throw Whole(failure, "reading committed offsets");
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<GroupChange>> CommitAsync(
        IReadOnlyCollection<GroupOffsets> groups, int mostAtOnce, TimeSpan deadline, CancellationToken cancellationToken, Action<string>? ended = null) =>
        ChangeAsync([.. groups.Select(static group => new GroupCommit(group))], GroupAction.Commit, "committing offsets", mostAtOnce, deadline, ended, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<GroupChange>> DeleteAsync(
        IReadOnlyCollection<KeyValuePair<string, IReadOnlyCollection<TargetPartition>>> groups, TimeSpan deadline, CancellationToken cancellationToken) =>
        ChangeAsync(
            [.. groups.Select(static group => new GroupDeletion(group.Key, group.Value))], GroupAction.Delete, "removing committed offsets", MostDeletionsAtOnce, deadline, null, cancellationToken);

    private async Task<IReadOnlyList<GroupChange>> ChangeAsync(
        IReadOnlyList<GroupOffsetChange> changes, GroupAction action, string what, int mostAtOnce, TimeSpan deadline, Action<string>? ended, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(mostAtOnce, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(deadline, TimeSpan.Zero);
        Subjects.ThrowIfTwice(changes.Select(static change => change.Group));
        try
        {
            await new GroupOffsetChangeCalls(_cluster, _coordinators, _time) { Ended = ended ?? (static _ => { }) }
                .RunAsync(changes, mostAtOnce, deadline < LongestDeadline ? deadline : LongestDeadline, cancellationToken).ConfigureAwait(false);
        }
        catch (WireException failure)
        {
            throw Whole(failure, what);
        }

        return [.. changes.Select(change => Changed(change, action))];
    }

    private static GroupChange Changed(GroupOffsetChange change, GroupAction action)
    {
        // What is denied or does not exist was refused before as well, whatever became of the answer.
        var failures = change.Refused.ToDictionary(
            static pair => pair.Key,
            pair => GroupFailures.Of(pair.Value, action, change.Group, pair.Key, null, change.IsAmbiguous && KafkaErrors.Classify(pair.Value) is not (KafkaErrorClass.Denied or KafkaErrorClass.Missing)));
        foreach (var partition in change.Open)
        {
            failures.Add(partition, change.HasBegun ? GroupFailures.Of(change.Error, action, change.Group, partition, change.Failure, change.IsAmbiguous) : GroupFailure.NotBegun);
        }

        return new GroupChange(change.Group, change.Changed, failures, change.Duration, change.Retries);
    }

    private static FetchedOffsets Fetched(OffsetFetchGroupResult result)
    {
        var offsets = new Dictionary<TargetPartition, CommittedOffset>(result.Partitions.Count);
        var failures = new Dictionary<TargetPartition, GroupFailure>();
        foreach (var one in result.Partitions)
        {
            if (one.Error != ErrorCode.NoError)
            {
                failures[one.Partition] = GroupFailures.Of(one.Error, GroupAction.Fetch, result.Group, one.Partition);
            }
            else if (one.Offset >= 0)
            {
                offsets[one.Partition] = new CommittedOffset(one.Offset, one.Metadata, one.LeaderEpoch);
            }
        }

        return result.Error == ErrorCode.NoError || failures.Count > 0
            ? new FetchedOffsets(new GroupOffsets(result.Group, offsets), null, failures)
            : new FetchedOffsets(new GroupOffsets(result.Group, new Dictionary<TargetPartition, CommittedOffset>()), GroupFailures.Of(result.Error, GroupAction.Fetch, result.Group), failures);
    }
}
