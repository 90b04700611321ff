using KafkaRestore.Archive.KafkaBackup.Manifests;

namespace KafkaRestore.Cli.Archives;

/// <summary>
/// An archive's source offsets by partition, in the shape of kafka-backup's offset mapping. Made from the manifest alone, so target
/// offsets are unknown.
/// </summary>
internal sealed record OffsetMapping
{
    /// <summary>By <c>topic/partition</c>; partitions without a segment are absent.</summary>
    public required IReadOnlyDictionary<string, OffsetMappingRow> Entries { get; init; }

    /// <summary>Always empty: pairs of offsets are known after a restore only.</summary>
    public IReadOnlyDictionary<string, string> DetailedMappings { get; init; } = new Dictionary<string, string>();

    /// <summary>Always empty.</summary>
    public IReadOnlyDictionary<string, string> ConsumerGroups { get; init; } = new Dictionary<string, string>();

    /// <summary>The source's cluster id; null when the archive does not say.</summary>
    public string? SourceClusterId { get; init; }

    /// <summary>Always null.</summary>
    public string? TargetClusterId { get; init; }

    /// <summary>When this was made, epoch milliseconds.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>Makes the mapping.</summary>
    public static OffsetMapping Of(Manifest manifest, DateTimeOffset now)
    {
        var rows = new SortedDictionary<string, OffsetMappingRow>(StringComparer.Ordinal);
        foreach (var topic in manifest.Topics.OrderBy(topic => topic.Name, StringComparer.Ordinal))
        {
            foreach (var partition in topic.Partitions.Where(partition => partition.Segments.Count > 0))
            {
                rows[$"{topic.Name}/{partition.PartitionId}"] = new OffsetMappingRow
                {
                    Topic = topic.Name,
                    Partition = partition.PartitionId,
                    SourceFirstOffset = partition.Segments.Min(segment => segment.StartOffset),
                    SourceLastOffset = partition.Segments.Max(segment => segment.EndOffset),
                    FirstTimestamp = partition.Segments.Min(segment => segment.FirstTimestamp),
                    LastTimestamp = partition.Segments.Max(segment => segment.LastTimestamp),
                };
            }
        }

        return new OffsetMapping { Entries = rows, SourceClusterId = manifest.SourceClusterId, CreatedAt = now.ToUnixTimeMilliseconds() };
    }

    /// <summary>The rows by topic and number of the partition.</summary>
    public IEnumerable<OffsetMappingRow> InOrder() =>
        Entries.Values.OrderBy(row => row.Topic, StringComparer.Ordinal).ThenBy(row => row.Partition);
}

/// <summary>One source partition.</summary>
internal sealed record OffsetMappingRow
{
    /// <summary>The source topic.</summary>
    public required string Topic { get; init; }

    /// <summary>The source partition.</summary>
    public required int Partition { get; init; }

    /// <summary>First source offset.</summary>
    public required long SourceFirstOffset { get; init; }

    /// <summary>Last source offset, inclusive.</summary>
    public required long SourceLastOffset { get; init; }

    /// <summary>Always null here.</summary>
    public long? TargetFirstOffset { get; init; }

    /// <summary>Always null here.</summary>
    public long? TargetLastOffset { get; init; }

    /// <summary>The earliest of the segments' first timestamps, epoch milliseconds.</summary>
    public required long FirstTimestamp { get; init; }

    /// <summary>The latest of the segments' last timestamps, epoch milliseconds.</summary>
    public required long LastTimestamp { get; init; }
}
