using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Offsets.Sources;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Offsets.Snapshots;

/// <summary>Takes snapshots of a cluster's groups and saves them, each as a whole or not at all.</summary>
/// <param name="cluster">The cluster.</param>
/// <param name="bootstrapServers">Where it is reached, for the snapshot; each <c>host:port</c>.</param>
/// <param name="store">Where they go.</param>
/// <param name="time">The clock.</param>
public sealed class SnapshotCapture(IConsumerGroups cluster, IReadOnlyList<string> bootstrapServers, SnapshotStore store, TimeProvider time)
{
    /// <summary>Takes one of the groups that a selection means.</summary>
    /// <exception cref="RestoreException">GROUP_NOT_FOUND, GROUP_UNREADABLE: nothing is saved then; a failure of the storage.</exception>
    public async Task<(OffsetSnapshot Snapshot, IReadOnlyList<string> Warnings)> TakeAsync(GroupSelection groups, string? description, CancellationToken cancellationToken)
    {
        var live = await LiveGroups.ReadAsync(cluster, groups, cancellationToken).ConfigureAwait(false);
        return (await SaveAsync(live.Cluster, live.Groups, description, cancellationToken).ConfigureAwait(false), live.Warnings);
    }

    /// <summary>Takes one of groups of which some may not exist yet: those have committed nothing, and a rollback removes what they commit later.</summary>
    /// <exception cref="RestoreException">GROUP_UNREADABLE: nothing is saved then; a failure of the storage.</exception>
    public async Task<OffsetSnapshot> TakeAsync(IReadOnlyCollection<string> groups, string? description, CancellationToken cancellationToken)
    {
        var reached = await cluster.ConnectAsync(cancellationToken).ConfigureAwait(false);
        return await SaveAsync(reached, await LiveGroups.FetchAsync(cluster, groups, cancellationToken).ConfigureAwait(false), description, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Saves what was read just now.</summary>
    /// <exception cref="RestoreException">A failure of the storage.</exception>
    public async Task<OffsetSnapshot> SaveAsync(ClusterDescription from, IReadOnlyList<GroupOffsets> groups, string? description, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(from);
        var now = time.GetUtcNow();
        var snapshot = new OffsetSnapshot(
            SnapshotId.Create(now), DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds()), [.. groups.OrderBy(static group => group.Group, StringComparer.Ordinal)])
        {
            ClusterId = from.ClusterId,
            BootstrapServers = bootstrapServers,
            Description = description,
        };
        await store.SaveAsync(snapshot, cancellationToken).ConfigureAwait(false);
        return snapshot;
    }
}
