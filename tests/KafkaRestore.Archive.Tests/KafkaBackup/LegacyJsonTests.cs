using System.Text;
using KafkaRestore.Archive.Compression;
using KafkaRestore.Archive.KafkaBackup;
using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Archive.Storage.InMemory;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;
using KafkaRestore.Testing;

namespace KafkaRestore.Archive.Tests.KafkaBackup;

/// <summary>Segments of the form that was used before the first release.</summary>
public sealed class LegacyJsonTests
{
    private const string Text = """
         [{"key":"a2V5","value":"dmFsdWU=","headers":[{"key":"h","value":null},{"key":"ü","value":"AQI="},{"key":"i"}],"timestamp":1700000000000,"offset":3},
          {"key":null,"value":"","timestamp":-1,"offset":5,"unknown":{"a":[1]}},
          {"timestamp":0,"offset":9,"headers":null}]
        """;

    private static readonly RecordData[] s_records =
    [
        new(3, 1_700_000_000_000, "key"u8.ToArray(), "value"u8.ToArray(),
            [new HeaderData("h"u8.ToArray(), null), new HeaderData("ü"u8.ToArray(), [1, 2]), new HeaderData("i"u8.ToArray(), null)]),
        new(5, -1, null, [], []),
        new(9, 0, null, null, []),
    ];

    [Theory]
    [InlineData(null, ".json")]
    [InlineData(null, ".json.zst")]
    [InlineData(SegmentCompression.Zstd, ".json.zst")]
    [InlineData(SegmentCompression.Zstd, ".json")]
    [InlineData(SegmentCompression.Lz4, ".json.lz4")]
    public async Task It_is_read_whatever_packs_it(SegmentCompression? compression, string ending)
    {
        var bytes = Encoding.UTF8.GetBytes(Text);
        var packed = compression is { } known ? PayloadEncoder.Encode(bytes, known, 3, 0, 0) : bytes;
        foreach (var block in new[] { 64, 512 << 10 })
        {
            var (records, notes) = await ReadAsync(packed, ending, options: new SegmentReadOptions { BlockBytes = block });
            RecordComparison.AssertEqual(s_records, records, ending);
            Assert.Empty(notes);
        }
    }

    [Fact]
    public async Task It_is_parsed_whole_also_where_other_segments_would_be_read_in_pieces()
    {
        var (records, _) = await ReadAsync(Encoding.UTF8.GetBytes(Text), ".json", options: new SegmentReadOptions { WholeInMemoryBytes = 100 });

        RecordComparison.AssertEqual(s_records, records, "larger than what is held in memory");
    }

    [Fact]
    public async Task An_empty_list_has_no_records() =>
        Assert.Empty((await ReadAsync("[]"u8.ToArray(), ".json", entry => entry with { RecordCount = 0 })).Records);

    [Fact]
    public async Task Many_records_and_large_ones_are_read_within_a_small_budget()
    {
        var large = Convert.ToBase64String(new byte[3_000_000]);
        var text = "[" + string.Join(',', Enumerable.Range(0, 2000).Select(i => $$"""{"value":"{{(i == 1000 ? large : "AAAA")}}","timestamp":1,"offset":{{i}}}""")) + "]";
        foreach (var compression in new[] { SegmentCompression.Zstd, SegmentCompression.Lz4 })
        {
            var packed = PayloadEncoder.Encode(Encoding.UTF8.GetBytes(text), compression, compression == SegmentCompression.Zstd ? 22 : 1, 0, 0);
            var (records, _) = await ReadAsync(packed, compression == SegmentCompression.Lz4 ? ".json.lz4" : ".json.zst",
                entry => entry with { StartOffset = 0, EndOffset = 1999, RecordCount = 2000 }, new SegmentReadOptions { BlockBytes = 4096 }, new MemoryBudget(1));
            Assert.Equal(2000, records.Count);
            Assert.Equal(3_000_000, records[1000].Value!.Length);
        }
    }

