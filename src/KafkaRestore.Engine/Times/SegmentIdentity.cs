using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using KafkaRestore.Archive.KafkaBackup.Segments;

namespace KafkaRestore.Engine.Times;

/// <summary>
/// Which content of which object: 128 bits of a hash over the key and all that the manifest says of the content. An object that was replaced together with its line in the
/// manifest has another one.
/// </summary>
internal readonly record struct SegmentIdentity(UInt128 Hash)
{
    /// <summary>Bytes of one in a file.</summary>
    public const int Size = 16;

    private const int Numbers = 8;

    public static SegmentIdentity Of(in SegmentReference segment)
    {
        var entry = segment.Entry;
        var key = segment.Key;
        var said = new byte[(Numbers * sizeof(long)) + 64 + Encoding.UTF8.GetMaxByteCount(key.Length)];
        var position = 0;
        Add(entry.StartOffset);
        Add(entry.EndOffset);
        Add(entry.RecordCount);
        Add(entry.FirstTimestamp);
        Add(entry.LastTimestamp);
        Add(entry.UncompressedSize);
        Add(entry.CompressedSize);
        Add(entry.UploadedAt);

        // One length for those without a digest too, so that no two segments give the same bytes.
        position += entry.Sha256 is { } digest ? Encoding.ASCII.GetBytes(digest.ToString(), said.AsSpan(position)) : 64;
        position += Encoding.UTF8.GetBytes(key, said.AsSpan(position));
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(said.AsSpan(0, position), hash);
        return Read(hash);

        void Add(long number)
        {
            BinaryPrimitives.WriteInt64LittleEndian(said.AsSpan(position), number);
            position += sizeof(long);
        }
    }

    public static SegmentIdentity Read(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt128LittleEndian(bytes));

    public void Write(Span<byte> bytes) => BinaryPrimitives.WriteUInt128LittleEndian(bytes, Hash);
}
