using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Offsets.Sources;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Offsets.Exports;

/// <summary>Reads groups of a cluster for an export.</summary>
public static class GroupExporter
{
    /// <summary>Reads them. A group or partition that cannot be read is a failure.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="address">Where it is reached: the first <c>host:port</c>.</param>
    /// <param name="options">What is read.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="RestoreException">GROUP_NOT_FOUND, GROUP_UNREADABLE, and what concerns the whole cluster.</exception>
    public static async Task<GroupExport> ReadAsync(IConsumerGroups cluster, string address, ExportOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        var live = await LiveGroups.ReadAsync(cluster, options.Groups, cancellationToken).ConfigureAwait(false);
        var takenAt = time.GetUtcNow();
        var since = options.Earlier is null ? null : new ExportSince(options.Earlier.Where, options.Earlier.TakenAt, Removed(options, live));
        var groups = options.Earlier is null ? live.Groups : Changed(options, live);
        var silent = groups.Where(static group => group.Offsets.Count == 0).Select(static group => group.Group).ToList();
        var written = groups.Where(static group => group.Offsets.Count > 0).ToList();
        return new GroupExport(takenAt, address, written)
        {
            ClusterId = live.Cluster.ClusterId,
            WithMetadata = options.WithMetadata,
            Ranges = options.WithLag
                ? await cluster.ReadRangesAsync([.. written.SelectMany(static group => group.Offsets.Keys).Distinct()], cancellationToken).ConfigureAwait(false)
                : null,
            Since = since,
            Warnings = silent.Count == 0 || since is not null ? live.Warnings : [.. live.Warnings, $"without a committed offset, and left out: {Naming.Of(silent)}"],
        };
    }

    private static List<GroupOffsets> Changed(ExportOptions options, LiveGroups live)
    {
        var earlier = options.Earlier!.Groups.ToDictionary(static group => group.Group, ByPartition, StringComparer.Ordinal);
        return
        [
            .. live.Groups.Select(group => earlier.TryGetValue(group.Group, out var before)
                ? new GroupOffsets(group.Group, group.Offsets.Where(offset => !IsSame(offset, before, options.WithMetadata)).ToDictionary())
                : group),
        ];
    }

    private static List<RemovedOffset> Removed(ExportOptions options, LiveGroups live)
    {
        var now = live.Groups.ToDictionary(static group => group.Group, StringComparer.Ordinal);
        return
        [
            .. from before in options.Earlier!.Groups
               where options.Groups.Has(before.Group)
               let current = now.GetValueOrDefault(before.Group)
               from commit in before.Offsets
               where current?.Offsets.ContainsKey(new TargetPartition(commit.Partition.Topic, commit.Partition.Partition)) != true
               select new RemovedOffset(before.Group, commit.Partition.Topic, commit.Partition.Partition),
        ];
    }

    private static Dictionary<PartitionName, SourceCommit> ByPartition(SourceGroup group) => group.Offsets.ToDictionary(static commit => commit.Partition);

    private static bool IsSame(KeyValuePair<TargetPartition, CommittedOffset> now, Dictionary<PartitionName, SourceCommit> before, bool withMetadata) =>
        before.TryGetValue(new PartitionName(now.Key.Topic, now.Key.Partition), out var commit)
        && commit.Offset == now.Value.Offset
        && (!withMetadata || (commit.Metadata ?? "") == (now.Value.Metadata ?? ""));
}

/// <summary>What an export holds.</summary>
public sealed record ExportOptions
{
    /// <summary>Which groups; the default is all.</summary>
    public GroupSelection Groups { get; init; } = GroupSelection.All;

    /// <summary>Whether metadata and leader epochs are written.</summary>
    public bool WithMetadata { get; init; }

    /// <summary>Whether the lag is written.</summary>
    public bool WithLag { get; init; }

    /// <summary>An earlier export: only what has changed since is written; null: everything is.</summary>
    public SourceGroups? Earlier { get; init; }
}
