using System.Buffers.Binary;

namespace KafkaRestore.Archive.KafkaBackup.Segments;

/// <summary>The first 32 bytes of a segment (archive format, section 4.2).</summary>
/// <param name="Compression">How the payload is compressed.</param>
/// <param name="RecordCount">Number of records.</param>
/// <param name="StartOffset">Source offset of the first record.</param>
/// <param name="EndOffset">Source offset of the last record, inclusive.</param>
public readonly record struct SegmentHeader(SegmentCompression Compression, long RecordCount, long StartOffset, long EndOffset)
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 32;

    /// <summary>Size of the footer in bytes: CRC-32, then <c>BKAE</c>.</summary>
    public const int FooterSize = 8;

    /// <summary>The least a segment can have: header and footer.</summary>
    public const int SmallestSegment = Size + FooterSize;

    /// <summary>The only version ever written.</summary>
    public const byte Version = 1;

    /// <summary>What every segment begins with.</summary>
    public static ReadOnlySpan<byte> Magic => "KBAK"u8;

    /// <summary>What every segment ends with.</summary>
    public static ReadOnlySpan<byte> FooterMagic => "BKAE"u8;

    /// <summary>Reads the header.</summary>
    /// <param name="bytes">At least 32 bytes.</param>
    /// <exception cref="InvalidDataException">Not a header; the message says why.</exception>
    public static SegmentHeader Parse(ReadOnlySpan<byte> bytes)
    {
        if (!bytes[..4].SequenceEqual(Magic))
        {
            throw new InvalidDataException("it does not begin with KBAK");
        }

        if (bytes[4] != Version)
        {
            throw new InvalidDataException($"its format version is {bytes[4]}; only 1 is known");
        }

        if (bytes[5] > (byte)SegmentCompression.Lz4)
        {
            throw new InvalidDataException($"its compression is {bytes[5]}; only 0 (none), 1 (zstd) and 2 (lz4) are known");
        }

        var count = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        var start = BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]);
        var end = BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]);
        if (count == 0)
        {
            return new SegmentHeader((SegmentCompression)bytes[5], 0, start, end);
        }

        if (start < 0 || end < start || count - 1 > (ulong)(end - start))
        {
            throw new InvalidDataException($"its header claims {count} records between offsets {start} and {end}");
        }

        return new SegmentHeader((SegmentCompression)bytes[5], (long)count, start, end);
    }

    /// <summary>Writes the header into the first 32 bytes of <paramref name="destination"/>.</summary>
    public void Write(Span<byte> destination)
    {
        Magic.CopyTo(destination);
        destination[4] = Version;
        destination[5] = (byte)Compression;
        destination[6..8].Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], (ulong)RecordCount);
        BinaryPrimitives.WriteInt64LittleEndian(destination[16..], StartOffset);
        BinaryPrimitives.WriteInt64LittleEndian(destination[24..], EndOffset);
    }
}
