using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using KafkaRestore.Archive.KafkaBackup.Manifests;

namespace KafkaRestore.Engine.State.Segments;

/// <summary>What a job keeps of a segment that it selected: enough to recognise it, and to see that it was exchanged.</summary>
/// <param name="Start">Source offset of the first record.</param>
/// <param name="End">Source offset of the last record, inclusive.</param>
/// <param name="Count">Number of records.</param>
/// <param name="Key">The object's key: its ending where the key has the usual form (the first offset says the rest), else a hash from <see cref="FirstHash"/> up.</param>
/// <param name="Content">A hash of what else the manifest says of the content: sizes, digest, timestamps, time of upload.</param>
internal readonly record struct RecordedSegment(long Start, long End, long Count, uint Key, uint Content) : IComparable<RecordedSegment>
{
    /// <summary>Keys below are endings.</summary>
    public const uint FirstHash = 16;

    public static RecordedSegment Of(in SegmentEntry entry) => new(entry.StartOffset, entry.EndOffset, entry.RecordCount, KeyOf(entry), ContentOf(entry));

    /// <summary>By first offset and key: 0 is the same object by name.</summary>
    public int CompareKey(in RecordedSegment other) => Start != other.Start ? Start.CompareTo(other.Start) : Key.CompareTo(other.Key);

    /// <summary>By first offset and key, then by the rest.</summary>
    public int CompareTo(RecordedSegment other)
    {
        var byKey = CompareKey(other);
        return byKey != 0 ? byKey
            : End != other.End ? End.CompareTo(other.End)
            : Count != other.Count ? Count.CompareTo(other.Count)
            : Content.CompareTo(other.Content);
    }

    public override string ToString() => $"{Start}-{End}";

    private static uint KeyOf(in SegmentEntry entry) =>
        entry.OddKey is null ? (uint)entry.KeyEnding : Math.Max(FirstHash, Hash(Encoding.UTF8.GetBytes(entry.OddKey)));

    private static uint ContentOf(in SegmentEntry entry)
    {
        Span<byte> said = stackalloc byte[(5 * sizeof(long)) + 64];
        BinaryPrimitives.WriteInt64LittleEndian(said, entry.FirstTimestamp);
        BinaryPrimitives.WriteInt64LittleEndian(said[8..], entry.LastTimestamp);
        BinaryPrimitives.WriteInt64LittleEndian(said[16..], entry.UncompressedSize);
        BinaryPrimitives.WriteInt64LittleEndian(said[24..], entry.CompressedSize);
        BinaryPrimitives.WriteInt64LittleEndian(said[32..], entry.UploadedAt);
        said = entry.Sha256 is { } digest ? said[..(40 + Encoding.ASCII.GetBytes(digest.ToString(), said[40..]))] : said[..40];
        return Hash(said);
    }

    private static uint Hash(ReadOnlySpan<byte> bytes)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, digest);
        return BinaryPrimitives.ReadUInt32LittleEndian(digest);
    }
}
