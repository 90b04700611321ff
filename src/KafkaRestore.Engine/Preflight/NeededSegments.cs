using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;

namespace KafkaRestore.Engine.Preflight;

/// <summary>The segments that a run reads, and when their objects are looked for.</summary>
public sealed class NeededSegments
{
    // A restart must not wait for a million answers of the storage before its first record.
    private const int MostBeforeGoingOn = 2_048;

    private NeededSegments(IEnumerable<NeededSegment> first, IEnumerable<NeededSegment> later, bool isAll)
    {
        First = first;
        Later = later;
        IsAll = isAll;
    }

    /// <summary>Those that are looked for before the first write.</summary>
    public IEnumerable<NeededSegment> First { get; }

    /// <summary>Those that are looked for while the run goes on.</summary>
    public IEnumerable<NeededSegment> Later { get; }

    /// <summary>Whether all are looked for before the first write.</summary>
    public bool IsAll { get; }

    /// <summary>All segments of a plan, before anything is written.</summary>
    public static NeededSegments Of(RestorePlan plan, RestoreOptions options) => new(
        from pair in plan.Sources
        from segment in pair.Source.Segments
        select Needed(plan, options, pair.Lane, pair.Source, segment),
        [],
        isAll: true);

    /// <summary>
    /// What the lanes of a job that goes on have yet to read. All was looked for when it began: what comes next is looked for again before the first write, the rest afterwards.
    /// </summary>
    /// <param name="plan">The plan.</param>
    /// <param name="options">What was asked for.</param>
    /// <param name="lanes">What each lane that is not done reads, in the order in which they start; of those that read the same, one.</param>
    public static NeededSegments Ahead(RestorePlan plan, RestoreOptions options, IReadOnlyList<LaneAhead> lanes)
    {
        var share = Math.Max(1, MostBeforeGoingOn / Math.Max(1, lanes.Count));
        return new NeededSegments(
            lanes.Take(MostBeforeGoingOn).SelectMany(lane => Of(lane).Take(share)),
            lanes.SelectMany((lane, index) => index < MostBeforeGoingOn ? Of(lane).Skip(share) : Of(lane)),
            isAll: !lanes.Skip(MostBeforeGoingOn).Any() && !lanes.Any(lane => lane.Segments.Skip(share).Any()));

        IEnumerable<NeededSegment> Of(LaneAhead lane) => lane.Segments.Select(read => Needed(plan, options, lane.Lane, read.Source, read.Segment));
    }

    // A damaged segment of a repartitioned topic is never left out: each of its lanes would have to decide for itself.
    private static NeededSegment Needed(RestorePlan plan, RestoreOptions options, LanePlan lane, LaneSource source, SegmentEntry segment) =>
        new(new SegmentReference(plan.BackupId, source.Topic, source.Partition, segment), options.Skips.DamagedSegments && lane.Repartitioning is null);
}

/// <summary>A segment that a run reads.</summary>
/// <param name="Segment">Which.</param>
/// <param name="MayBeLost">Whether the run can do without it.</param>
public readonly record struct NeededSegment(SegmentReference Segment, bool MayBeLost);

/// <summary>What a lane of a job that goes on has yet to read.</summary>
/// <param name="Lane">The lane.</param>
/// <param name="Segments">Its segments in the order in which it reads them; may be enumerated several times.</param>
public sealed record LaneAhead(LanePlan Lane, IEnumerable<(LaneSource Source, SegmentEntry Segment)> Segments);
