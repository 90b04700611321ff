using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Preflight.Facts;

namespace KafkaRestore.Engine.Preflight.Checks;

/// <summary>
/// How many log segments the brokers would roll because of the records' times: a log segment is closed when a record is more than <c>segment.ms</c> younger than its first one.
/// </summary>
internal sealed class RollingCheck : TargetCheck
{
    private const long Many = 1_000;
    private const long Some = 10;

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Find(PreflightContext context, TargetFacts target) => context.IsFirstRun ? target.Topics.SelectMany(topic => Of(context.Plan, topic)) : [];

    private static IEnumerable<Finding> Of(RestorePlan plan, TopicFacts topic)
    {
        if (topic.Number("segment.ms") is not (> 0 and var limit))
        {
            yield break;
        }

        long total = 0, most = 0;
        foreach (var lane in plan.Lanes.Where(lane => lane.Target.Topic == topic.Name && lane.OwnsSources))
        {
            var rolled = Rolled(plan, lane, limit);
            most = Math.Max(most, rolled);
            total += rolled * (lane.Repartitioning?.TargetPartitions ?? 1);
        }

        if (most < Some)
        {
            yield break;
        }

        var what = $"the times of the records make the brokers roll about {total} log segment(s), up to {most} in one partition (segment.ms={limit}, {Amounts.Duration(limit)}); each replica has as many";
        yield return (total >= Many ? FindingKinds.SegmentRolling.Warning(what, topic.Name) : FindingKinds.SegmentRolling.Info(what, topic.Name)) with { Setting = "segment.ms" };
    }

    private static long Rolled(RestorePlan plan, LanePlan lane, long limit)
    {
        long? begun = null;
        long rolled = 0;
        foreach (var segment in lane.Sources.SelectMany(static source => source.Segments))
        {
            foreach (var (timestamp, isInside) in new[] { (segment.FirstTimestamp, false), (segment.LastTimestamp, true) })
            {
                if (timestamp < 0 || plan.Rules.IsOutside(timestamp))
                {
                    continue;
                }

                if (begun is not { } start)
                {
                    begun = timestamp;
                }
                else if (timestamp - start > limit)
                {
                    // Within a segment there are records at all times between; between two there are none.
                    rolled += isInside ? Math.Min((timestamp - start) / limit, Math.Max(1, segment.RecordCount - 1)) : 1;
                    begun = timestamp;
                }
            }
        }

        return rolled;
    }
}
