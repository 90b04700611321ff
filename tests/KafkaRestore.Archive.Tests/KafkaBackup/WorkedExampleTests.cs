using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Archive.Storage.InMemory;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Archive.Tests.KafkaBackup;

/// <summary>The format's worked examples, byte for byte.</summary>
public sealed class WorkedExampleTests
{
    private const string Stored = """
        4b42414b010000000200000000000000 05000000000000000700000000000000
        3d0000000068e5cf8b01000005000000 00000000020000006b31020000007631
        01001100782d6f726967696e616c2d6f 66667365740800000005000000000000
        0028000000f469e5cf8b010000070000 0000000000ffffffffffffffff020001
        0068ffffffff0100650000000006 5d1b2e424b4145
        """;

    private const string LiteralLz4 = """
        4b42414b010200000200000000000000 05000000000000000700000000000000
        6d000000f05e3d0000000068e5cf8b01 00000500000000000000020000006b31
        02000000763101001100782d6f726967 696e616c2d6f66667365740800000005
        0000000000000028000000f469e5cf8b 010000070000000000000 0ffffffffff
        ffffff0200010068ffffffff01006500 00000089d73a98424b4145
        """;

    private static readonly RecordData[] s_records =
    [
        new(5, 1_700_000_000_000, "k1"u8.ToArray(), "v1"u8.ToArray(), [new HeaderData("x-original-offset"u8.ToArray(), [5, 0, 0, 0, 0, 0, 0, 0])]),
        new(7, 1_700_000_000_500, null, null, [new HeaderData("h"u8.ToArray(), null), new HeaderData("e"u8.ToArray(), [])]),
    ];

    [Theory]
    [InlineData(Stored)]
    [InlineData(LiteralLz4)]
    public async Task It_is_read(string hex)
    {
        var bytes = Bytes(hex);
        var storage = new InMemoryStorage();
        var entry = new SegmentEntry
        {
            StartOffset = 5, EndOffset = 7, FirstTimestamp = 1_700_000_000_000, LastTimestamp = 1_700_000_000_500,
            RecordCount = 2, UncompressedSize = 109, CompressedSize = bytes.Length,
        };
        var segment = new SegmentReference("sample", "t", 0, entry);
        await storage.WriteAsync(segment.Key, bytes, default, default);
        RecordComparison.AssertEqual(s_records, (await SegmentReading.ReadAsync(storage, segment)).Records, "worked example");
    }

    [Fact]
    public void It_is_written() =>
        Assert.Equal(Convert.ToHexString(Bytes(Stored)), Convert.ToHexString(ArchiveBuilder.Write(SegmentCompression.None, s_records).ToBytes()));

    private static byte[] Bytes(string hex) => Convert.FromHexString(string.Concat(hex.Where(char.IsAsciiHexDigit)));
}
