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

    private JobState(StoredJob stored, bool isCoordinated)
    {
        Stored = stored;
        var begun = new HashSet<TargetPartition>();
        foreach (var lane in stored.Lanes)
        {
            if (isCoordinated)
            {
                // Which lanes are to be carried out is decided elsewhere.
                _lanes[lane.Target] = (lane, false, StreamPosition.Beginning);
                continue;
            }

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
    public IReadOnlySet<TargetPartition> Begun { get; private set; }

    /// <summary>Looks for lanes that other processes have begun for the job since it was opened.</summary>
    /// <returns>Whether there are any.</returns>
    /// <exception cref="RestoreException">STATE_UNWRITABLE: they cannot be read.</exception>
    public bool LookAgain()
    {
        var begun = new HashSet<TargetPartition>(Begun);
        begun.UnionWith(Stored.LanesWithCheckpoint().Select(number => Stored.Lanes[number].Target));
        var isMore = begun.Count > Begun.Count;
        Begun = begun;
        return isMore;
    }

    /// <summary>Opens the job that means the same as this run, or begins one; locks it.</summary>
    /// <exception cref="RestoreException">JOB_LOCKED, JOB_DIFFERS, STATE_CORRUPT, STATE_NEWER, STATE_UNWRITABLE, CONFIG_INVALID.</exception>
    public static JobState Open(RestoreOptions options, RestorePlan plan, Archive.Storage.StorageProperties storage, string? clusterId, TimeProvider time)
    {
        var identity = JobIdentity.Of(options, plan, storage, clusterId);
        var state = options.State ?? throw new ArgumentException("no state is kept", nameof(options));
        var location = LocationOf(state, identity);
        return Of(new JobStore(location.Files, time).OpenOrCreate(new JobRequest
        {
            Location = location,
            Identity = identity,
            Plan = plan,
            RestoreId = state.RestoreId,
            Adopt = state.Adopt,
            Again = state.Again,
        }), isCoordinated: false);
    }

    /// <summary>Opens the lanes of a job that another process coordinates; this one takes over single lanes of it, and never writes its summary.</summary>
    /// <param name="plan">The plan, of the same archive and options.</param>
    /// <param name="location">Where its state is.</param>
    /// <param name="identity">What the job means.</param>
    /// <param name="adopt">Whether lanes are compared from where they began.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="RestoreException">JOB_NOT_FOUND, JOB_DIFFERS, STATE_CORRUPT, STATE_NEWER, STATE_UNWRITABLE.</exception>
    public static JobState Attach(RestorePlan plan, JobLocation location, JobIdentity identity, bool adopt, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(location);
        return Of(new JobStore(location.Files, time).Attach(new JobRequest { Location = location, Identity = identity, Plan = plan, Adopt = adopt }), isCoordinated: true);
    }

    private static JobState Of(StoredJob stored, bool isCoordinated)
    {
        try
        {
            return new JobState(stored, isCoordinated);
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

    private static JobLocation LocationOf(StateOptions state, JobIdentity identity) => JobLocation.Of(state, JobId.Of(state.RestoreId, identity));

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

    /// <summary>The number of a lane in the job.</summary>
    public int NumberOf(TargetPartition target) => _lanes[target].Lane.Number;

    /// <summary>Takes over how a lane ended in another process.</summary>
    /// <param name="status">The lane, as this process knows it.</param>
    /// <param name="report">The last that was said of it.</param>
    /// <param name="backupId">The archive.</param>
    public void Settle(LaneStatus status, LaneReport report, string backupId)
    {
        ArgumentNullException.ThrowIfNull(status);
        ArgumentNullException.ThrowIfNull(report);
        try
        {
            var number = report.Lane;
            if (Stored.ReadLane(number) is not { } checkpoint)
            {
                status.End(report.State, report.Failure?.ToException());
                return;
            }

            status.Settle(LaneResume.StartOf(checkpoint, status.Lane.Sources.Count), checkpoint.Baseline, backupId, Stored.SkipsOf(number).Read(checkpoint.Skips), report);
        }
        catch (RestoreException damaged)
        {
            // The lane may well be done; nobody can say what it did, and the next run finds it in the target.
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
