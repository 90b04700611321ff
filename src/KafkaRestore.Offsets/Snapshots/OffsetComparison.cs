using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Offsets.Sources;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Offsets.Snapshots;

/// <summary>Compares what groups have committed with what they should have.</summary>
public static class OffsetComparison
{
    /// <summary>Reads the groups and compares them.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="expected">What the groups should have.</param>
    /// <param name="alone">Whether they should have nothing else.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="RestoreException">GROUP_UNREADABLE, and what concerns the whole cluster.</exception>
    public static async Task<OffsetVerification> RunAsync(IConsumerGroups cluster, IReadOnlyCollection<GroupOffsets> expected, bool alone, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(expected);
        var actual = await LiveGroups.FetchAsync(cluster, [.. expected.Select(static group => group.Group)], cancellationToken).ConfigureAwait(false);
        var mismatches = expected.Zip(actual, (wanted, found) => Compare(wanted, found, alone)).SelectMany(static rows => rows).ToList();
        var differing = mismatches.Select(static row => row.GroupId).ToHashSet(StringComparer.Ordinal);
        return new OffsetVerification(
            differing.Count == 0,
            [.. expected.Select(static group => group.Group).Where(group => !differing.Contains(group))],
            [.. expected.Select(static group => group.Group).Where(differing.Contains)],
            mismatches);
    }

    private static IEnumerable<OffsetMismatch> Compare(GroupOffsets wanted, GroupOffsets found, bool alone) =>
        from partition in alone ? wanted.Offsets.Keys.Union(found.Offsets.Keys) : wanted.Offsets.Keys
        let expected = Find(wanted, partition)
        let actual = Find(found, partition)
        where expected?.Offset != actual?.Offset || (expected?.Metadata ?? "") != (actual?.Metadata ?? "")
        orderby partition.Topic, partition.Partition
        select new OffsetMismatch(wanted.Group, partition.Topic, partition.Partition, expected?.Offset, actual?.Offset, expected?.Metadata, actual?.Metadata);

    private static CommittedOffset? Find(GroupOffsets group, TargetPartition partition) => group.Offsets.TryGetValue(partition, out var offset) ? offset : null;
}

/// <summary>How a comparison went.</summary>
/// <param name="Verified">Whether everything is as it should be.</param>
/// <param name="GroupsVerified">Groups without a difference.</param>
/// <param name="GroupsMismatched">The others.</param>
/// <param name="Mismatches">The differences.</param>
public sealed record OffsetVerification(bool Verified, IReadOnlyList<string> GroupsVerified, IReadOnlyList<string> GroupsMismatched, IReadOnlyList<OffsetMismatch> Mismatches)
{
    /// <summary>Why the comparison could not be made; null when it was made.</summary>
    public string? Error { get; init; }
}

/// <summary>A difference in a partition.</summary>
/// <param name="GroupId">The group.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="ExpectedOffset">What should be committed; null: nothing.</param>
/// <param name="ActualOffset">What is committed; null: nothing.</param>
/// <param name="ExpectedMetadata">The words that should be committed with it.</param>
/// <param name="ActualMetadata">The words that are.</param>
public sealed record OffsetMismatch(
    string GroupId, string Topic, int Partition, long? ExpectedOffset, long? ActualOffset, string? ExpectedMetadata, string? ActualMetadata)
{
    /// <summary>For a message: <c>billing, orders/0: 12 instead of 10</c>.</summary>
    public override string ToString() => ExpectedOffset == ActualOffset
        ? $"{GroupId}, {Topic}/{Partition}: other metadata"
        : $"{GroupId}, {Topic}/{Partition}: {ActualOffset?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "nothing"} instead of {ExpectedOffset?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "nothing"}";
}
