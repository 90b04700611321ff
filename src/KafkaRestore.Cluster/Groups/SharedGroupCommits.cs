using KafkaRestore.Cluster.Messages;
using KafkaRestore.Cluster.Silos;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Offsets.Restoring;
using KafkaRestore.Records.Errors;
using Orleans.Runtime.Placement;

namespace KafkaRestore.Cluster.Groups;

/// <summary>Commits offsets of a job's consumer groups from all silos at once, those of one coordinator from one silo.</summary>
/// <remarks>
/// A silo that is lost may have committed before it was. What its groups stand at is read before they are given to another silo: one that stands where it should is done, and one that stands neither
/// there nor where it stood at the beginning has committed by itself since, and is left alone.
/// </remarks>
/// <param name="jobId">The job.</param>
/// <param name="snapshotFolder">Where what groups have committed before is saved.</param>
/// <param name="target">The groups of the target; stays the caller's to dispose.</param>
/// <param name="grains">Finds grains.</param>
/// <param name="silos">The silos.</param>
/// <param name="time">The clock.</param>
internal sealed class SharedGroupCommits(string jobId, string snapshotFolder, IConsumerGroups target, IGrainFactory grains, SiloView silos, TimeProvider time) : IGroupCommits
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Lock _gate = new();
    private readonly List<string> _snapshots = [];

    /// <summary>Hears of silos that were lost, in words.</summary>
    public Action<string> Say { get; init; } = static _ => { };

    /// <inheritdoc/>
    public string? SnapshotPath => snapshotFolder;

    /// <inheritdoc/>
    public IReadOnlyList<string> Snapshots
    {
        get
        {
            lock (_gate)
            {
                return [.. _snapshots];
            }
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> CommitAsync(IReadOnlyList<GroupOffsets> groups, CancellationToken cancellationToken)
    {
        var before = await FetchAsync(groups, cancellationToken).ConfigureAwait(false);
        var open = silos.Open;
        var shares = GroupShares.Of(groups, open.Count);
        var results = await Task.WhenAll(shares.Select((share, number) => CommitAsync(number, share, before, cancellationToken))).ConfigureAwait(false);
        return results.SelectMany(static failures => failures).ToDictionary(static pair => pair.Key, static pair => pair.Value, StringComparer.Ordinal);
    }

    private async Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> CommitAsync(
        int number, IReadOnlyList<GroupOffsets> share, IReadOnlyDictionary<string, GroupOffsets> before, CancellationToken stop)
    {
        var failures = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        var left = share;
        var since = time.GetTimestamp();
        while (left.Count > 0)
        {
            try
            {
                var result = await AskAsync(number, left, stop).ConfigureAwait(false);
                lock (_gate)
                {
                    _snapshots.AddRange(result.Snapshots);
                }

                if (!result.IsCutOff || stop.IsCancellationRequested)
                {
                    foreach (var (group, reasons) in result.Failures)
                    {
                        failures[group] = reasons;
                    }

                    return failures;
                }

                left = await StillToDoAsync(left, before, failures, stop).ConfigureAwait(false);
            }
            catch (Exception away) when (ClusterFailures.IsPassing(away) && !stop.IsCancellationRequested && time.GetElapsedTime(since) < Patience)
            {
                Say($"a silo is gone that committed offsets of {left.Count} consumer group(s); another one goes on");
                await Task.Delay(Pause, time, stop).ConfigureAwait(false);
                left = await StillToDoAsync(left, before, failures, stop).ConfigureAwait(false);
            }
            catch (Exception away) when (ClusterFailures.IsPassing(away) && !stop.IsCancellationRequested)
            {
                throw new RestoreException(ErrorCodes.ServerUnreachable, $"no silo commits offsets of {left.Count} consumer group(s): {away.Message}", jobId, "Resume the job when the cluster is well; `kafka-restore cluster status` shows it.", away);
            }
        }

        return failures;
    }

    private async Task<GroupShareResult> AskAsync(int number, IReadOnlyList<GroupOffsets> groups, CancellationToken stop)
    {
        var open = silos.Open;
        if (open.Count > 0 && silos.AddressOf(open[number % open.Count].Address) is { } address)
        {
            RequestContext.Set(IPlacementDirector.PlacementHintKey, address);
        }

        try
        {
            var share = Json<GroupShare>.Of(new GroupShare(snapshotFolder, [.. groups.Select(SharedGroup.Of)]));
            return (await grains.GetGrain<IOffsetResetGrain>($"{jobId}/{number}").CommitAsync(share, stop).ConfigureAwait(false)).Value.Take();
        }
        finally
        {
            RequestContext.Remove(IPlacementDirector.PlacementHintKey);
        }
    }

    /// <summary>The groups of a lost silo that nobody has committed yet, as far as they are still where they were.</summary>
    private async Task<IReadOnlyList<GroupOffsets>> StillToDoAsync(
        IReadOnlyList<GroupOffsets> groups, IReadOnlyDictionary<string, GroupOffsets> before, Dictionary<string, IReadOnlyList<string>> failures, CancellationToken stop)
    {
        var now = await FetchAsync(groups, stop).ConfigureAwait(false);
        var left = new List<GroupOffsets>();
        foreach (var group in groups)
        {
            var (then, current) = (before.GetValueOrDefault(group.Group), now.GetValueOrDefault(group.Group));
            if (then is null || current is null)
            {
                left.Add(group); // what it has committed could not be read; whoever commits says so
            }
            else if (group.Offsets.FirstOrDefault(offset => At(current, offset.Key) is var at && at != offset.Value.Offset && at != At(then, offset.Key)) is { Key.Topic: not null } moved)
            {
                failures[group.Group] = [$"it has committed by itself while it was being reset ({moved.Key}: {At(current, moved.Key)}, neither {At(then, moved.Key)} nor {moved.Value.Offset}); it was left alone"];
            }
            else if (group.Offsets.Any(offset => At(current, offset.Key) != offset.Value.Offset))
            {
                left.Add(group);
            }
        }

        return left;

        static long? At(GroupOffsets group, Kafka.TargetPartition partition) => group.Offsets.TryGetValue(partition, out var committed) ? committed.Offset : null;
    }

    private async Task<IReadOnlyDictionary<string, GroupOffsets>> FetchAsync(IReadOnlyList<GroupOffsets> groups, CancellationToken stop) =>
        (await target.FetchAsync([.. groups.Select(static group => group.Group)], stop).ConfigureAwait(false))
            .Where(static fetched => fetched.IsWhole).ToDictionary(static fetched => fetched.Offsets.Group, static fetched => fetched.Offsets, StringComparer.Ordinal);
}
