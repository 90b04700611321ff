using System.Collections.Concurrent;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;

namespace KafkaRestore.Testing;

/// <summary>Consumer groups in memory, as a cluster would have them; what is to fail is set beforehand.</summary>
public sealed class InMemoryGroups : IConsumerGroups
{
    private static readonly GroupFailure Lost = new(-185, "NO_ANSWER", "no answer until the deadline", IsAmbiguous: true);

    /// <summary>Committed offsets by group.</summary>
    public ConcurrentDictionary<string, ConcurrentDictionary<TargetPartition, CommittedOffset>> Committed { get; } = new(StringComparer.Ordinal);

    /// <summary>Members of groups that have some.</summary>
    public ConcurrentDictionary<string, IReadOnlyList<GroupMember>> Members { get; } = new(StringComparer.Ordinal);

    /// <summary>Partitions that exist, with their ranges.</summary>
    public ConcurrentDictionary<TargetPartition, PartitionRange> Ranges { get; } = new();

    /// <summary>Times of records by partition: offset to epoch milliseconds.</summary>
    public ConcurrentDictionary<TargetPartition, SortedDictionary<long, long>> Times { get; } = new();

    /// <summary>Kinds of groups that are not classic.</summary>
    public ConcurrentDictionary<string, GroupKind> Kinds { get; } = new(StringComparer.Ordinal);

    /// <summary>Groups whose commits have no answer, and whether they are made all the same.</summary>
    public ConcurrentDictionary<string, bool> LostAnswers { get; } = new(StringComparer.Ordinal);

    /// <summary>Is told of each group before it is committed.</summary>
    public Action<string> Committing { get; set; } = static _ => { };

    /// <summary>Groups that we may not commit for.</summary>
    public HashSet<string> Forbidden { get; } = new(StringComparer.Ordinal);

    /// <summary>What reading or changing a group fails with.</summary>
    public ConcurrentDictionary<string, GroupFailure> GroupFailures { get; } = new(StringComparer.Ordinal);

    /// <summary>What reading or changing a partition of any group fails with.</summary>
    public ConcurrentDictionary<TargetPartition, GroupFailure> PartitionFailures { get; } = new();

    /// <summary>Is told of every question before it is answered: what it does, and of which groups.</summary>
    public Action<string, IReadOnlyCollection<string>> Asked { get; set; } = static (_, _) => { };

    /// <summary>How long offsets are kept; null: the cluster does not say.</summary>
    public TimeSpan? OffsetRetention { get; set; }

    /// <summary>Sets a group's offsets.</summary>
    public void Commit(string group, params (string Topic, int Partition, long Offset)[] offsets)
    {
        foreach (var (topic, partition, offset) in offsets)
        {
            Committed.GetOrAdd(group, static _ => new())[new TargetPartition(topic, partition)] = new CommittedOffset(offset);
        }
    }

    /// <inheritdoc/>
    public Task<ClusterDescription> ConnectAsync(CancellationToken cancellationToken) => Task.FromResult(new ClusterDescription("in-memory", 1));

