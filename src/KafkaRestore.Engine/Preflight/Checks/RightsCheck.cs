using KafkaRestore.Engine.Preflight.Facts;
using KafkaRestore.Kafka.Probing;

namespace KafkaRestore.Engine.Preflight.Checks;

/// <summary>Whether the principal has the rights that the restore needs.</summary>
internal sealed class RightsCheck : TargetCheck
{
    /// <inheritdoc/>
    protected override IEnumerable<Finding> Find(PreflightContext context, TargetFacts target) =>
        target.Topics.SelectMany(topic => Of(context, topic)).Concat(Fences(target));

    private static IEnumerable<Finding> Of(PreflightContext context, TopicFacts topic)
    {
        if (topic.IsHidden && topic.Trial is null or { Outcome: TrialOutcome.Exists })
        {
            yield return FindingKinds.RightToDescribe.Error("the topic cannot be seen: it does not exist, or the principal may not describe it", topic.Name);
        }

        if (topic.Trial is { Outcome: TrialOutcome.Denied })
        {
            yield return FindingKinds.RightToCreate.Error("the principal may not create the topic", topic.Name);
        }

        // Of a topic that does not exist the rights are told by its name.
        if ((topic.Existing is null && topic.Trial is not { Outcome: TrialOutcome.Accepted }) || topic.Rights is not { } rights)
        {
            yield break;
        }

        if (!rights.HasFlag(TargetRights.Write))
        {
            yield return FindingKinds.RightToWrite.Error("the principal may not write to the topic", topic.Name);
        }

        if (!rights.HasFlag(TargetRights.Read))
        {
            yield return FindingKinds.RightToRead.ErrorUnless(
                !context.MayFence,
                "the principal may not read the topic: a fenced lane cannot look at what stands before its marker, and a restore that goes on cannot compare what stands there",
                topic.Name,
                context.MayFence ? "Allow Read on it, or set restore.delivery: idempotent." : null);
        }

        if (!rights.HasFlag(TargetRights.DescribeConfigs))
        {
            yield return FindingKinds.RightToDescribe.Warning("the principal may not read the topic's settings: retention, timestamps, sizes and compaction were not checked", topic.Name, "Allow DescribeConfigs on it.");
        }
    }

    private static IEnumerable<Finding> Fences(TargetFacts target)
    {
        if (target.Answer is { DeniedTransactionalIds: { Count: > 0 } denied })
        {
            yield return FindingKinds.RightToFence.Error($"the principal may not write with {denied.Count} transactional id(s) that fence partitions", Amounts.Some(denied));
        }
    }
}
