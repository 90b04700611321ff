using KafkaRestore.Engine.Planning;

namespace KafkaRestore.Engine.Preflight.Facts;

/// <summary>Timestamps of single records of a topic that the manifest gives: those of the first and last record of each segment, within the time window.</summary>
/// <param name="Oldest">The smallest, epoch milliseconds.</param>
/// <param name="Newest">The largest.</param>
internal readonly record struct KnownTimes(long Oldest, long Newest)
{
    /// <summary>By target topic; topics of which no time is known are absent. Timestamps below 0 count as none.</summary>
    public static IReadOnlyDictionary<string, KnownTimes> Of(RestorePlan plan)
    {
        var times = new Dictionary<string, KnownTimes>(StringComparer.Ordinal);
        foreach (var (lane, source) in plan.Sources)
        {
            foreach (var segment in source.Segments)
            {
                Add(lane.Target.Topic, segment.FirstTimestamp);
                Add(lane.Target.Topic, segment.LastTimestamp);
            }
        }

        return times;

        void Add(string topic, long timestamp)
        {
            if (timestamp >= 0 && !plan.Rules.IsOutside(timestamp))
            {
                times[topic] = times.TryGetValue(topic, out var known) ? new KnownTimes(Math.Min(known.Oldest, timestamp), Math.Max(known.Newest, timestamp)) : new KnownTimes(timestamp, timestamp);
            }
        }
    }
}
