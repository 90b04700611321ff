using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;

namespace KafkaRestore.Offsets.Exports;

/// <summary>Group offsets to be written down in kmap's form.</summary>
/// <param name="TakenAt">When they were read.</param>
/// <param name="Cluster">Where the cluster was reached: the first <c>host:port</c>.</param>
/// <param name="Groups">The groups by name; none without an offset.</param>
public sealed record GroupExport(DateTimeOffset TakenAt, string Cluster, IReadOnlyList<GroupOffsets> Groups)
{
    /// <summary>The cluster's id; written with the metadata alone.</summary>
    public string? ClusterId { get; init; }

    /// <summary>Whether metadata and leader epochs are written.</summary>
    public bool WithMetadata { get; init; }

    /// <summary>The partitions' ranges, from which the lag follows; null: no lag is written.</summary>
    public IReadOnlyDictionary<TargetPartition, PartitionRange>? Ranges { get; init; }

    /// <summary>What it was compared with; null: it holds everything.</summary>
    public ExportSince? Since { get; init; }

    /// <summary>What a person should know: groups that were left out.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Number of offsets.</summary>
    public int OffsetCount => Groups.Sum(static group => group.Offsets.Count);
}

/// <summary>The earlier file that an export was compared with.</summary>
/// <param name="Where">The file.</param>
/// <param name="TakenAt">When its offsets were read; null when it does not say.</param>
/// <param name="Removed">What it has and the groups have no more.</param>
public sealed record ExportSince(string Where, DateTimeOffset? TakenAt, IReadOnlyList<RemovedOffset> Removed);

/// <summary>An offset that a group had once.</summary>
/// <param name="Group">The group.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition.</param>
public sealed record RemovedOffset(string Group, string Topic, int Partition);
