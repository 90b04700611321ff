using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Lanes.Reconciling;
using KafkaRestore.Engine.Lanes.Skipping;
using KafkaRestore.Engine.Lanes.Stream;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.State;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Reading;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Engine.Running;

/// <summary>Puts together what each lane of a run works with: from its beginning, or from its checkpoint.</summary>
internal sealed class LaneWorks(
    RestorePlan plan,
    RestoreOptions options,
    ITargetCluster cluster,
    SegmentReader reader,
    MemoryShares shares,
    StoredJob? job,
    Func<CancellationToken, Task<ITargetReader>> targetReader,
    TimeProvider time)
{
    private readonly Dictionary<TargetPartition, JobLane> _stored = job?.Lanes.ToDictionary(lane => lane.Target) ?? [];

    // A request may wait in a connection's buffers before the broker begins to count.
    private static readonly TimeSpan SettleMargin = TimeSpan.FromSeconds(5);

    /// <summary>The work of a lane.</summary>
    /// <param name="status">The lane.</param>
    /// <param name="range">Where its target's log begins and ends.</param>
    /// <param name="topic">Its target's topic; null when it could not be described.</param>
    /// <param name="cancellationToken">Ends the preparation.</param>
    /// <exception cref="RestoreException">STATE_CORRUPT, STATE_NEWER, STATE_UNWRITABLE; TARGET_RECREATED.</exception>
    public async Task<LaneWork> PrepareAsync(LaneStatus status, PartitionRange range, TopicDescription? topic, CancellationToken cancellationToken)
    {
        var lane = status.Lane;
        var stored = _stored.GetValueOrDefault(lane.Target);
        var checkpoint = stored is null ? null : job!.ReadLane(stored.Number);
        if (checkpoint?.TopicId is { } was && topic?.TopicId is { } now && was != now)
        {
            throw new RestoreException(ErrorCodes.TargetRecreated, $"the topic's id is {now}; this lane began with {was}", lane.Target.ToString());
        }

        // A job that is adopted without a checkpoint may have written all that the log holds.
        var adopts = stored is not null && job!.Adopt;
        var resumes = checkpoint is not null || adopts;
        var baseline = checkpoint?.Baseline ?? (adopts ? range.LogStart : range.End);
        var start = checkpoint is null || adopts ? LaneStart.New(lane.Sources.Count, baseline) : LaneResume.StartOf(checkpoint, lane.Sources.Count);
        var counters = start.Sources.Select(source => new SourceCounters(source.Tally)).ToList();
        var journal = new LaneJournal(status, start);
        var log = stored is null ? null : job!.SkipsOf(stored.Number);
        var noted = log?.Read(checkpoint?.Skips ?? 0, forgive: adopts) ?? [];
        var skips = new LaneSkips(lane, journal, status, log, noted);
        var feed = new LaneFeed(Streams(lane, stored, start, counters, new StreamSkips(plan.BackupId, options.Skips, noted)), journal, skips);
        var store = stored is null ? null : new StoredLane(job!, stored, lane, baseline, topic?.TopicId, status);
        var sinkLane = new SinkLane(lane.Target, start.TargetEnd, shares.SinkQueueBytes, topic?.MaxMessageBytes) { LeaveOut = options.Skips.UnwritableRecords ? skips.LeaveOutAsync : null };
        return new LaneWork
        {
            Start = start,
            Baseline = baseline,
            Counters = counters,
            Feed = feed,
            Journal = journal,
            Checkpoints = new LaneCheckpoints(store, journal, options.Execution.CheckpointInterval, time),
            SinkLane = resumes ? sinkLane with { Takeover = (end, token) => TakeOverAsync(status, start, feed, journal, topic, checkpoint?.CleanStop ?? false, end, token) } : sinkLane,
            RecordsPlanned = options.TrustSegments || (stored is not null && LaneResume.HasLostSegments(stored, lane)) ? null : lane.RecordCount,
        };
    }

    private async Task<long> TakeOverAsync(
        LaneStatus status, LaneStart start, LaneFeed feed, LaneJournal journal, TopicDescription? topic, bool cleanStop, long? fencedEnd, CancellationToken cancellationToken)
    {
        var target = status.Lane.Target;
        var accepted = new ReconcileOptions(
            Timestamps: topic?.TimestampType != "LogAppendTime",
            AcceptEmptied: options.State?.AcceptEmptiedTarget ?? false,
            SettleTime: cleanStop ? TimeSpan.Zero : options.Delivery.RequestTimeout + SettleMargin);
        var log = new LogRange(cluster, target, time);
        var reconciler = new Reconciler(await targetReader(cancellationToken).ConfigureAwait(false), log, feed, journal, target, accepted);
        var end = await reconciler.RunAsync(start.TargetEnd, start.Tail, fencedEnd, cancellationToken).ConfigureAwait(false);
        status.Recognise(reconciler.Recognised);
        if (reconciler.Surplus is { } surplus)
        {
            status.Warning = $"{target}: everything was restored already, and offset {surplus} and what follows was written by someone else";
        }

        return end;
    }

    private List<(int, LaneStream)> Streams(LanePlan lane, JobLane? stored, LaneStart start, IReadOnlyList<SourceCounters> counters, StreamSkips skips)
    {
        var generations = stored?.Generations.Select(generation => (generation.Number, generation.Stream)) ?? [(1, lane)];
        return [.. generations
            .Where(generation => generation.Item1 >= start.Position.Generation)
            .Select(generation => (generation.Item1, new LaneStream(
                plan,
                generation.Item2,
                reader,
                new MemoryBudget(Math.Max(1, shares.HeaderRoomBytes)),
                from: generation.Item1 == start.Position.Generation ? start.Position : StreamPosition.Beginning with { Generation = generation.Item1 },
                counters: counters) { Skips = skips }))];
    }
}
