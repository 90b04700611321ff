using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Lanes.Reconciling;
using KafkaRestore.Engine.Lanes.Skipping;
using KafkaRestore.Engine.Lanes.Spreading;
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
    private readonly PlannedRecords _planned = new(options, job);

    // A request may wait in a connection's buffers before the broker begins to count.
    private static readonly TimeSpan SettleMargin = TimeSpan.FromSeconds(5);

    /// <summary>The work of a lane.</summary>
    /// <param name="status">The lane.</param>
    /// <param name="range">Where its target's log begins and ends.</param>
    /// <param name="topic">Its target's topic; null when it could not be described.</param>
    /// <param name="wave">What it reads from together with others; null: it reads for itself.</param>
    /// <param name="cancellationToken">Ends the preparation.</param>
    /// <exception cref="RestoreException">STATE_CORRUPT, STATE_NEWER, STATE_UNWRITABLE; TARGET_RECREATED.</exception>
    public async Task<LaneWork> PrepareAsync(
        LaneStatus status, PartitionRange range, TopicDescription? topic, SpreadWave? wave, CancellationToken cancellationToken)
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
        var feed = new LaneFeed(Streams(lane, stored, start, counters, wave, new StreamSkips(plan.BackupId, SkipsAllowed(lane), noted)), journal, skips);
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
            RecordsPlanned = lane.Repartitioning is null ? _planned.Of(lane) : null,
        };
    }

    // The lanes of a repartitioned topic read it together, and each would have to decide for itself.
    private SkipOptions SkipsAllowed(LanePlan lane) => lane.Repartitioning is null ? options.Skips : options.Skips with { DamagedSegments = false };

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

    private List<(int, LaneStream)> Streams(
        LanePlan lane, JobLane? stored, LaneStart start, IReadOnlyList<SourceCounters> counters, SpreadWave? wave, StreamSkips skips)
    {
        var generations = stored?.Generations.Select(generation => (generation.Number, generation.Stream)) ?? [(1, lane)];
        return [.. generations.Where(generation => generation.Item1 >= start.Position.Generation).Select(generation => (generation.Item1, Stream(generation.Item1, generation.Item2)))];

        LaneStream Stream(int number, LanePlan selected)
        {
            var from = number == start.Position.Generation ? start.Position : StreamPosition.Beginning with { Generation = number };
            var room = new MemoryBudget(Math.Max(1, shares.HeaderRoomBytes));
            return wave is null
                ? new LaneStream(plan, selected, reader, room, from: from, counters: counters) { Skips = skips }
                : new LaneStream(plan, selected, wave.Join(number, selected, from), room, from: from, counters: counters) { Skips = skips };
        }
    }
}