    [Theory]
    [InlineData("xx", "neither a segment (KBAK) nor")]
    [InlineData("{\"offset\":1}", "neither a segment (KBAK) nor")]
    [InlineData("[", "has 1 bytes")]
    [InlineData("[ ", "not whole JSON")]
    [InlineData("[]]", "not whole JSON")]
    [InlineData("[][]", "not whole JSON")]
    [InlineData("[5]", "a record is not an object")]
    [InlineData("[[]]", "a record is not an object")]
    [InlineData("[{\"timestamp\":1}]", "'offset' is missing")]
    [InlineData("[{\"offset\":3}]", "'timestamp' is missing")]
    [InlineData("[{\"timestamp\":1,\"offset\":\"3\"}]", "record 1")]
    [InlineData("[{\"timestamp\":1,\"offset\":99999999999999999999}]", "record 1")]
    [InlineData("[{\"timestamp\":1,\"offset\":3.5}]", "record 1")]
    [InlineData("[{\"timestamp\":1,\"offset\":-3}]", "offset -3 of record 1")]
    [InlineData("[{\"timestamp\":1,\"offset\":3},{\"timestamp\":1,\"offset\":3}]", "offset 3 of record 2 does not follow offset 3")]
    [InlineData("[{\"timestamp\":1,\"offset\":3,\"value\":\"not base64\"}]", "record 1")]
    [InlineData("[{\"timestamp\":1,\"offset\":3,\"value\":5}]", "record 1")]
    [InlineData("[{\"timestamp\":1,\"offset\":3,\"headers\":{}}]", "'headers' is not a list")]
    [InlineData("[{\"timestamp\":1,\"offset\":3,\"headers\":[5]}]", "a header is not an object")]
    [InlineData("[{\"timestamp\":1,\"offset\":3,\"headers\":[{\"value\":null}]}]", "a header has no 'key'")]
    [InlineData("[{\"timestamp\":1,\"offset\":3,\"headers\":[{\"key\":5}]}]", "record 1")]
    [InlineData("[{\"timestamp\":1,\"offset\":3,\"x\":\"\\ud800\"},{\"timestamp\":1,\"offset\":4", "not whole JSON")]
    public async Task Damage_is_named_with_its_place(string text, string words)
    {
        var refused = await Assert.ThrowsAsync<RestoreException>(() => ReadAsync(Encoding.UTF8.GetBytes(text), ".json"));
        Assert.Equal(ErrorCodes.ArchiveCorrupt, refused.Code);
        Assert.Contains(words, refused.Message, StringComparison.Ordinal);
        Assert.Contains("sample/topics/t/partition=0/segment-000003.json", refused.Describe(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_truncation_is_noticed()
    {
        var bytes = Encoding.UTF8.GetBytes(Text);
        for (var length = 2; length < bytes.Length; length++)
        {
            await Assert.ThrowsAsync<RestoreException>(() => ReadAsync(bytes[..length], ".json"));
        }
    }

    [Theory]
    [InlineData(SegmentCompression.Zstd)]
    [InlineData(SegmentCompression.Lz4)]
    public async Task Every_truncation_of_a_packed_one_is_noticed(SegmentCompression compression)
    {
        var packed = PayloadEncoder.Encode(Encoding.UTF8.GetBytes(Text), compression, 3, 0, 0);
        for (var length = 4; length < packed.Length; length++)
        {
            var refused = await Assert.ThrowsAsync<RestoreException>(() => ReadAsync(packed[..length], compression == SegmentCompression.Lz4 ? ".json.lz4" : ".json.zst"));
            Assert.Equal(ErrorCodes.ArchiveCorrupt, refused.Code);
        }
    }

    [Theory]
    [InlineData(65_536, 1)]
    [InlineData(1, 65_536)]
    public async Task Headers_beyond_the_layout_are_damage(int keyLength, int headers)
    {
        var header = $$"""{"key":"{{new string('k', keyLength)}}"}""";
        var text = $$"""[{"timestamp":1,"offset":3,"headers":[{{string.Join(',', Enumerable.Repeat(header, headers))}}]}]""";
        var refused = await Assert.ThrowsAsync<RestoreException>(() => ReadAsync(Encoding.UTF8.GetBytes(text), ".json"));
        Assert.Equal(ErrorCodes.ArchiveCorrupt, refused.Code);
        Assert.Contains("65535", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Limits_hold_for_what_is_stored_and_for_what_it_unpacks_to()
    {
        var bytes = Encoding.UTF8.GetBytes("[" + new string(' ', 2_000_000) + "]");
        var options = new SegmentReadOptions { Limits = new ArchiveLimits { LegacyJsonBytes = 1_500_000 } };
        var stored = await Assert.ThrowsAsync<RestoreException>(() => ReadAsync(bytes, ".json", options: options));
        Assert.Equal(ErrorCodes.ArchiveLimit, stored.Code);
        foreach (var compression in new[] { SegmentCompression.Zstd, SegmentCompression.Lz4 })
        {
            var packed = PayloadEncoder.Encode(bytes, compression, 3, 0, 0);
            var bomb = await Assert.ThrowsAsync<RestoreException>(() => ReadAsync(packed, compression == SegmentCompression.Lz4 ? ".lz4" : ".zst", options: options));
            Assert.Equal(ErrorCodes.ArchiveLimit, bomb.Code);
            Assert.Contains("1500000 bytes", bomb.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("records", "holds 3 records, the manifest says 4")]
    [InlineData("first", "first record has offset 3, the manifest says 2")]
    [InlineData("last", "last record has offset 9, the manifest says 10")]
    [InlineData("digest", "SHA-256")]
    public async Task Differences_from_the_manifest_are_refused_or_noted(string what, string words)
    {
        SegmentEntry Lie(SegmentEntry entry) => what switch
        {
            "records" => entry with { RecordCount = 4 },
            "first" => entry with { StartOffset = 2 },
            "last" => entry with { EndOffset = 10 },
            _ => entry with { Sha256 = new Sha256Digest(1, 2, 3, 4) },
        };
        var refused = await Assert.ThrowsAsync<RestoreException>(() => ReadAsync(Encoding.UTF8.GetBytes(Text), ".json", Lie));
        Assert.Equal(ErrorCodes.ArchiveCorrupt, refused.Code);
        Assert.Contains(words, refused.Message, StringComparison.Ordinal);
        var (records, notes) = await ReadAsync(Encoding.UTF8.GetBytes(Text), ".json", Lie, new SegmentReadOptions { TrustSegments = true });
        Assert.Equal(3, records.Count);
        Assert.Contains(words, Assert.Single(notes), StringComparison.Ordinal);
    }

    private static async Task<(List<RecordData> Records, IReadOnlyList<string> Notes)> ReadAsync(
        byte[] bytes, string ending, Func<SegmentEntry, SegmentEntry>? change = null, SegmentReadOptions? options = null, MemoryBudget? budget = null)
    {
        var entry = new SegmentEntry
        {
            StartOffset = 3, EndOffset = 9, FirstTimestamp = 0, LastTimestamp = 0, RecordCount = 3, CompressedSize = bytes.Length,
            OddKey = "sample/topics/t/partition=0/segment-000003" + ending,
        };
        var segment = new SegmentReference("sample", "t", 0, change is null ? entry : change(entry));
        var storage = new InMemoryStorage();
        await storage.WriteAsync(segment.Key, bytes, default, default);
        return await SegmentReading.ReadAsync(storage, segment, options, budget);
    }
}
