using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Offsets.Sources;

/// <summary>What groups of a cluster have committed now.</summary>
/// <param name="Cluster">The cluster.</param>
/// <param name="Groups">The groups by name, each once.</param>
public sealed record LiveGroups(ClusterDescription Cluster, IReadOnlyList<GroupOffsets> Groups)
{
    /// <summary>What a person should know: groups that were left out, because they are of a kind without such offsets.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Reads the groups that a selection means. A group or partition that cannot be read is a failure, never a shorter list.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="selection">Which groups.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="RestoreException">GROUP_NOT_FOUND: a name that is no group, or nothing is meant; GROUP_UNREADABLE; and what concerns the whole cluster.</exception>
    public static async Task<LiveGroups> ReadAsync(IConsumerGroups cluster, GroupSelection selection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(selection);
        var description = await cluster.ConnectAsync(cancellationToken).ConfigureAwait(false);
        var names = new SortedSet<string>(selection.Names, StringComparer.Ordinal);
        await RefuseMissingAsync(cluster, names, cancellationToken).ConfigureAwait(false);
        var warnings = new List<string>();
        if (selection.HasPatterns)
        {
            await AddListedAsync(cluster, selection, names, warnings, cancellationToken).ConfigureAwait(false);
        }

        return new LiveGroups(description, await FetchAsync(cluster, names, cancellationToken).ConfigureAwait(false)) { Warnings = warnings };
    }

    /// <summary>What groups have committed, in their order; one that does not exist has nothing.</summary>
    /// <exception cref="RestoreException">GROUP_UNREADABLE, naming every group and partition that cannot be read.</exception>
    public static async Task<IReadOnlyList<GroupOffsets>> FetchAsync(IConsumerGroups cluster, IReadOnlyCollection<string> groups, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(groups);
        if (groups.Count == 0)
        {
            return [];
        }

        var fetched = await cluster.FetchAsync(groups, cancellationToken).ConfigureAwait(false);
        string[] failures = [.. fetched.Where(static group => !group.IsWhole).SelectMany(static group => group.Error is { } error
            ? [$"{group.Offsets.Group}: {error.Reason} ({error.Name})"]
            : group.PartitionErrors.Select(partition => $"{group.Offsets.Group}, {partition.Key}: {partition.Value.Reason} ({partition.Value.Name})"))];
        return failures.Length == 0
            ? [.. fetched.Select(static group => group.Offsets)]
            : throw new RestoreException(ErrorCodes.GroupUnreadable, $"what groups have committed cannot be read: {Naming.Of(failures)}");
    }

    /// <summary>The same as offsets of a source cluster.</summary>
    /// <param name="where">The cluster, for messages.</param>
    /// <param name="takenAt">When it was read.</param>
    public SourceGroups ToSourceGroups(string where, DateTimeOffset takenAt) => new(where, takenAt, [.. Groups.Select(static group => new SourceGroup(
        group.Group,
        [.. group.Offsets.OrderBy(static offset => offset.Key.Topic, StringComparer.Ordinal).ThenBy(static offset => offset.Key.Partition)
            .Select(static offset => new SourceCommit(new PartitionName(offset.Key.Topic, offset.Key.Partition), offset.Value.Offset, string.IsNullOrEmpty(offset.Value.Metadata) ? null : offset.Value.Metadata))]))])
    {
        Warnings = Warnings,
    };

    private static async Task RefuseMissingAsync(IConsumerGroups cluster, IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        if (names.Count == 0)
        {
            return;
        }

        var described = await cluster.DescribeAsync(names, cancellationToken).ConfigureAwait(false);
        string[] missing = [.. described.Where(static group => group is { Error: null, State: GroupState.Dead }).Select(static group => group.Group)];
        if (missing.Length > 0)
        {
            throw new RestoreException(ErrorCodes.GroupNotFound, $"{(missing.Length == 1 ? "this consumer group does" : "these consumer groups do")} not exist: {Naming.Of(missing)}");
        }
    }

    private static async Task AddListedAsync(IConsumerGroups cluster, GroupSelection selection, SortedSet<string> names, List<string> warnings, CancellationToken cancellationToken)
    {
        var listed = await cluster.ListAsync(cancellationToken).ConfigureAwait(false);
        var meant = listed.Where(group => selection.Has(group.Group)).ToList();
        names.UnionWith(meant.Where(static group => group.Kind != GroupKind.Share).Select(static group => group.Group));
        string[] shares = [.. meant.Where(static group => group.Kind == GroupKind.Share).Select(static group => group.Group)];
        if (shares.Length > 0)
        {
            warnings.Add($"share groups have no offsets that can be read or set like this, and are left out: {Naming.Of(shares)}");
        }

        if (names.Count == 0)
        {
            throw new RestoreException(
                ErrorCodes.GroupNotFound,
                listed.Count == 0 ? "the cluster has no consumer group that this user may see" : "no consumer group of the cluster matches the patterns",
                hint: listed.Count == 0 ? "Check that the groups are on this cluster, and that the user may describe them." : $"It has {Naming.Of([.. listed.Select(static group => group.Group)])}.");
        }
    }
}