    /// <inheritdoc/>
    public Task<TimeSpan?> ReadOffsetRetentionAsync(CancellationToken cancellationToken) => Task.FromResult(OffsetRetention);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ListedGroup>> ListAsync(CancellationToken cancellationToken)
    {
        Asked("list", []);
        return Task.FromResult<IReadOnlyList<ListedGroup>>(
            [.. Committed.Keys.Union(Members.Keys).Order(StringComparer.Ordinal).Select(group => new ListedGroup(group, Kinds.GetValueOrDefault(group), StateOf(group)))]);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<GroupDescription>> DescribeAsync(IReadOnlyCollection<string> groups, CancellationToken cancellationToken)
    {
        Asked("describe", groups);
        return Task.FromResult<IReadOnlyList<GroupDescription>>(
            [.. groups.Select(group => new GroupDescription(group, Kinds.GetValueOrDefault(group), StateOf(group), Members.GetValueOrDefault(group, []), GroupFailures.GetValueOrDefault(group)) { MayCommit = !Forbidden.Contains(group) })]);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<FetchedOffsets>> FetchAsync(IReadOnlyCollection<string> groups, CancellationToken cancellationToken)
    {
        Asked("fetch", groups);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<IReadOnlyList<FetchedOffsets>>([.. groups.Select(group =>
        {
            var failure = GroupFailures.GetValueOrDefault(group);
            var committed = failure is null && Committed.TryGetValue(group, out var own) ? own.ToDictionary() : [];
            var failed = committed.Keys.Where(PartitionFailures.ContainsKey).ToDictionary(static partition => partition, partition => PartitionFailures[partition]);
            return new FetchedOffsets(new GroupOffsets(group, committed.Where(one => !failed.ContainsKey(one.Key)).ToDictionary()), failure, failed);
        })]);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<GroupChange>> CommitAsync(
        IReadOnlyCollection<GroupOffsets> groups, int mostAtOnce, TimeSpan deadline, CancellationToken cancellationToken, Action<string>? ended = null)
    {
        Asked("commit", [.. groups.Select(static group => group.Group)]);
        var changes = new List<GroupChange>();
        foreach (var group in groups)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                changes.Add(new GroupChange(group.Group, 0, group.Offsets.Keys.ToDictionary(static partition => partition, static _ => GroupFailure.NotBegun), TimeSpan.Zero, 0));
                continue;
            }

            Committing(group.Group);
            changes.Add(Commit(group));
            ended?.Invoke(group.Group);
        }

        return Task.FromResult<IReadOnlyList<GroupChange>>(changes);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<GroupChange>> DeleteAsync(
        IReadOnlyCollection<KeyValuePair<string, IReadOnlyCollection<TargetPartition>>> groups, TimeSpan deadline, CancellationToken cancellationToken)
    {
        Asked("delete", [.. groups.Select(static group => group.Key)]);
        return Task.FromResult<IReadOnlyList<GroupChange>>([.. groups.Select(group => Change(group.Key, group.Value, partition =>
            Committed.GetValueOrDefault(group.Key)?.TryRemove(partition, out _)))]);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<TargetPartition, PartitionRange>> ReadRangesAsync(IReadOnlyCollection<TargetPartition> partitions, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<TargetPartition, PartitionRange>>(partitions.Where(Ranges.ContainsKey).ToDictionary(static partition => partition, partition => Ranges[partition]));

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<TargetPartition, long?>> FindByTimeAsync(IReadOnlyDictionary<TargetPartition, long> times, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<TargetPartition, long?>>(times.Where(time => Ranges.ContainsKey(time.Key)).ToDictionary(
            static time => time.Key,
            time => Times.TryGetValue(time.Key, out var records) ? records.Where(record => record.Value >= time.Value).Select(static record => (long?)record.Key).FirstOrDefault() : null));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private GroupChange Commit(GroupOffsets group)
    {
        var isLost = LostAnswers.TryGetValue(group.Group, out var isMade);
        var change = isLost && !isMade
            ? new GroupChange(group.Group, 0, group.Offsets.Keys.ToDictionary(static partition => partition, static _ => Lost), TimeSpan.Zero, 0)
            : Change(group.Group, group.Offsets.Keys, partition => Committed.GetOrAdd(group.Group, static _ => new())[partition] = group.Offsets[partition]);
        return isLost ? change with { Changed = 0, Failures = group.Offsets.Keys.ToDictionary(static partition => partition, static _ => Lost) } : change;
    }

    private GroupState StateOf(string group) => Members.ContainsKey(group) ? GroupState.Stable : Committed.ContainsKey(group) ? GroupState.Empty : GroupState.Dead;

    private GroupChange Change(string group, IEnumerable<TargetPartition> partitions, Action<TargetPartition> change)
    {
        var whole = GroupFailures.GetValueOrDefault(group) ?? (Members.ContainsKey(group) ? new GroupFailure(25, "UNKNOWN_MEMBER_ID", "the group has members") : null);
        var failures = new Dictionary<TargetPartition, GroupFailure>();
        var changed = 0;
        foreach (var partition in partitions)
        {
            if ((whole ?? PartitionFailures.GetValueOrDefault(partition)) is { } failure)
            {
                failures.Add(partition, failure);
            }
            else
            {
                change(partition);
                changed++;
            }
        }

        return new GroupChange(group, changed, failures, TimeSpan.Zero, 0);
    }
}
