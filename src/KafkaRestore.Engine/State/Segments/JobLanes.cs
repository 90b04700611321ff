using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Engine.Lanes.Stream;
using KafkaRestore.Engine.Planning;

namespace KafkaRestore.Engine.State.Segments;

/// <summary>The lanes of a job, made of what it has recorded and of what the archive selects now.</summary>
internal sealed class JobLanes
{
    private JobLanes(IReadOnlyList<JobLane> lanes, int generations, bool hasGrown, ArchiveRefusal refusal)
    {
        Lanes = lanes;
        Generations = generations;
        HasGrown = hasGrown;
        Refusal = refusal;
    }

    /// <summary>By number.</summary>
    public IReadOnlyList<JobLane> Lanes { get; }

    /// <summary>Number of the last generation.</summary>
    public int Generations { get; }

    /// <summary>Whether the last generation is new and has to be recorded.</summary>
    public bool HasGrown { get; }

    /// <summary>Why the job cannot go on with this archive.</summary>
    public ArchiveRefusal Refusal { get; }

    /// <summary>The lanes of a new job: numbered by target, because the order in which they start may change.</summary>
    public static JobLanes New(RestorePlan plan) => new(
        [.. InOrder(plan.Lanes).Select((lane, number) => new JobLane(number, lane.Target, [new LaneGeneration(1, lane)], lane.Sources, lane.RecordCount))],
        generations: 1,
        hasGrown: true,
        new ArchiveRefusal());

    /// <summary>The lanes of a job that is there already.</summary>
    /// <param name="recorded">What it has recorded.</param>
    /// <param name="plan">What the archive selects now.</param>
    /// <param name="position">How far each lane has come, by number; null where nothing may be taken as done.</param>
    public static JobLanes Match(SegmentRecordReader recorded, RestorePlan plan, Func<int, StreamPosition?> position)
    {
        var refusal = new ArchiveRefusal();
        var grown = recorded.Generations + 1;
        var left = plan.Lanes.ToDictionary(lane => lane.Target);
        var lanes = new List<JobLane>(recorded.Lanes);
        foreach (var lane in recorded.ReadLanes())
        {
            left.Remove(lane.Target, out var now);
            lanes.Add(Match(lanes.Count, lane, now?.With([.. now.Sources.Select(source => SlackDecision.Of(source, lane, plan.Rules))]), position(lanes.Count), grown, refusal));
        }

        foreach (var lane in InOrder(left.Values))
        {
            lanes.Add(new JobLane(lanes.Count, lane.Target, [new LaneGeneration(grown, lane)], lane.Sources, lane.RecordCount));
        }

        var hasGrown = lanes.Exists(lane => lane.Generations[^1].Number == grown);
        return new JobLanes(lanes, hasGrown ? grown : recorded.Generations, hasGrown, refusal);
    }

    private static JobLane Match(int number, RecordedLane recorded, LanePlan? now, StreamPosition? position, int grown, ArchiveRefusal refusal)
    {
        var sources = new List<MatchedSource>();
        foreach (var source in recorded.Sources)
        {
            var current = now?.Sources.FirstOrDefault(candidate => candidate.Topic == source.Topic && candidate.Partition == source.Partition) ?? LaneSource.Empty(source.Topic, source.Partition);
            var comparison = SegmentComparison.Of(source, sources.Count, current.Segments, position);
            refusal.Add(source, comparison);
            sources.Add(new MatchedSource(current, comparison));
        }

        foreach (var fresh in now?.Sources ?? [])
        {
            if (!recorded.Sources.Any(source => source.Topic == fresh.Topic && source.Partition == fresh.Partition))
            {
                sources.Add(new MatchedSource(fresh, SegmentComparison.Of(null, sources.Count, fresh.Segments, position)));
            }
        }

        var numbers = recorded.Sources.SelectMany(source => source.Generations).Select(generation => generation.Number).Distinct().Order().ToList();
        if (sources.Exists(source => source.Comparison.NewCount > 0))
        {
            numbers.Add(grown);
        }

        var before = recorded.Sources.SelectMany(source => source.Generations).SelectMany(generation => generation.Segments).Sum(segment => segment.Count);
        var since = sources.Sum(source => source.In(grown, grown).RecordCount);
        return new JobLane(number, recorded.Target, [.. numbers.Select(generation => new LaneGeneration(generation, new LanePlan
        {
            Target = recorded.Target,
            Repartitioning = now?.Repartitioning,
            Sources = [.. sources.Select(source => source.In(generation, grown))],
        }))], now?.Sources ?? [], before + since);
    }

    private static IEnumerable<LanePlan> InOrder(IEnumerable<LanePlan> lanes) =>
        lanes.OrderBy(lane => lane.Target.Topic, StringComparer.Ordinal).ThenBy(lane => lane.Target.Partition);

    private sealed record MatchedSource(LaneSource Now, SegmentComparison Comparison)
    {
        public LaneSource In(int generation, int grown)
        {
            var range = generation == grown
                ? new GenerationRange(generation, Now.Segments.Count - Comparison.NewCount, Comparison.NewCount)
                : Comparison.Ranges.FirstOrDefault(range => range.Generation == generation);
            return range.Count == Now.Segments.Count ? Now : new LaneSource
            {
                Topic = Now.Topic,
                Partition = Now.Partition,
                Completeness = Now.Completeness,
                Segments = new ListSlice<SegmentEntry>(Now.Segments, range.First, range.Count),
            };
        }
    }
}
