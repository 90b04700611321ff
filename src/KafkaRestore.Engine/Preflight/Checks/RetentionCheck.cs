using KafkaRestore.Engine.Preflight.Facts;

namespace KafkaRestore.Engine.Preflight.Checks;

/// <summary>Old records under a short retention are deleted again, often within a minute of being restored; so are the first ones of a partition that is cut to a size.</summary>
internal sealed class RetentionCheck : TargetCheck
{
    private static readonly TimeSpan DefaultRetention = TimeSpan.FromDays(7);

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Find(PreflightContext context, TargetFacts target) => target.Topics.SelectMany(topic => Of(context, topic));

    private static IEnumerable<Finding> Of(PreflightContext context, TopicFacts topic)
    {
        if (topic.Existing is null && !context.Options.Preparation.CreateTopics)
        {
            yield break;
        }

        var isGuess = topic.Existing is null && !topic.HasSettings;
        var retention = isGuess ? (long)DefaultRetention.TotalMilliseconds : topic.RetentionMs;
        if (retention is { } limit && context.Times.GetValueOrDefault(topic.Name).Oldest is { } oldest && context.Now - oldest > limit)
        {
            var keeps = isGuess ? "the topic is created with the broker's default retention" : $"the topic {(topic.Existing is null ? "would keep" : "keeps")} records for {Amounts.Duration(limit)} (retention.ms={limit})";
            yield return FindingKinds.Retention.Warning(
                $"the archive holds records from {Amounts.Day(oldest)}; {keeps}, which may delete them again within a minute of being restored",
                topic.Name,
                topic.Existing is null ? "Create the topic yourself with retention.ms=-1, or raise log.retention.ms on the brokers, before the restore." : "Set retention.ms=-1 on it for the restore.") with { Setting = "retention.ms" };
        }

        if (topic.RetentionBytes is { } most)
        {
            var cut = context.Plan.Lanes.Where(lane => lane.Target.Topic == topic.Name && lane.Repartitioning is null && lane.StoredBytes > most).Select(static lane => lane.Target.ToString()).ToList();
            if (cut.Count > 0)
            {
                yield return FindingKinds.Retention.Warning(
                    $"the topic keeps {Amounts.Size(most)} of each partition (retention.bytes={most}); {cut.Count} partition(s) get more: {Amounts.Some(cut)}", topic.Name, "Set retention.bytes=-1 on it for the restore.") with { Setting = "retention.bytes" };
            }
        }
    }
}
