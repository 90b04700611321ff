using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Lanes.Stream;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Preflight;
using KafkaRestore.Engine.State;
using KafkaRestore.Engine.State.Checkpoints;
using KafkaRestore.Engine.State.Identity;
using KafkaRestore.Kafka;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Running;

/// <summary>The durable state of the job that this process works on: which lanes were begun, which are done, and in which order their sources are numbered.</summary>
public sealed class JobState : IDisposable
{
    // Without the checkpoints: each may hold much of an offset map.
    private readonly Dictionary<TargetPartition, (JobLane Lane, bool IsFinished, StreamPosition Position)> _lanes = [];

    private JobState(StoredJob stored)
    {
        Stored = stored;
        var begun = new HashSet<TargetPartition>();
        foreach (var lane in stored.Lanes)
        {
            LaneCheckpoint? checkpoint = null;
            var isDamaged = false;
            try
            {
                checkpoint = stored.ReadLane(lane.Number);
            }
            catch (RestoreException damaged) when (damaged.Code == ErrorCodes.StateCorrupt)
            {
                // The lane says so itself when its turn comes; the others go on.
                isDamaged = true;
            }

            _lanes[lane.Target] = (lane, !stored.Adopt && lane.IsFinished(checkpoint), stored.Adopt ? StreamPosition.Beginning : checkpoint?.Position ?? StreamPosition.Beginning);
            if (checkpoint is not null || isDamaged || stored.Adopt)
            {
                begun.Add(lane.Target);
            }
        }

        Begun = begun;
    }

    /// <summary>The state on disk.</summary>
    public StoredJob Stored { get; }

    /// <summary>Targets whose lanes an earlier run has begun.</summary>
    public IReadOnlySet<TargetPartition> Begun { get; }

    /// <summary>Opens the job that means the same as this run, or begins one; locks it.</summary>
    /// <exception cref="RestoreException">JOB_LOCKED, JOB_DIFFERS, STATE_CORRUPT, STATE_NEWER, STATE_UNWRITABLE, CONFIG_INVALID.</exception>
    public static JobState Open(RestoreOptions options, RestorePlan plan, Archive.Storage.StorageProperties storage, string? clusterId, TimeProvider time)
    {
        var identity = JobIdentity.Of(options, plan, storage, clusterId);
        var state = options.State ?? throw new ArgumentException("no state is kept", nameof(options));
        var stored = new JobStore(time).OpenOrCreate(new JobRequest
        {
            Location = LocationOf(state, identity),
            Identity = identity,
            Plan = plan,
            RestoreId = state.RestoreId,
            Adopt = state.Adopt,
            Again = state.Again,
        });
        try
        {
            return new JobState(stored);
        }
        catch
        {
            stored.Dispose();
            throw;
        }
    }

    /// <summary>Where the state of the job is that means the same as this run.</summary>
    public static JobLocation LocationOf(RestoreOptions options, RestorePlan plan, Archive.Storage.StorageProperties storage, string? clusterId) =>
        LocationOf(options.State ?? throw new ArgumentException("no state is kept", nameof(options)), JobIdentity.Of(options, plan, storage, clusterId));

    private static JobLocation LocationOf(StateOptions state, JobIdentity identity) => state.CheckpointFile is { } file
        ? JobLocation.AtFile(file)
        : JobLocation.InDirectory(StateDirectory.Find(state.Directory), JobId.Of(state.RestoreId, identity));

    /// <summary>Whether every lane was finished by an earlier run.</summary>
    public bool IsFinished => _lanes.Values.All(lane => lane.IsFinished) && !Stored.Adopt;

    /// <summary>The plan with each lane's sources in the order in which the job has numbered them, and with what the job has decided of them.</summary>
    public RestorePlan Order(RestorePlan plan) => plan.With([.. plan.Lanes.Select(lane => lane.With(
        [.. _lanes[lane.Target].Lane.Generations[^1].Stream.Sources.Select(source =>
            _lanes[lane.Target].Lane.Selected.FirstOrDefault(now => now.Topic == source.Topic && now.Partition == source.Partition) ?? LaneSource.Empty(source.Topic, source.Partition))]))]);

