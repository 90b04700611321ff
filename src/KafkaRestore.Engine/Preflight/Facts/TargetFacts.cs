using KafkaRestore.Engine.Planning;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Probing;

namespace KafkaRestore.Engine.Preflight.Facts;

/// <summary>What the target has said, asked once for all checks.</summary>
/// <param name="Cluster">The cluster.</param>
/// <param name="Existing">The plan's topics that exist.</param>
/// <param name="Topics">The plan's topics.</param>
/// <param name="Answer">What the probe heard; null where there is no probe.</param>
internal sealed record TargetFacts(
    ClusterDescription Cluster, IReadOnlyDictionary<string, TopicDescription> Existing, IReadOnlyList<TopicFacts> Topics, TargetAnswer? Answer)
{
    // One for each topic is enough: rights are given by prefix.
    private const int MostFences = 50;

    /// <summary>Asks.</summary>
    /// <exception cref="Records.Errors.RestoreException">TARGET_UNREACHABLE, TARGET_DENIED.</exception>
    public static async Task<TargetFacts> ReadAsync(PreflightContext context, CancellationToken cancellationToken)
    {
        var cluster = await context.Cluster.ConnectAsync(cancellationToken).ConfigureAwait(false);
        context.Connected = cluster;
        var plan = context.Plan;
        var existing = await context.Cluster.DescribeTopicsAsync([.. plan.Topics.Select(static topic => topic.Name)], cancellationToken).ConfigureAwait(false);
        context.Existing = existing;
        var answer = context.Probe is null ? null : await context.Probe.AskAsync(Question(context, existing), cancellationToken).ConfigureAwait(false);
        return new TargetFacts(
            cluster,
            existing,
            [.. plan.Topics.Select(topic => new TopicFacts(
                topic, existing.GetValueOrDefault(topic.Name), answer?.Topics.GetValueOrDefault(topic.Name), answer?.Trials.GetValueOrDefault(topic.Name)))],
            answer);
    }

    private static TargetQuestion Question(PreflightContext context, IReadOnlyDictionary<string, TopicDescription> existing)
    {
        var preparation = context.Options.Preparation;
        var none = new Dictionary<string, string>();
        return new TargetQuestion
        {
            Topics = [.. context.Plan.Topics.Select(static topic => topic.Name)],
            Trials = preparation.CreateTopics
                ? [.. context.Plan.Topics.Where(topic => !existing.ContainsKey(topic.Name)).Select(topic => new TopicToCreate(topic.Name, topic.PartitionsToCreate, preparation.DefaultReplicationFactor ?? -1, none))]
                : [],
            Fences = context.MayFence ? [.. FirstLanes(context.Plan).Take(MostFences)] : [],
        };
    }

    private static IEnumerable<TargetPartition> FirstLanes(RestorePlan plan) =>
        plan.Lanes.GroupBy(static lane => lane.Target.Topic, StringComparer.Ordinal)
            .OrderBy(static topic => topic.Key, StringComparer.Ordinal)
            .Select(static topic => topic.MinBy(static lane => lane.Target.Partition)!.Target);
}
