using KafkaRestore.Engine.Planning;

namespace KafkaRestore.Engine.Preflight.Facts;

/// <summary>
/// What the manifest says of the times of the records that go into a topic: the timestamps of the first and last record of each segment. Others may be older or younger. Epoch milliseconds.
/// </summary>
/// <param name="Oldest">The smallest within the time window; null when each lies outside.</param>
/// <param name="Newest">The largest within the time window; null when each lies outside.</param>
/// <param name="OldestPossible">The smallest, those outside the window moved to its bounds: a segment that begins before the window may hold a record of its beginning.</param>
/// <param name="NewestPossible">The largest, moved in the same way.</param>
internal readonly record struct KnownTimes(long? Oldest, long? Newest, long OldestPossible, long NewestPossible)
{
    /// <summary>By target topic; topics of which no time is known are absent. Timestamps below 0 count as none.</summary>
    public static IReadOnlyDictionary<string, KnownTimes> Of(RestorePlan plan)
    {
        var (first, last) = (plan.Rules.WindowStart ?? 0, plan.Rules.WindowEnd ?? long.MaxValue);
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
            if (timestamp >= 0)
            {
                long? known = plan.Rules.IsOutside(timestamp) ? null : timestamp;
                var possible = Math.Clamp(timestamp, first, Math.Max(first, last));
                var one = new KnownTimes(known, known, possible, possible);
                times[topic] = times.TryGetValue(topic, out var others) ? others.With(one) : one;
            }
        }
    }

    private KnownTimes With(KnownTimes other) => new(
        Oldest is { } oldest ? Math.Min(oldest, other.Oldest ?? oldest) : other.Oldest,
        Newest is { } newest ? Math.Max(newest, other.Newest ?? newest) : other.Newest,
        Math.Min(OldestPossible, other.OldestPossible),
        Math.Max(NewestPossible, other.NewestPossible));
}
