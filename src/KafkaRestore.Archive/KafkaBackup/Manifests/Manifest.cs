namespace KafkaRestore.Archive.KafkaBackup.Manifests;

/// <summary>
/// What an archive says it holds: manifest.json of every version (archive format, sections 2 and 12). Everything that a version added is
/// optional; fields that we do not know are ignored.
/// </summary>
public sealed class Manifest
{
    /// <summary>The archive's id.</summary>
    public required string BackupId { get; init; }

    /// <summary>When the archive was begun, epoch milliseconds.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>Source cluster id; null in every archive seen so far.</summary>
    public string? SourceClusterId { get; init; }

    /// <summary>Source brokers; empty in every archive seen so far.</summary>
    public IReadOnlyList<string> SourceBrokers { get; init; } = [];

    /// <summary>Compression of the first run: <c>zstd</c>, <c>lz4</c>, <c>none</c> or empty. Each segment's header decides for itself.</summary>
    public string Compression { get; init; } = "";

    /// <summary>Isolation level of the latest run; null before 0.25, which read uncommitted.</summary>
    public string? IsolationLevel { get; init; }

    /// <summary>Topics asked for by name and absent at the last run.</summary>
    public IReadOnlyList<string> MissingTopics { get; init; } = [];

    /// <summary>The topics, in the manifest's order.</summary>
    public required IReadOnlyList<ManifestTopic> Topics { get; init; }

    /// <summary>Whether transaction markers and aborted records may stand in the archive as ordinary records.</summary>
    public bool MayHoldControlRecords =>
        !string.Equals(IsolationLevel, "read_committed", StringComparison.OrdinalIgnoreCase);
}

/// <summary>A source topic of an archive.</summary>
public sealed class ManifestTopic
{
    /// <summary>Its name at the source.</summary>
    public required string Name { get; init; }

    /// <summary>Partitions at the source; null before 0.12.</summary>
    public int? OriginalPartitionCount { get; init; }

    /// <summary>Replicas at the source; advisory, because writers lose it for all but one topic.</summary>
    public int? SourceReplicationFactor { get; init; }

    /// <summary>Captured topic settings; empty when none were captured.</summary>
    public IReadOnlyDictionary<string, string> Configurations { get; init; } = new Dictionary<string, string>();

    /// <summary>The partitions that have something to say, by id.</summary>
    public required IReadOnlyList<ManifestPartition> Partitions { get; init; }

    /// <summary>How many partitions the topic had, as far as the archive can tell: at least 1.</summary>
    public int PartitionCount => Math.Max(OriginalPartitionCount ?? 1, Partitions.Count == 0 ? 1 : Partitions[^1].PartitionId + 1);
}

/// <summary>A source partition of an archive.</summary>
public sealed class ManifestPartition
{
    /// <summary>Its number.</summary>
    public required int PartitionId { get; init; }

    /// <summary>Its segments by first offset.</summary>
    public required IReadOnlyList<SegmentEntry> Segments { get; init; }

    /// <summary>Holes that the writer knew of.</summary>
    public IReadOnlyList<OffsetGap> Gaps { get; init; } = [];

    /// <summary>Ranges that retention or a person removed from the archive.</summary>
    public IReadOnlyList<PrunedRange> Pruned { get; init; } = [];

    /// <summary>Highest source offset accounted for, inclusive; null before 0.25.</summary>
    public long? CoveredThrough { get; init; }

    /// <summary>Where a snapshot run meant to end, exclusive; null when not said.</summary>
    public long? SnapshotEndOffset { get; init; }

    /// <summary>High watermark when the snapshot was taken; above <see cref="SnapshotEndOffset"/> when open transactions were left out.</summary>
    public long? HighWatermarkAtCapture { get; init; }
}

/// <summary>A hole that the writer knew of.</summary>
/// <param name="Start">First missing source offset.</param>
/// <param name="End">First offset after the hole.</param>
/// <param name="Reason">Why, as the writer says.</param>
public sealed record OffsetGap(long Start, long End, string Reason);

/// <summary>A range removed from the archive after it was written.</summary>
/// <param name="Start">First source offset removed.</param>
/// <param name="End">Last source offset removed, inclusive.</param>
/// <param name="Segments">How many segments held it.</param>
/// <param name="Reason">Why, as the writer says.</param>
public sealed record PrunedRange(long Start, long End, long Segments, string Reason);
