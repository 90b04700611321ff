using System.Collections.Concurrent;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Engine.OffsetMaps.Sets;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Verification;
using KafkaRestore.Engine.Verification.Comparison;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Reading;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Engine.OffsetMaps.Rebuilding;

/// <summary>
/// Makes the maps of a restore anew by comparing the target with the archive, record by record: exact, and without a word in the records' headers. Reads archive and target once; changes
/// nothing.
/// </summary>
/// <param name="restore">The restore.</param>
/// <param name="storage">Where the archive is; stays the caller's to dispose.</param>
/// <param name="cluster">The target; stays the caller's to dispose.</param>
/// <param name="openReader">Opens a reader of the target that keeps within a budget, usually <see cref="TargetReaders.OpenAsync"/>.</param>
public sealed class ClusterScan(
    RestoreOptions restore, IArchiveStorage storage, ITargetCluster cluster, Func<MemoryBudget, CancellationToken, Task<ITargetReader>> openReader)
{
    /// <summary>How each target partition stands.</summary>
    public VerificationProgress? Progress { get; private set; }

    /// <summary>Compares every target partition of the plan.</summary>
    /// <returns>The maps, which the caller disposes, and the partitions that are not as the archive, with the reason: they have no map.</returns>
    /// <exception cref="RestoreException">TARGET_UNREACHABLE, TARGET_DENIED; STATE_UNWRITABLE: no room for the maps.</exception>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public async Task<(OffsetMapSet Maps, IReadOnlyDictionary<TargetPartition, string> Unlike)> RunAsync(RestorePlan plan, CancellationToken stop)
    {
        var described = await cluster.ConnectAsync(stop).ConfigureAwait(false);
        var chunks = new TemporaryChunks();
        try
        {
            var matched = new ConcurrentDictionary<LanePlan, MatchedMaps>();
            var job = new VerificationJob(restore, new VerificationOptions { Level = VerificationLevel.Records, AllowNewer = true }, storage, cluster, openReader)
            {
                MapsOf = lane => matched.GetOrAdd(lane, static (lane, chunks) => new MatchedMaps(lane, chunks), chunks),
            };
            Progress = new VerificationProgress(plan, TimeProvider.System);
            await job.RunAsync(plan, Progress, stop).ConfigureAwait(false);
            stop.ThrowIfCancellationRequested();
            var maps = new List<StoredMap>();
            var unlike = new Dictionary<TargetPartition, string>();
            foreach (var lane in Progress.Lanes)
            {
                if (lane.State == LaneVerificationState.Equal)
                {
                    maps.AddRange(await matched[lane.Lane].FinishAsync(stop).ConfigureAwait(false));
                }
                else
                {
                    unlike.Add(lane.Lane.Target, lane.Failure?.Describe() ?? Words(lane.Verdict?.Difference));
                }
            }

            var where = string.Join(',', restore.Target.BootstrapServers);
            return (new OffsetMapSet(where, new OffsetReportSummary { TargetClusterId = described.ClusterId }, maps, chunks), unlike);
        }
        catch
        {
            chunks.Dispose();
            throw;
        }
    }

    private static string Words(Difference? difference) => difference is null ? "it was not compared to its end"
        : $"it is not as the archive: {difference.Kind} at target offset {difference.TargetOffset?.ToString() ?? "(end)"}, source offset {difference.SourceOffset?.ToString() ?? "(end)"}";
}
