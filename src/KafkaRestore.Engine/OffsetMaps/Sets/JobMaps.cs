using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Engine.OffsetMaps.Storage;
using KafkaRestore.Engine.Running;
using KafkaRestore.Engine.State;
using KafkaRestore.Engine.State.Checkpoints;

namespace KafkaRestore.Engine.OffsetMaps.Sets;

/// <summary>The maps in the state of a job on this machine, over all of its runs. Takes no lock: a restore may be running, then they end where its last checkpoints do.</summary>
public static class JobMaps
{
    private const string ClusterKey = "target.cluster_id";
    private const string UnknownCluster = "unknown";

    /// <summary>Reads what the checkpoints say; a map's chunks are read when it is opened.</summary>
    /// <exception cref="Records.Errors.RestoreException">JOB_NOT_FOUND; STATE_CORRUPT: a checkpoint is damaged, and the others alone would be half the truth; STATE_NEWER; STATE_UNWRITABLE.</exception>
    public static OffsetMapSet Read(JobLocation location)
    {
        var job = StoredCheckpoints.Open(location);
        var cache = new OffsetMapCache();
        var maps = new List<StoredMap>();
        foreach (var lane in job.Lanes)
        {
            var checkpoint = job.Read(lane);
            for (var source = 0; source < checkpoint.Sources.Count; source++)
            {
                maps.Add(Map(job, cache, lane, source, checkpoint));
            }
        }

        var cluster = job.Summary.Identity.GetValueOrDefault(ClusterKey);
        return new OffsetMapSet(location.SummaryFile, new OffsetReportSummary { TargetClusterId = cluster == UnknownCluster ? null : cluster }, maps);
    }

    private static StoredMap Map(StoredCheckpoints job, OffsetMapCache cache, int lane, int index, LaneCheckpoint checkpoint)
    {
        var source = checkpoint.Sources[index];
        var pair = new MapPair(new PartitionName(source.Topic, source.Partition), new PartitionName(checkpoint.Topic, checkpoint.Partition));
        return new StoredMap(pair, EndsOf(pair, source), OpenAsync);

        // Reads the checkpoint once more: what it keeps of a map is small for one map and much for thousands.
        async Task<OffsetMap> OpenAsync(CancellationToken cancellationToken)
        {
            var now = job.Read(lane).Sources[index];
            return await OffsetMap.OpenAsync(
                StoredLane.ChunksIn(job.Files, job.FolderOf(StoredLane.MapPart), lane, index), new OffsetMapState(now.MapChunks, now.MapTail), cache, cancellationToken).ConfigureAwait(false);
        }
    }

    private static OffsetReportEntry? EndsOf(MapPair pair, SourceCheckpoint source) => source.Records == 0 ? null : new OffsetReportEntry
    {
        Pair = pair,
        SourceFirstOffset = source.FirstSourceOffset!.Value,
        SourceLastOffset = source.LastSourceOffset!.Value,
        TargetFirstOffset = source.FirstTargetOffset,
        TargetLastOffset = source.LastTargetOffset,
        FirstTimestamp = source.FirstTimestamp ?? TimedRun.NoTimestamp,
        LastTimestamp = source.LastTimestamp ?? TimedRun.NoTimestamp,
    };
}
