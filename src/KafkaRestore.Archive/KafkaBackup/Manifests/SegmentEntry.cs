using KafkaRestore.Archive.KafkaBackup.Segments;

namespace KafkaRestore.Archive.KafkaBackup.Manifests;

/// <summary>
/// What a manifest says of one segment, in <see cref="BytesInMemory"/> bytes: a plan over a million segments must stay small.
/// Keys of the usual form are therefore not kept but composed again by <see cref="KeyIn"/>.
/// </summary>
public readonly record struct SegmentEntry
{
    /// <summary>Bytes that one planned segment costs in memory.</summary>
    public const int BytesInMemory = 152;

    /// <summary>Source offset of the first record.</summary>
    public required long StartOffset { get; init; }

    /// <summary>Source offset of the last record, inclusive.</summary>
    public required long EndOffset { get; init; }

    /// <summary>Timestamp of the first record (not the smallest one), epoch milliseconds.</summary>
    public required long FirstTimestamp { get; init; }

    /// <summary>Timestamp of the last record (not the largest one), epoch milliseconds.</summary>
    public required long LastTimestamp { get; init; }

    /// <summary>Number of records.</summary>
    public required long RecordCount { get; init; }

    /// <summary>Bytes of the record area before compression; 0 when not said.</summary>
    public long UncompressedSize { get; init; }

    /// <summary>Bytes of the records; those stored where the manifest does not say.</summary>
    public long UnpackedBytes => UncompressedSize > 0 ? UncompressedSize : CompressedSize;

    /// <summary>Bytes of the stored object; 0 when not said.</summary>
    public long CompressedSize { get; init; }

    /// <summary>When it was uploaded, epoch milliseconds; 0 when not said.</summary>
    public long UploadedAt { get; init; }

    /// <summary>First source offset accounted for, inclusive; null before 0.25.</summary>
    public long? CoveredStart { get; init; }

    /// <summary>Last source offset accounted for, inclusive; null before 0.25.</summary>
    public long? CoveredEnd { get; init; }

    /// <summary>SHA-256 of the whole object; null when not said.</summary>
    public Sha256Digest? Sha256 { get; init; }

    /// <summary>The ending that the usual key has, when <see cref="OddKey"/> is null.</summary>
    public SegmentCompression KeyEnding { get; init; }

    /// <summary>The key, when it is not of the usual form.</summary>
    public string? OddKey { get; init; }

    /// <summary>The object's key.</summary>
    public string KeyIn(string backupId, string topic, int partition) =>
        OddKey ?? SegmentKey.Segment(backupId, topic, partition, StartOffset, KeyEnding);
}
