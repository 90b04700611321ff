using System.Buffers.Binary;
using System.Security.Cryptography;
using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Records.Hashing;

namespace KafkaRestore.Fuzz.Targets;

/// <summary>Binary segments; half of them get their checksum corrected, so that parsing goes past it.</summary>
internal sealed class SegmentTarget(Corpus corpus) : FuzzTarget("segment")
{
    public override Task<string?> RunAsync(Random random, CancellationToken cancellationToken)
    {
        var (original, entry) = corpus.Segments[random.Next(corpus.Segments.Count)];
        var (other, _) = corpus.Segments[random.Next(corpus.Segments.Count)];
        var bytes = Mutator.Mutate(random, original, other, random.Next(3) == 0 ? 0 : SegmentHeader.Size);
        if (random.Next(2) == 0)
        {
            bytes = WithFooter(random, bytes);
        }

        entry = entry with
        {
            CompressedSize = random.Next(8) switch { 0 => 0, 1 => entry.CompressedSize, _ => bytes.Length },
            UncompressedSize = random.Next(4) switch { 0 => entry.UncompressedSize, 1 => random.Next(100_000), _ => 0 },
            Sha256 = random.Next(8) switch { 0 => entry.Sha256, 1 => Sha256Digest.From(SHA256.HashData(bytes)), _ => null },
        };
        if (random.Next(2) == 0 && bytes.Length >= SegmentHeader.Size)
        {
            // The manifest tells the same lie as the header, so that the lie is not found by comparing the two.
            entry = entry with
            {
                RecordCount = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(8)),
                StartOffset = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(16)),
                EndOffset = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(24)),
                OddKey = "fuzz/segment",
            };
        }

        return ReadSegmentAsync(random, bytes, entry, cancellationToken);
    }

    private static byte[] WithFooter(Random random, byte[] bytes)
    {
        if (bytes.Length < SegmentHeader.SmallestSegment)
        {
            return bytes;
        }

        if (random.Next(2) == 0)
        {
            // What was cut off gets a new footer after it instead of in its last bytes.
            bytes = [.. bytes, .. new byte[SegmentHeader.FooterSize]];
        }

        var footer = bytes.AsSpan(bytes.Length - SegmentHeader.FooterSize);
        BinaryPrimitives.WriteUInt32LittleEndian(footer, Crc32.Of(bytes.AsSpan(0, bytes.Length - SegmentHeader.FooterSize)));
        SegmentHeader.FooterMagic.CopyTo(footer[4..]);
        return bytes;
    }
}
