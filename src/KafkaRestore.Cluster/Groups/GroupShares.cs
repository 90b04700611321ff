using KafkaRestore.Kafka.Groups;

namespace KafkaRestore.Cluster.Groups;

/// <summary>Shares consumer groups out: those that one broker coordinates go together, as far as one can tell without asking.</summary>
internal static class GroupShares
{
    // Fewer are not worth a second connection to the brokers.
    private const int FewestOfShare = 20;

    // Kafka's default of offsets.topic.num.partitions. Where a cluster has another number, groups of one coordinator go to several silos, which costs requests and nothing else.
    private const int OffsetsPartitions = 50;

    /// <summary>Shares them out.</summary>
    /// <param name="groups">The groups.</param>
    /// <param name="most">Shares at most; at least one is made.</param>
    /// <returns>Shares, none of them empty unless there are no groups.</returns>
    public static IReadOnlyList<IReadOnlyList<GroupOffsets>> Of(IReadOnlyList<GroupOffsets> groups, int most)
    {
        var count = Math.Clamp(groups.Count / FewestOfShare, 1, Math.Max(1, most));
        var shares = Enumerable.Range(0, count).Select(static _ => new List<GroupOffsets>()).ToList();
        foreach (var together in groups.GroupBy(static group => PartitionOf(group.Group)).OrderByDescending(static together => together.Count()).ThenBy(static together => together.Key))
        {
            shares.MinBy(static share => share.Count)!.AddRange(together);
        }

        return [.. shares.Where(share => share.Count > 0 || count == 1)];
    }

    /// <summary>The partition of <c>__consumer_offsets</c> that holds a group, and whose leader coordinates it: the magnitude of Java's hash of its name, modulo their number.</summary>
    public static int PartitionOf(string group)
    {
        var hash = 0;
        foreach (var letter in group)
        {
            hash = unchecked((31 * hash) + letter);
        }

        return hash == int.MinValue ? 0 : Math.Abs(hash) % OffsetsPartitions;
    }
}
