using KafkaRestore.Archive.KafkaBackup;
using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;
using static KafkaRestore.Archive.Tests.KafkaBackup.DamagedSegment;

namespace KafkaRestore.Archive.Tests.KafkaBackup;

public sealed partial class DamageTests
{
    private static readonly SegmentDamageCase[] s_segmentDamages =
    [
        // The object.
        Corrupt("missing", () => { var segment = Of(); segment.Bytes = null; return segment; }, "") with { Code = ErrorCodes.SegmentMissing, Words = ["not exist"] },
        Corrupt("empty", () => Of().Cut(0), "ends after 0 bytes"),
        Corrupt("empty, size unsaid", () => Of().Cut(0).Says(e => e with { CompressedSize = 0 }), "it has 0 bytes"),
        Corrupt("cut in the header", () => Of().Cut(20), "ends after 20 bytes; the manifest says 143"),
        Corrupt("cut in the header, manifest agrees", () => Of().Cut(20).Agreed(), "does not end with BKAE"),
        Corrupt("cut in the header, footer forged", () => Of().Cut(30).Forged(), "30 bytes"),
        Corrupt("cut in the payload", () => Of().Cut(Third), "ends after 103 bytes"),
        Corrupt("cut in the payload, manifest agrees", () => Of().Cut(Third).Agreed(), "does not end with BKAE"),
        Corrupt("cut in the footer", () => Of().Cut(Footer + 5).Agreed(), "does not end with BKAE"),
        Corrupt("one byte more", () => Of().Append(0), "longer than the 143 bytes"),
        Corrupt("appended bytes, manifest agrees", () => Of().Append(0).Agreed(), "does not end with BKAE"),
        Corrupt("larger than the limit", () => Of().Within(ArchiveLimits.Default with { SegmentBytes = 142 }), "143 bytes; the limit is 142") with { Code = ErrorCodes.ArchiveLimit },

        // Header and footer.
        Corrupt("wrong magic", () => Of().Put(0, (byte)'X').Agreed(), "neither a segment (KBAK) nor"),
        Corrupt("wrong version", () => Of().Put(4, 2).Forged(), "format version is 2"),
        Corrupt("version 0", () => Of().Put(4, 0).Forged(), "format version is 0"),
        Corrupt("unknown compression", () => Of().Put(5, 3).Forged(), "compression is 3"),
        Corrupt("bit of the header", () => Of().Flip(9).Agreed(), "CRC-32"),
        Corrupt("bit of the payload", () => Of().Flip(Second + 5).Agreed(), "CRC-32"),
        Corrupt("bit of the checksum", () => Of().Flip(Footer + 1).Agreed(), "CRC-32", "the footer says"),
        Corrupt("wrong footer magic", () => Of().Flip(Footer + 6).Agreed(), "BKAE"),
        Corrupt("header counts more than its offsets allow", () => Of().PutInt64(8, 5).AgreedWithHeader(), "claims 5 records between offsets 10 and 13"),
        Corrupt("header counts more than a number", () => Of().PutInt64(8, -1).Forged(), "claims 18446744073709551615 records"),
        Corrupt("header begins below zero", () => Of().PutInt64(16, -10).Forged(), "between offsets -10 and 13"),
        Corrupt("header ends before it begins", () => Of().PutInt64(24, 9).Forged(), "between offsets 10 and 9"),
        Corrupt("header counts one too many", () => Of().PutInt64(8, 4).AgreedWithHeader(), "holds 3 records, its header says 4"),
        Corrupt("header counts one too few", () => Of().PutInt64(8, 2).AgreedWithHeader(), "more than the 2 records"),
        Corrupt("header counts none", () => Of().PutInt64(8, 0).AgreedWithHeader(), "more than the 0 records"),
        Corrupt("header's first offset", () => Of().PutInt64(16, 9).AgreedWithHeader(), "first record has offset 10, its header says 9"),
        Corrupt("header's last offset", () => Of().PutInt64(24, 14).AgreedWithHeader(), "last record has offset 13, its header says 14"),

        // Records.
        Corrupt("descending offsets", () => Of().PutInt64(Third + 12, 11).Forged(), "offset 11 of record 3 does not follow offset 12"),
        Corrupt("the same offset twice", () => Of().PutInt64(Third + 12, 12).Forged(), "offset 12 of record 3 does not follow offset 12"),
        Corrupt("record of length 0", () => Of().PutInt32(Second, 0).Forged(), "record 2 of 3", "unpacked byte 41", "length 0"),
        Corrupt("record of length 25", () => Of().PutInt32(Second, 25).Forged(), "record 2 of 3", "length 25"),
        Corrupt("record longer than the payload", () => Of().PutInt32(Third, 29).Forged(), "32 bytes after record 2"),
        Corrupt("record of 2 GiB", () => Of().PutInt32(First, int.MaxValue).Forged(), "record 1 of 3", "2147483651 bytes") with { Code = ErrorCodes.ArchiveLimit },
        Corrupt("record of 4 GiB", () => Of().PutInt32(First, -1).Forged(), "4294967299 bytes") with { Code = ErrorCodes.ArchiveLimit },
        Corrupt("record above the limit", () => Of(records: [new RecordData(10, 0, null, new byte[600_000], [])]).Within(ArchiveLimits.Default with { RecordBytes = 550_000 }).Agreed(),
            "record 1 of 1 claims 600030 bytes; the limit is 550000") with { Code = ErrorCodes.ArchiveLimit },
        Corrupt("key longer than its record", () => Of().PutInt32(First + 20, 100).Forged(), "record 1 of 3", "the key is longer"),
        Corrupt("value longer than its record", () => Of().PutInt32(First + 25, 100).Forged(), "the value is longer"),
        Corrupt("too many headers", () => Of().Put(First + 31, 2).Forged(), "inside header 2 of 2"),
        Corrupt("header key longer than its record", () => Of().Put(First + 33, 200).Forged(), "the key of header 1 of 1"),
        Corrupt("header value longer than its record", () => Of().PutInt32(First + 36, 200).Forged(), "the value of header 1 of 1"),
        Corrupt("bytes after the headers", () => Of().Put(First + 31, 0).Forged(), "8 bytes are left after the last header"),
        Corrupt("bytes after the last record", () => Of().Payload(payload => [.. payload, 1, 2, 3]), "3 bytes after record 3 are no whole record"),
        Corrupt("the last record cut", () => Of().Payload(payload => payload[..^1]), "31 bytes after record 2 are no whole record"),
        Corrupt("a record missing", () => Of().Payload(payload => payload[..(Third - First)]), "holds 2 records, its header says 3"),
        Corrupt("a record too many", () => Of().Payload(payload => [.. payload, .. SegmentReading.Area([new RecordData(14, 0, null, null, [])])]), "more than the 3 records"),
        Corrupt("no payload at all", () => Of().Payload(_ => []), "holds 0 records, its header says 3"),

        // Compression.
        Corrupt("zstd stream cut", () => Of(SegmentCompression.Zstd).Payload(payload => payload[..^5]), "breaks off"),
        Corrupt("zstd stream empty", () => Of(SegmentCompression.Zstd).Payload(_ => []), "holds 0 records"),
        Corrupt("zstd stream followed by more", () => Of(SegmentCompression.Zstd).Payload(payload => [.. payload, 1, 2, 3, 4, 5, 6, 7, 8]), "zstd: "),
        Corrupt("zstd stream followed by a byte", () => Of(SegmentCompression.Zstd).Payload(payload => [.. payload, 0x28]), "breaks off"),
        Corrupt("no zstd stream", () => Of().Put(5, 1).Forged(), "zstd: "),
        Corrupt("zstd record area ends early", () => WithArea(SegmentCompression.Zstd, SegmentReading.Area(Sample)[..^1]), "31 bytes after record 2"),
        Corrupt("lz4 block cut", () => Of(SegmentCompression.Lz4).Payload(payload => payload[..^3]), "breaks off"),
        Corrupt("lz4 block empty", () => Of(SegmentCompression.Lz4).Payload(_ => []), "breaks off"),
        Corrupt("lz4 size too large", () => Of(SegmentCompression.Lz4).Payload(payload => [(byte)(payload[0] + 1), .. payload[1..]]), "breaks off"),
        Corrupt("lz4 size too small", () => Of(SegmentCompression.Lz4).Payload(payload => [(byte)(payload[0] - 1), .. payload[1..]]), "lz4: unpacks to more than the declared 102 bytes"),
        Corrupt("lz4 size of 4 GiB", () => Of(SegmentCompression.Lz4).Payload(payload => [255, 255, 255, 255, .. payload[4..]]), "breaks off"),
        Corrupt("lz4 match of nothing", () => Of(SegmentCompression.Lz4).Payload(_ => [100, 0, 0, 0, 0x10, 1, 0, 0, 0, 0]), "lz4: a match 0 bytes back"),
        Corrupt("lz4 match before the start", () => Of(SegmentCompression.Lz4).Payload(_ => [100, 0, 0, 0, 0x10, 1, 2, 0, 0, 0]), "lz4: a match 2 bytes back at output position 1"),
        Corrupt("lz4 frame instead of a block", () => Of(SegmentCompression.Lz4).Payload(_ => [0x04, 0x22, 0x4D, 0x18, 0x64, 0x40, 0xA7, 0, 0, 0, 0]), "lz4"),
        Bomb("zstd bomb", SegmentCompression.Zstd, ArchiveLimits.Default with { UnpackRatio = 100 }),
        Bomb("lz4 bomb", SegmentCompression.Lz4, ArchiveLimits.Default with { UnpackRatio = 100 }),
        Bomb("zstd bomb against the absolute limit", SegmentCompression.Zstd, ArchiveLimits.Default with { UnpackedBytes = 3_000_000 }),
        Bomb("zstd bomb that says its size", SegmentCompression.Zstd, ArchiveLimits.Default with { UnpackRatio = 100 }, size: 4_000_030),

        // What the manifest says of it.
        Differs("another digest", () => Of().Says(e => e with { Sha256 = new Sha256Digest(1, 2, 3, 4) }), "SHA-256"),
        Differs("another number of records", () => Of().Says(e => e with { RecordCount = 4 }), "holds 3 records, the manifest says 4"),
        Differs("another first offset", () => Of().Says(e => e with { StartOffset = 9 }), "holds offsets 10 to 13, the manifest says 9 to 13"),
        Differs("another last offset", () => Of().Says(e => e with { EndOffset = 99 }), "holds offsets 10 to 13, the manifest says 10 to 99"),
        Differs("more unpacked bytes", () => Of().Says(e => e with { UncompressedSize = 104 }), "unpacks to 103 bytes, the manifest says 104"),
        Differs("fewer unpacked bytes", () => Of().Says(e => e with { UncompressedSize = 102 }), "unpacks to more than the 102 bytes", "unpacks to 103 bytes, the manifest says 102"),
        Differs("one unpacked byte", () => Of().Says(e => e with { UncompressedSize = 1 }), "unpacks to more than the 1 bytes", "unpacks to 103 bytes, the manifest says 1"),
        Differs("more stored bytes", () => Of().Says(e => e with { CompressedSize = 200 }), "ends after 143 bytes; the manifest says 200", "143 bytes are stored, the manifest says 200"),
        Differs("fewer stored bytes", () => Of().Says(e => e with { CompressedSize = 100 }), "longer than the 100 bytes", "143 bytes are stored, the manifest says 100"),
    ];

    private static SegmentDamageCase Corrupt(string name, Func<DamagedSegment> make, params string[] words) =>
        new(name, make, ErrorCodes.ArchiveCorrupt, words, null);

    private static SegmentDamageCase Differs(string name, Func<DamagedSegment> make, string words, string? note = null) =>
        new(name, make, ErrorCodes.ArchiveCorrupt, [words], note ?? words);

    private static SegmentDamageCase Bomb(string name, SegmentCompression compression, ArchiveLimits limits, long size = 0) =>
        new(name, () => Of(compression, [new RecordData(10, 0, null, new byte[4_000_000], [])]).Agreed().Says(e => e with { UncompressedSize = size }).Within(limits),
            ErrorCodes.ArchiveLimit, ["unpacks to more than"], null);

    /// <summary>A kind of damage.</summary>
    /// <param name="Name">What it is.</param>
    /// <param name="Make">Makes it.</param>
    /// <param name="Code">The error that it must give.</param>
    /// <param name="Words">What the error must say besides the key.</param>
    /// <param name="Mismatch">The note that it must give instead where segments are trusted; null when it is refused there too.</param>
    private sealed record SegmentDamageCase(string Name, Func<DamagedSegment> Make, ErrorCode Code, string[] Words, string? Mismatch);
}
