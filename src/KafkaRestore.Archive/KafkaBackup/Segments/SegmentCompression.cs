namespace KafkaRestore.Archive.KafkaBackup.Segments;

/// <summary>How a segment's payload is compressed; the values are those of the segment header.</summary>
public enum SegmentCompression
{
    /// <summary>Not at all.</summary>
    None = 0,

    /// <summary>zstd frames.</summary>
    Zstd = 1,

    /// <summary>A 4-byte size and one LZ4 block.</summary>
    Lz4 = 2,
}
