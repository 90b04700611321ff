namespace KafkaRestore.Kafka.Batches.Compression;

/// <summary>The LZ4 frame format as far as batches use it: independent blocks of 64 kB, no checksums, no sizes.</summary>
internal static class Lz4Frame
{
    /// <summary>Bytes of a block before compression; the last may be shorter.</summary>
    public const int BlockBytes = BatchCompressor.ChunkBytes;

    /// <summary>Set in a block's length when its bytes are stored as they are.</summary>
    public const uint StoredFlag = 0x8000_0000;

    /// <summary>Bytes of <see cref="EndMark"/> and of each block's length.</summary>
    public const int LengthBytes = 4;

    /// <summary>
    /// Magic; version 1 with independent blocks; blocks of 64 kB; and the header's checksum: the second byte of xxHash32 over the two bytes
    /// before it. As none of them ever changes, it is a constant, which the tests compute.
    /// </summary>
    public static ReadOnlySpan<byte> Header => [0x04, 0x22, 0x4D, 0x18, 0x60, 0x40, 0x82];

    /// <summary>A block of length 0: the end of the frame.</summary>
    public static ReadOnlySpan<byte> EndMark => [0, 0, 0, 0];
}
