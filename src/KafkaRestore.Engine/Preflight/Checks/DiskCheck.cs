using KafkaRestore.Engine.Preflight.Facts;
using KafkaRestore.Kafka.Probing;

namespace KafkaRestore.Engine.Preflight.Checks;

/// <summary>What the restore takes on the brokers' disks against what is free. What is stored in the archive is taken as the least that it can be, what it unpacks to as the most.</summary>
internal sealed class DiskCheck : TargetCheck
{
    /// <inheritdoc/>
    protected override IEnumerable<Finding> Find(PreflightContext context, TargetFacts target)
    {
        if (!context.IsFirstRun || target.Answer is not { Brokers: { Count: > 0 } brokers } || brokers.All(static broker => broker.FreeBytes is null))
        {
            yield break;
        }

        var needs = Needs(context, target, brokers);
        foreach (var broker in brokers.Where(static broker => broker.FreeBytes is not null))
        {
            var (least, most) = needs.GetValueOrDefault(broker.Id);
            var free = broker.FreeBytes!.Value;
            if (most > free)
            {
                var what = $"the restore takes {Amounts.Size(least)} (as the archive is compressed) to {Amounts.Size(most)} (uncompressed) on the broker, which has {Amounts.Size(free)} free";
                yield return least > free ? FindingKinds.DiskSpace.Warning(what, $"broker {broker.Id}") : FindingKinds.DiskSpace.Info(what, $"broker {broker.Id}", "Compress well (restore.produce_codec: zstd), or free disk space.");
            }
        }
    }

    private static Dictionary<int, (double Least, double Most)> Needs(PreflightContext context, TargetFacts target, IReadOnlyList<ProbedBroker> brokers)
    {
        var needs = new Dictionary<int, (double Least, double Most)>();
        var topics = target.Topics.ToDictionary(static topic => topic.Name, StringComparer.Ordinal);
        foreach (var lane in context.Plan.Lanes)
        {
            var share = 1.0 / (lane.Repartitioning?.TargetPartitions ?? 1);
            var (least, most) = (lane.StoredBytes * share, lane.UncompressedBytes * share);
            var topic = topics[lane.Target.Topic];
            if (topic.Probed?.Partitions.FirstOrDefault(partition => partition.Index == lane.Target.Partition) is { } held)
            {
                Add(held.Replicas, least, most);
            }
            else
            {
                // The cluster spreads a new topic's replicas evenly.
                var factor = (double)(topic.Replicas ?? Math.Max(1, (int)(context.Options.Preparation.DefaultReplicationFactor ?? 1))) / brokers.Count;
                Add(brokers.Select(static broker => broker.Id), least * factor, most * factor);
            }
        }

        return needs;

        void Add(IEnumerable<int> ids, double least, double most)
        {
            foreach (var id in ids)
            {
                var (low, high) = needs.GetValueOrDefault(id);
                needs[id] = (low + least, high + most);
            }
        }
    }
}