    /// <summary>What lanes that are not done have yet to read; of those that read together, the one that is farthest behind stands for all.</summary>
    /// <param name="plan">The plan.</param>
    public IReadOnlyList<LaneAhead> Ahead(RestorePlan plan) =>
    [
        .. plan.Lanes
            .Where(lane => !_lanes[lane.Target].IsFinished)
            .GroupBy(lane => lane.Repartitioning is null ? lane.Target : lane.Target with { Partition = 0 })
            .Select(together => together.MinBy(lane => _lanes[lane.Target].Position is var at ? (at.Generation, at.Source, at.ReadFrom) : default)!)
            .Select(lane => new LaneAhead(lane, Ahead(_lanes[lane.Target].Lane, _lanes[lane.Target].Position))),
    ];

    private static IEnumerable<(LaneSource, SegmentEntry)> Ahead(JobLane lane, StreamPosition position) =>
        from generation in lane.Generations
        from source in generation.Stream.Sources.Select((source, index) => (Source: source, Index: index))
        from segment in source.Source.Segments
        where !position.IsPast(generation.Number, source.Index, segment.EndOffset)
        select (source.Source, segment);

    /// <summary>Tells <paramref name="progress"/> of the lanes that an earlier run has finished.</summary>
    /// <param name="progress">This run's progress.</param>
    /// <param name="topics">The target's topics. A finished lane whose topic is not the one that it wrote to is left to run, and fails with that reason.</param>
    public void Recall(RestoreProgress progress, IReadOnlyDictionary<string, TopicDescription> topics)
    {
        foreach (var status in progress.Lanes)
        {
            var (lane, isFinished, _) = _lanes[status.Lane.Target];
            if (isFinished && Stored.ReadLane(lane.Number) is { } checkpoint && IsStillThere(checkpoint, topics.GetValueOrDefault(lane.Target.Topic)))
            {
                Recall(status, lane, checkpoint, progress.Plan.BackupId);
            }
        }
    }

    private void Recall(LaneStatus status, JobLane lane, LaneCheckpoint checkpoint, string backupId)
    {
        try
        {
            var skips = Stored.SkipsOf(lane.Number).Read(checkpoint.Skips);
            status.Recall(LaneResume.StartOf(checkpoint, status.Lane.Sources.Count), checkpoint.Baseline, backupId, skips);
        }
        catch (RestoreException damaged) when (damaged.Code == ErrorCodes.StateCorrupt)
        {
            // Nobody can say what this lane has left out; the others go on.
            status.End(LaneState.Failed, damaged);
        }
    }

    /// <summary>Writes the summary when it is due.</summary>
    public void SaveSummary() => Stored.SaveSummary(JobStatus.Running);

    /// <summary>Writes the summary at the end of a run.</summary>
    /// <param name="progress">How the lanes ended.</param>
    /// <param name="stopped">Whether the run was stopped.</param>
    /// <param name="doubtful">Targets of lanes that are done by their own word, and whose logs say otherwise: the next run compares them.</param>
    /// <exception cref="RestoreException">STATE_UNWRITABLE.</exception>
    public void End(RestoreProgress progress, bool stopped, IEnumerable<TargetPartition> doubtful)
    {
        // What an earlier run has finished and this one has found gone must not count as finished again.
        var gone = progress.Lanes.Where(lane => lane.State == LaneState.Failed && _lanes[lane.Lane.Target].IsFinished).Select(lane => lane.Lane.Target);
        foreach (var target in doubtful.Concat(gone))
        {
            var lane = _lanes[target].Lane.Number;
            if (Stored.ReadLane(lane) is { } checkpoint)
            {
                Stored.Save(lane, checkpoint with { State = LaneState.Failed });
            }
        }

        if (progress.Lanes.All(lane => lane.State == LaneState.Done) && Stored.IsComplete)
        {
            Stored.Complete();
        }
        else
        {
            Stored.SaveSummary(stopped ? JobStatus.Stopped : JobStatus.Partial, now: true);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Stored.Dispose();

    private static bool IsStillThere(LaneCheckpoint checkpoint, TopicDescription? topic) =>
        topic is not null && (checkpoint.TopicId is not { } was || topic.TopicId is not { } now || was == now);
}
