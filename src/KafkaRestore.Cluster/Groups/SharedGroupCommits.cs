using KafkaRestore.Cluster.Messages;
using KafkaRestore.Cluster.Silos;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Offsets.Restoring;
using KafkaRestore.Records.Errors;
using Orleans.Runtime.Placement;

namespace KafkaRestore.Cluster.Groups;

/// <summary>Commits offsets of a job's consumer groups from all silos at once, those of one coordinator from one silo.</summary>
/// <remarks>A silo that is lost may have committed before it was; see <see cref="LostShare"/>.</remarks>
/// <param name="jobId">The job.</param>
/// <param name="snapshotFolder">Where what groups have committed before is saved.</param>
/// <param name="target">The groups of the target; stays the caller's to dispose.</param>
/// <param name="grains">Finds grains.</param>
/// <param name="silos">The silos.</param>
/// <param name="time">The clock.</param>
internal sealed class SharedGroupCommits(string jobId, string snapshotFolder, IConsumerGroups target, IGrainFactory grains, SiloView silos, TimeProvider time) : IGroupCommits
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Lock _gate = new();
    private readonly List<string> _snapshots = [];

    /// <summary>Hears whom the silos wait for, and of silos that were lost, in words.</summary>
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

                left = LostShare.StillToDo(left, before, await FetchAsync(left, stop).ConfigureAwait(false), failures);
            }
            catch (Exception away) when (ClusterFailures.IsPassing(away) && !stop.IsCancellationRequested && time.GetElapsedTime(since) < Patience)
            {
                Say($"a silo is gone that committed offsets of {left.Count} consumer group(s); another one goes on");
                await Task.Delay(Pause, time, stop).ConfigureAwait(false);
                left = LostShare.StillToDo(left, before, await FetchAsync(left, stop).ConfigureAwait(false), failures);
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
            var grain = grains.GetGrain<IOffsetResetGrain>($"{jobId}/{number}");
            var work = grain.CommitAsync(share, stop);
            await HearAsync(grain, work).ConfigureAwait(false);
            return (await work.ConfigureAwait(false)).Value.Take();
        }
        finally
        {
            RequestContext.Remove(IPlacementDirector.PlacementHintKey);
        }
    }

    /// <summary>Repeats what a silo says as long as it works.</summary>
    private async Task HearAsync(IOffsetResetGrain grain, Task work)
    {
        while (await Task.WhenAny(work, Task.Delay(Look, time, CancellationToken.None)).ConfigureAwait(false) != work)
        {
            try
            {
                foreach (var line in await grain.HearAsync().ConfigureAwait(false))
                {
                    Say(line);
                }
            }
            catch (Exception away) when (ClusterFailures.IsPassing(away))
            {
                // The work itself says whether the silo is gone.
            }
        }
    }

    private async Task<IReadOnlyDictionary<string, GroupOffsets>> FetchAsync(IReadOnlyList<GroupOffsets> groups, CancellationToken stop) =>
        (await target.FetchAsync([.. groups.Select(static group => group.Group)], stop).ConfigureAwait(false))
            .Where(static fetched => fetched.IsWhole).ToDictionary(static fetched => fetched.Offsets.Group, static fetched => fetched.Offsets, StringComparer.Ordinal);
}
