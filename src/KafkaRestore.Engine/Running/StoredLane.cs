using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.OffsetMaps.Storage;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.State;
using KafkaRestore.Engine.State.Checkpoints;
using KafkaRestore.Engine.State.Files;

namespace KafkaRestore.Engine.Running;

/// <summary>A lane's checkpoints in the state of a job: map chunks in a folder for each source, the rest in one small file.</summary>
internal sealed class StoredLane(StoredJob job, JobLane stored, LanePlan lane, long baseline, Guid? topicId, LaneStatus status) : ILaneStore
{
    /// <summary>The part of a job's state that holds offset maps.</summary>
    public const string MapPart = "maps";

    /// <summary>Where the map chunks of one source of a lane are.</summary>
    public static IOffsetMapChunks ChunksOf(StoredJob job, int laneNumber, int source) =>
        ChunksIn(job.FilesOf(laneNumber), job.FolderOf(MapPart), laneNumber, source);

    /// <summary>The same, where the folder of all maps is known.</summary>
    public static IOffsetMapChunks ChunksIn(IStateFiles files, string mapFolder, int laneNumber, int source) =>
        new DirectoryOffsetMapChunks(files, Path.Combine(mapFolder, $"{laneNumber}.{source}"));

    /// <inheritdoc/>
    public async Task SaveAsync(LaneSnapshot snapshot, LaneState state, bool cleanStop, CancellationToken cancellationToken)
    {
        for (var i = 0; i < snapshot.Maps.Count; i++)
        {
            if (snapshot.Maps[i].Pending.Count > 0)
            {
                await snapshot.Maps[i].PutAsync(ChunksOf(job, stored.Number, i), cancellationToken).ConfigureAwait(false);
            }
        }

        var sources = new List<SourceCheckpoint>(lane.Sources.Count);
        for (var i = 0; i < lane.Sources.Count; i++)
        {
            sources.Add(LaneResume.Of(lane.Sources[i], snapshot.Acks[i], snapshot.Tallies[i], snapshot.Maps[i].State));
        }

        job.Save(stored.Number, new LaneCheckpoint
        {
            Topic = lane.Target.Topic,
            Partition = lane.Target.Partition,
            TopicId = topicId,
            State = state,
            CleanStop = cleanStop,
            Baseline = status.Baseline < baseline ? baseline : status.Baseline,
            ExpectedEnd = snapshot.TargetEnd,
            Position = snapshot.Position,
            Tail = new TailDigest(snapshot.Tail.Length / RecordTail.EntryBytes, snapshot.Tail),
            Sources = sources,
            Skips = status.Skips.Count,
        });
    }
}
