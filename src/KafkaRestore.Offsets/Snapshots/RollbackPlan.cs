using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;

namespace KafkaRestore.Offsets.Snapshots;

/// <summary>What a rollback changes.</summary>
internal sealed class RollbackPlan
{
    /// <summary>What is committed.</summary>
    public required IReadOnlyList<GroupOffsets> Commits { get; init; }

    /// <summary>What is removed.</summary>
    public required IReadOnlyList<KeyValuePair<string, IReadOnlyCollection<TargetPartition>>> Removals { get; init; }

    /// <summary>What the groups have afterwards; partitions that do not exist count, so that they are found missing.</summary>
    public required IReadOnlyList<GroupOffsets> Expected { get; init; }

    /// <summary>Partitions of the snapshot that the cluster does not have.</summary>
    public required IReadOnlyList<(string Group, TargetPartition Partition)> Missing { get; init; }

    /// <summary>Offsets that the log does not hold.</summary>
    public required IReadOnlyList<OffsetOutOfRange> OutOfRange { get; init; }

    public static async Task<RollbackPlan> MakeAsync(
        IConsumerGroups cluster, IReadOnlyList<GroupOffsets> wanted, IReadOnlyList<GroupOffsets> before, bool clamp, CancellationToken cancellationToken)
    {
        var ranges = await cluster.ReadRangesAsync([.. wanted.SelectMany(static group => group.Offsets.Keys).Distinct()], cancellationToken).ConfigureAwait(false);
        var missing = new List<(string, TargetPartition)>();
        var outside = new List<OffsetOutOfRange>();
        var expected = new List<GroupOffsets>();
        var commits = new List<GroupOffsets>();
        foreach (var group in wanted)
        {
            var all = new Dictionary<TargetPartition, CommittedOffset>();
            var existing = new Dictionary<TargetPartition, CommittedOffset>();
            foreach (var (partition, offset) in group.Offsets)
            {
                if (!ranges.TryGetValue(partition, out var range))
                {
                    missing.Add((group.Group, partition));
                    all.Add(partition, offset);
                    continue;
                }

                var final = offset;
                if (offset.Offset < range.LogStart || offset.Offset > range.End)
                {
                    var inside = Math.Clamp(offset.Offset, range.LogStart, range.End);
                    outside.Add(new OffsetOutOfRange(group.Group, partition.Topic, partition.Partition, offset.Offset, range.LogStart, range.End, clamp ? inside : null));
                    final = clamp ? offset with { Offset = inside } : offset;
                }

                all.Add(partition, final);
                existing.Add(partition, final);
            }

            expected.Add(new GroupOffsets(group.Group, all));
            if (existing.Count > 0)
            {
                commits.Add(new GroupOffsets(group.Group, existing));
            }
        }

        return new RollbackPlan { Commits = commits, Removals = Removed(wanted, before), Expected = expected, Missing = missing, OutOfRange = outside };
    }

    private static List<KeyValuePair<string, IReadOnlyCollection<TargetPartition>>> Removed(IReadOnlyList<GroupOffsets> wanted, IReadOnlyList<GroupOffsets> before) =>
        [.. from pair in wanted.Zip(before)
            let surplus = pair.Second.Offsets.Keys.Where(partition => !pair.First.Offsets.ContainsKey(partition)).ToList()
            where surplus.Count > 0
            select KeyValuePair.Create<string, IReadOnlyCollection<TargetPartition>>(pair.First.Group, surplus)];
}
