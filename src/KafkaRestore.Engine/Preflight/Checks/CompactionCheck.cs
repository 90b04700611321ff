using KafkaRestore.Engine.Preflight.Facts;

namespace KafkaRestore.Engine.Preflight.Checks;

/// <summary>Compacted topics remove records, and refuse those without a key.</summary>
internal sealed class CompactionCheck : IPreflightCheck
{
    private const string Policy = "cleanup.policy";

    /// <inheritdoc/>
    public async ValueTask<IEnumerable<Finding>> RunAsync(PreflightContext context, CancellationToken cancellationToken)
    {
        var target = await context.TargetAsync(cancellationToken).ConfigureAwait(false);
        var compacted = target.Topics.Where(static topic => topic.IsCompacted).ToList();
        if (compacted.Count == 0)
        {
            return [];
        }

        var sample = await context.TrySampleAsync(cancellationToken).ConfigureAwait(false);
        return compacted.SelectMany(topic => Of(context, topic, sample));
    }

    private static IEnumerable<Finding> Of(PreflightContext context, TopicFacts topic, ArchiveSample? sample)
    {
        yield return FindingKinds.Compaction.Warning(
            "the topic is compacted: of records with the same key only the youngest stay, and what is removed while the restore runs cannot be compared any more", topic.Name) with { Setting = Policy };

        var keyless = sample?.Sources.Where(source => source.TargetTopic == topic.Name).Sum(static source => source.WithoutKey) ?? 0;
        if (keyless > 0)
        {
            yield return FindingKinds.Compaction.ErrorUnless(
                context.Options.Skips.UnwritableRecords, $"the topic is compacted and refuses records without a key; {keyless} record(s) of those looked at have none", topic.Name) with { Setting = Policy };
        }
    }
}
