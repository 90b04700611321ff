using KafkaRestore.Engine.Preflight.Facts;
using KafkaRestore.Kafka.Probing;

namespace KafkaRestore.Engine.Preflight.Checks;

/// <summary>Whether the topics exist with the partitions that are needed, or would be created.</summary>
internal sealed class TopicsCheck : TargetCheck
{
    /// <inheritdoc/>
    protected override IEnumerable<Finding> Find(PreflightContext context, TargetFacts target) =>
        target.Topics.SelectMany(topic => topic.Existing is not null ? Existing(topic) : topic.IsHidden ? [] : context.Options.Preparation.CreateTopics ? ToCreate(topic) : Missing(topic));

    private static IEnumerable<Finding> Missing(TopicFacts topic) =>
        [FindingKinds.TopicMissing.Error($"the target has no topic '{topic.Name}' (it would need {topic.Plan.PartitionsNeeded} partition(s))", topic.Name)];

    private static IEnumerable<Finding> ToCreate(TopicFacts topic)
    {
        if (topic.Trial is { Outcome: TrialOutcome.Refused, Reason: var reason })
        {
            yield return FindingKinds.TopicCreation.Error($"the target would refuse to create the topic: {reason}", topic.Name);
        }
    }

    private static IEnumerable<Finding> Existing(TopicFacts topic)
    {
        var (found, plan) = (topic.Existing!.Partitions, topic.Plan);
        if (found < plan.PartitionsNeeded)
        {
            yield return FindingKinds.Partitions.Error($"the topic has {found} partition(s), {plan.PartitionsNeeded} are needed", topic.Name);
        }
        else if (found != plan.PartitionsToCreate)
        {
            yield return FindingKinds.Partitions.Warning(
                $"the topic has {found} partition(s), the source had {plan.PartitionsToCreate}: producers that go by key will choose other partitions than the restored records have",
                topic.Name,
                "Restore into a topic with as many partitions as the source had, or spread the records anew (restore.repartitioning).");
        }

        foreach (var partition in topic.Probed?.Partitions.Where(static partition => !partition.HasLeader) ?? [])
        {
            yield return FindingKinds.Leaderless.Warning("the partition has no leader now", $"{topic.Name}/{partition.Index}");
        }
    }
}
