namespace KafkaRestore.Archive.KafkaBackup.Segments;

/// <summary>How segments are read; changes speed and memory, and with <see cref="TrustSegments"/> strictness.</summary>
public sealed record SegmentReadOptions
{
    /// <summary>Bytes of one block of records; a larger record has a block of its own.</summary>
    public int BlockBytes { get; init; } = 512 << 10;

    /// <summary>Blocks of one segment that may be with the consumer at once, the one being filled included; 2 or more.</summary>
    public int Blocks { get; init; } = 4;

    /// <summary>The largest stored segment that is held in memory whole while it is checked and read; larger ones are spooled or read twice.</summary>
    public long WholeInMemoryBytes { get; init; } = 32 << 20;

    /// <summary>Where large segments of a remote storage are spooled; null is the system's temporary directory.</summary>
    public string? SpoolDirectory { get; init; }

    /// <summary>
    /// Whether a whole, self-consistent segment that differs from what the manifest says of it (size, counts, offsets, sha256) is taken at
    /// its word. A backup that was run twice under one id leaves such segments; so does a tampered or rolled-back object.
    /// </summary>
    public bool TrustSegments { get; init; }

    /// <summary>
    /// Whether every record of a segment is unpacked and checked before the first one is handed out, so that a segment with a good checksum and bad content fails
    /// on opening too. Everything is then unpacked twice.
    /// </summary>
    public bool ProveRecords { get; init; }

    /// <summary>
    /// Is told of each segment that was read to its end and is as the manifest says, with the times of its records; from any thread. Null: nobody looks at them.
    /// </summary>
    public Action<SegmentReference, SegmentTimes>? OnRead { get; init; }

    /// <summary>The limits against hostile archives.</summary>
    public ArchiveLimits Limits { get; init; } = ArchiveLimits.Default;
}
