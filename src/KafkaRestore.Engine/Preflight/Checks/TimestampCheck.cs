using KafkaRestore.Engine.Preflight.Facts;

namespace KafkaRestore.Engine.Preflight.Checks;

/// <summary>Whether topics keep the records' timestamps, and take them at all.</summary>
internal sealed class TimestampCheck : TargetCheck
{
    // The name that both limits had together until Kafka 3.6.
    private const string Both = "message.timestamp.difference.max.ms";

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Find(PreflightContext context, TargetFacts target) => target.Topics.SelectMany(topic => Of(context, topic));

    private static IEnumerable<Finding> Of(PreflightContext context, TopicFacts topic)
    {
        if (topic.AppendsTime)
        {
            yield return FindingKinds.TimestampType.Error("the topic would overwrite every restored timestamp", topic.Name) with { Setting = "message.timestamp.type" };
            yield break;
        }

        if (context.Times.GetValueOrDefault(topic.Name) is not { Oldest: { } oldest, Newest: { } newest })
        {
            yield break;
        }

        var spared = context.Options.Skips.UnwritableRecords;
        foreach (var (setting, age, which) in new[]
                 {
                     ("message.timestamp.before.max.ms", context.Now - oldest, "before"),
                     ("message.timestamp.after.max.ms", newest - context.Now, "after"),
                 })
        {
            var (name, limit) = topic.Number(setting) is { } own ? (setting, own) : (Both, topic.Number(Both) ?? long.MaxValue);
            if (age > limit)
            {
                yield return FindingKinds.TimestampLimits.ErrorUnless(
                    spared,
                    $"the selection has records of {Amounts.Day(which == "before" ? oldest : newest)}; the topic refuses timestamps more than {Amounts.Duration(limit)} {which} its own clock ({name}={limit})",
                    topic.Name,
                    $"Raise {name} on the topic for the restore.") with { Setting = name };
            }
        }
    }
}
