using KafkaRestore.Engine.Preflight.Facts;
using KafkaRestore.Kafka.Probing;

namespace KafkaRestore.Engine.Preflight.Checks;

/// <summary>Replicas against brokers, and against min.insync.replicas.</summary>
internal sealed class ReplicationCheck : TargetCheck
{
    /// <inheritdoc/>
    protected override IEnumerable<Finding> Find(PreflightContext context, TargetFacts target) => target.Topics.SelectMany(topic => Factor(context, target, topic).Concat(InSync(topic)));

    private static IEnumerable<Finding> Factor(PreflightContext context, TargetFacts target, TopicFacts topic)
    {
        var asked = context.Options.Preparation.DefaultReplicationFactor;
        if (topic.Trial is { Outcome: TrialOutcome.Replication, Reason: var reason })
        {
            yield return FindingKinds.ReplicationFactor.Error($"the topic would get {((asked ?? -1) < 0 ? "the broker's default number of" : asked)} replicas, and the cluster has {target.Cluster.Brokers} broker(s): {reason}", topic.Name);
        }
        else if (topic.Existing is null && context.Options.Preparation.CreateTopics && topic.Trial is null && asked > target.Cluster.Brokers)
        {
            yield return FindingKinds.ReplicationFactor.Error($"the topic would get {asked} replicas, and the cluster has {target.Cluster.Brokers} broker(s)", topic.Name);
        }
        else if (topic.Replicas == 1 && target.Cluster.Brokers > 1)
        {
            yield return FindingKinds.ReplicationFactor.Warning($"partitions of the topic have a single replica in a cluster of {target.Cluster.Brokers} brokers: they are gone with that broker", topic.Name, "Add replicas, unless that is meant.");
        }
    }

    private static IEnumerable<Finding> InSync(TopicFacts topic)
    {
        if (topic.Number("min.insync.replicas") is not { } least || topic.Replicas is not { } replicas)
        {
            yield break;
        }

        if (replicas < least)
        {
            // Seen on Kafka 4.3: the brokers never ask for more replicas than a partition has.
            yield return FindingKinds.MinInsyncReplicas.Warning($"the topic {(topic.Existing is null ? "would have" : "has")} {replicas} replica(s) and min.insync.replicas={least}: brokers of Kafka 4 make do with those that there are, older ones may take no record", topic.Name);
            yield break;
        }

        var behind = topic.Probed?.Partitions.Where(partition => partition.InSync.Count < least).Select(static partition => $"{partition.Index}").ToList() ?? [];
        if (behind.Count > 0)
        {
            yield return FindingKinds.MinInsyncReplicas.Warning($"{behind.Count} partition(s) have fewer than {least} replicas in sync now, and take no record until they have: {Amounts.Some(behind)}", topic.Name, "Bring the other brokers back; the restore waits for a while.");
        }
    }
}
