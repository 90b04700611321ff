using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Offsets.Members;
using KafkaRestore.Offsets.Sources;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Offsets.Snapshots;

/// <summary>
/// Gives groups back what they had committed when a snapshot was taken: commits what it has, with the metadata, and removes what it does not have. Everything that can be known is checked before the
/// first change.
/// </summary>
/// <param name="cluster">The cluster.</param>
/// <param name="time">The clock.</param>
public sealed class SnapshotRollback(IConsumerGroups cluster, TimeProvider time)
{
    /// <summary>Rolls back.</summary>
    /// <exception cref="RestoreException">GROUP_NOT_FOUND, GROUP_ACTIVE, GROUP_UNREADABLE, PLAN_CONFLICT (another cluster), a failure of the storage of the safety snapshot: nothing was changed then.</exception>
    public async Task<RollbackReport> RunAsync(OffsetSnapshot snapshot, RollbackOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(options);
        var groups = Choose(snapshot, options.Groups);
        var reached = await cluster.ConnectAsync(cancellationToken).ConfigureAwait(false);
        CheckCluster(snapshot, reached, options);
        string[] names = [.. groups.Select(static group => group.Group)];
        await IdleGroups.EnsureAsync(cluster, names, options.WaitForEmpty, time, options.Notice, cancellationToken).ConfigureAwait(false);
        var before = await LiveGroups.FetchAsync(cluster, names, cancellationToken).ConfigureAwait(false);
        var plan = await RollbackPlan.MakeAsync(cluster, groups, before, options.Clamp, cancellationToken).ConfigureAwait(false);
        var safety = options.Safety is null ? null
            : await options.Safety.SaveAsync(reached, before, $"before the rollback to {snapshot.Id}", cancellationToken).ConfigureAwait(false);
        if (safety is not null)
        {
            options.Notice?.Invoke($"what the groups have now is saved as {safety.Id}");
        }

        var started = time.GetTimestamp();
        var changes = await GroupChanges.ApplyAsync(cluster, plan.Commits, plan.Removals, options, cancellationToken).ConfigureAwait(false);
        var took = time.GetElapsedTime(started);
        var failed = plan.Missing.Select(static missing => missing.Group).Union(changes.FailedGroups).ToHashSet(StringComparer.Ordinal);
        var result = new RollbackResult(
            failed.Count == 0 ? ChangeStatus.Success : changes.Committed + changes.Removed == 0 ? ChangeStatus.Failed : ChangeStatus.PartialSuccess,
            snapshot.Id,
            names.Length - failed.Count,
            failed.Count,
            changes.Committed,
            changes.Removed,
            [.. plan.Missing.Select(static missing => $"{missing.Group}, {missing.Partition}: the partition does not exist"), .. changes.Errors],
            plan.OutOfRange,
            safety?.Id,
            (long)took.TotalMilliseconds);
        return new RollbackReport(result, options.Verify ? await GroupChanges.VerifyAsync(cluster, plan.Expected, alone: true).ConfigureAwait(false) : null);
    }

    /// <summary>Compares the groups with a snapshot and changes nothing.</summary>
    /// <exception cref="RestoreException">GROUP_NOT_FOUND: the snapshot holds none of the groups; GROUP_UNREADABLE; PLAN_CONFLICT (another cluster).</exception>
    public async Task<OffsetVerification> VerifyAsync(OffsetSnapshot snapshot, RollbackOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(options);
        var groups = Choose(snapshot, options.Groups);
        CheckCluster(snapshot, await cluster.ConnectAsync(cancellationToken).ConfigureAwait(false), options);
        return await OffsetComparison.RunAsync(cluster, groups, alone: true, cancellationToken).ConfigureAwait(false);
    }

    private static IReadOnlyList<GroupOffsets> Choose(OffsetSnapshot snapshot, GroupSelection selection)
    {
        var chosen = selection.From(snapshot.Groups, static group => group.Group);
        string[] missing = [.. chosen.Unmatched.Intersect(selection.Names, StringComparer.Ordinal)];
        return missing.Length == 0 && chosen.Groups.Count > 0
            ? chosen.Groups
            : throw new RestoreException(
                ErrorCodes.GroupNotFound,
                missing.Length > 0 ? $"the snapshot does not hold {Naming.Of(missing)}" : "the snapshot holds none of the groups that are meant",
                snapshot.Id,
                snapshot.Groups.Count == 0 ? "It holds no group at all." : $"It holds {Naming.Of([.. snapshot.Groups.Select(static group => group.Group)])}.");
    }

    private static void CheckCluster(OffsetSnapshot snapshot, ClusterDescription reached, RollbackOptions options)
    {
        if (!options.OtherCluster && snapshot.ClusterId is { } of && reached.ClusterId is { } at && of != at)
        {
            throw new RestoreException(
                ErrorCodes.PlanConflict, $"the snapshot is of the cluster {of}, and this is the cluster {at}", snapshot.Id, "Name the brokers of the snapshot's cluster; if this one is really meant, say --other-cluster.");
        }
    }
}
