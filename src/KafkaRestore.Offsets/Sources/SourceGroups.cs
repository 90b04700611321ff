using KafkaRestore.Engine.OffsetMaps.Reports;

namespace KafkaRestore.Offsets.Sources;

/// <summary>Group offsets of a source cluster, wherever they were written down.</summary>
/// <param name="Where">The origin, for people: a file, an object, a cluster.</param>
/// <param name="TakenAt">When they were read from the cluster; null when the origin does not say.</param>
/// <param name="Groups">The groups by name, each once.</param>
public sealed record SourceGroups(string Where, DateTimeOffset? TakenAt, IReadOnlyList<SourceGroup> Groups)
{
    /// <summary>What a person should know of the origin: groups without commits, commits of -1, lines that could not be read.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>A group of a source cluster.</summary>
/// <param name="Group">Its id.</param>
/// <param name="Offsets">What it has committed, by topic and partition, each partition once.</param>
public sealed record SourceGroup(string Group, IReadOnlyList<SourceCommit> Offsets);

/// <summary>An offset that a group has committed at its source cluster.</summary>
/// <param name="Partition">The source partition.</param>
/// <param name="Offset">The next source offset to read, 0 or more.</param>
/// <param name="Metadata">The words committed with it; null when there are none, or when the origin does not keep them.</param>
public readonly record struct SourceCommit(PartitionName Partition, long Offset, string? Metadata = null);
