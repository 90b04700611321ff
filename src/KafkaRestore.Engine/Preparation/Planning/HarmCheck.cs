using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Preflight.Facts;

namespace KafkaRestore.Engine.Preparation.Planning;

/// <summary>What the settings of a topic that is left as it is would do to restored records. Retention by time and LogAppendTime are preflight's own findings.</summary>
/// <param name="plan">The plan.</param>
/// <param name="times">What is known of the records' times, by topic.</param>
/// <param name="time">The clock.</param>
internal sealed class HarmCheck(RestorePlan plan, IReadOnlyDictionary<string, KnownTimes> times, TimeProvider time)
{
    private const string Hint = "Change the topic for the restore, or let the restore do it with restore.existing_topic_config_policy: apply.";

    private readonly Dictionary<string, long> _largestPartitions = plan.Lanes
        .GroupBy(static lane => lane.Target.Topic, StringComparer.Ordinal)
        .ToDictionary(static topic => topic.Key, static topic => topic.Max(UncompressedBytes), StringComparer.Ordinal);

    /// <summary>Says what would do harm.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="value">The value that counts for a setting; null is unknown.</param>
    /// <param name="findings">Hears it.</param>
    public void Check(string topic, Func<string, string?> value, PlanningFindings findings)
    {
        if (!_largestPartitions.TryGetValue(topic, out var largest))
        {
            return; // no record goes there
        }

        if (HarmfulSettings.IsCompacted(value(HarmfulSettings.CleanupPolicy)))
        {
            findings.Warn(topic, "the topic is compacted: records may be removed while others are restored, and a run that was killed can then not go on", Hint, HarmfulSettings.CleanupPolicy);
        }

        if (HarmfulSettings.IsDeleted(value(HarmfulSettings.CleanupPolicy)) && HarmfulSettings.Number(value(HarmfulSettings.RetentionBytes)) is >= 0 and var most && largest > most)
        {
            findings.Warn(topic, $"the topic keeps {most} bytes of a partition, and the archive holds up to {largest} uncompressed: the oldest may be deleted again", Hint, HarmfulSettings.RetentionBytes);
        }

        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        if (HarmfulSettings.Number(value(HarmfulSettings.TimestampBefore)) is { } before && now - OldestOf(topic) > before)
        {
            findings.Warn(topic, $"the topic refuses records that are older than {before} ms, and the archive holds such records", Hint, HarmfulSettings.TimestampBefore);
        }

        if (HarmfulSettings.Number(value(HarmfulSettings.TimestampAfter)) is { } after && NewestOf(topic) - now > after)
        {
            findings.Warn(topic, $"the topic refuses records that are more than {after} ms ahead of the clock, and the archive holds such records", Hint, HarmfulSettings.TimestampAfter);
        }
    }

    /// <summary>Timestamp of the oldest record that may go into a topic, epoch milliseconds; null when none is known.</summary>
    public long? OldestOf(string topic) => times.TryGetValue(topic, out var known) ? known.OldestPossible : null;

    private long? NewestOf(string topic) => times.TryGetValue(topic, out var known) ? known.NewestPossible : null;

    private static long UncompressedBytes(LanePlan lane) => lane.UncompressedBytes / (lane.Repartitioning?.TargetPartitions ?? 1);
}
