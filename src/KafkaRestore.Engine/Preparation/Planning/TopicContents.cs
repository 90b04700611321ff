using KafkaRestore.Engine.Planning;

namespace KafkaRestore.Engine.Preparation.Planning;

/// <summary>What the manifest says of the records that go into a topic; first and last timestamps of segments need not be the smallest and largest.</summary>
/// <param name="Oldest">Smallest timestamp known, epoch milliseconds; null when none is.</param>
/// <param name="Newest">Largest timestamp known, epoch milliseconds; null when none is.</param>
/// <param name="LargestPartitionBytes">Uncompressed bytes of the largest partition.</param>
internal sealed record TopicContents(long? Oldest, long? Newest, long LargestPartitionBytes)
{
    /// <summary>Of every topic of a plan that gets records.</summary>
    public static IReadOnlyDictionary<string, TopicContents> Of(RestorePlan plan) => plan.Lanes
        .GroupBy(static lane => lane.Target.Topic, StringComparer.Ordinal)
        .ToDictionary(static group => group.Key, group => Of(plan.Rules, [.. group]), StringComparer.Ordinal);

    private static TopicContents Of(StreamRules rules, IReadOnlyList<LanePlan> lanes)
    {
        var times = lanes.Where(static lane => lane.OwnsSources).SelectMany(static lane => lane.Sources).SelectMany(static source => source.Segments)
            .SelectMany(static segment => (long[])[segment.FirstTimestamp, segment.LastTimestamp]).Where(static time => time >= 0)
            .Select(time => Math.Clamp(time, rules.WindowStart ?? 0, Math.Max(rules.WindowStart ?? 0, rules.WindowEnd ?? long.MaxValue))).ToList();
        return new TopicContents(
            times.Count == 0 ? null : times.Min(),
            times.Count == 0 ? null : times.Max(),
            lanes.Max(static lane => lane.Repartitioning is { } spread ? lane.UncompressedBytes / spread.TargetPartitions : lane.UncompressedBytes));
    }
}
