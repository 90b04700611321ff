namespace KafkaRestore.Archive.KafkaBackup;

/// <summary>
/// What no honest archive exceeds; checked before anything is allocated. Beyond one of them: ARCHIVE_LIMIT.
/// </summary>
public sealed record ArchiveLimits
{
    /// <summary>Largest string in a manifest, in bytes.</summary>
    public int ManifestStringBytes { get; init; } = 1 << 20;

    /// <summary>Most segments in a manifest.</summary>
    public long ManifestSegments { get; init; } = 50_000_000;

    /// <summary>Most topics in a manifest, and most partitions of one topic.</summary>
    public int ManifestTopics { get; init; } = 1_000_000;

    /// <summary>Largest stored segment, in bytes.</summary>
    public long SegmentBytes { get; init; } = 64L << 30;

    /// <summary>Most that a segment may unpack to, in bytes.</summary>
    public long UnpackedBytes { get; init; } = 256L << 30;

    /// <summary>Most that one stored byte may unpack to; zstd's own bound is near 30,000, LZ4's is 255.</summary>
    public int UnpackRatio { get; init; } = 33_000;

    /// <summary>Largest single record, in bytes.</summary>
    public int RecordBytes { get; init; } = 1 << 30;

    /// <summary>Largest segment of the legacy JSON form, in bytes; such a segment is parsed whole.</summary>
    public int LegacyJsonBytes { get; init; } = 256 << 20;

    /// <summary>The limits that apply when none are given.</summary>
    public static ArchiveLimits Default { get; } = new();
}
