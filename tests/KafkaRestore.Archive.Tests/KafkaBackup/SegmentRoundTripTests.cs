using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using KafkaRestore.Archive.Compression;
using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Archive.Storage.InMemory;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Archive.Tests.KafkaBackup;

public sealed class SegmentRoundTripTests
{
    public static TheoryData<SegmentCompression> Compressions => [SegmentCompression.None, SegmentCompression.Zstd, SegmentCompression.Lz4];

    [Theory]
    [MemberData(nameof(Compressions))]
    public void Any_records_are_read_as_they_were_written(SegmentCompression compression) =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var records = ArchiveBuilderRecords.Odd(seed, random.Next(1, 60));
            var options = new SegmentReadOptions { BlockBytes = random.Next(64, 5000), Blocks = random.Next(2, 5), WholeInMemoryBytes = random.Next(2) == 0 ? 40 : 1 << 20 };
            RoundTripAsync(compression, records, options).GetAwaiter().GetResult();
        }).QuickCheckThrowOnFailure();

    [Theory]
    [MemberData(nameof(Compressions))]
    public async Task A_segment_without_records_is_read_as_empty(SegmentCompression compression) =>
        await RoundTripAsync(compression, []);

    [Theory]
    [MemberData(nameof(Compressions))]
    public async Task A_segment_of_one_record_is_read(SegmentCompression compression) =>
        await RoundTripAsync(compression, [.. ArchiveBuilderRecords.Plain(1, firstOffset: 41)]);

    [Theory]
    [InlineData(SegmentCompression.None, 3_000_000)]
    [InlineData(SegmentCompression.Zstd, 3_000_000)]
    [InlineData(SegmentCompression.Lz4, 3_000_000)]
    [InlineData(SegmentCompression.Zstd, 20_000_000)]
    [InlineData(SegmentCompression.Lz4, 20_000_000)]
    public async Task Records_larger_than_a_block_are_read_between_small_ones(SegmentCompression compression, int size)
    {
        var large = new byte[size];
        new Random(1).NextBytes(large.AsSpan(0, size / 2));
        RecordData[] records =
        [
            .. ArchiveBuilderRecords.Plain(100),
            new RecordData(100, 5, null, large, []),
            new RecordData(101, 6, large[..70_000], null, [new HeaderData("h"u8.ToArray(), large[..100_000])]),
            .. ArchiveBuilderRecords.Plain(100, firstOffset: 200),
            new RecordData(300, 5, [], large[..(1 << 16)], []),
        ];
        await RoundTripAsync(compression, records, new SegmentReadOptions { BlockBytes = 64 << 10, Blocks = 2 });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(19)]
    [InlineData(22)]
    public async Task Every_level_of_zstd_is_read(int level)
    {
        var records = ArchiveBuilderRecords.Plain(3000, valueBytes: 300).ToList();
        var writer = ArchiveBuilder.Write(SegmentCompression.Zstd, records, level);
        var (storage, segment) = await ArchiveBuilder.StoreAsync(writer);
        var (actual, notes) = await SegmentReading.ReadAsync(storage, segment);
        RecordComparison.AssertEqual(records, actual, $"level {level}");
        Assert.Empty(notes);
    }

    [Fact]
    public async Task Level_22_needs_the_largest_window()
    {
        var (storage, segment) = await ArchiveBuilder.StoreAsync(ArchiveBuilder.Write(SegmentCompression.Zstd, ArchiveBuilderRecords.Plain(10), 22));
        var bytes = new byte[100];
        await storage.ReadAsync(segment.Key, 0, bytes, default);
        Assert.InRange(ZstdDecoder.MemoryFor(bytes.AsSpan(SegmentHeader.Size)), 1L << ZstdDecoder.MaxWindowLog, (1L << ZstdDecoder.MaxWindowLog) + (1 << 20));
    }

    [Fact]
    public async Task Several_zstd_frames_in_a_row_are_one_payload()
    {
        var records = ArchiveBuilderRecords.Plain(90).ToList();
        var area = SegmentReading.Area(records);
        byte[] payload =
        [
            .. PayloadEncoder.Encode(area.AsSpan(0, 1000), SegmentCompression.Zstd, 3, 0, 0),
            .. PayloadEncoder.Encode([], SegmentCompression.Zstd, 3, 0, 0),
            .. PayloadEncoder.Encode(area.AsSpan(1000), SegmentCompression.Zstd, 19, 0, 0),
        ];
        var bytes = SegmentReading.Assemble(new SegmentHeader(SegmentCompression.Zstd, 90, 0, 89), payload);
        var (storage, segment) = await StoreAsync(bytes, 90, 0, 89);
        RecordComparison.AssertEqual(records, (await SegmentReading.ReadAsync(storage, segment)).Records, "frames");
    }

    [Fact]
    public async Task An_lz4_payload_of_a_size_alone_is_empty()
    {
        var bytes = SegmentReading.Assemble(new SegmentHeader(SegmentCompression.Lz4, 0, 0, 0), [0, 0, 0, 0]);
        var (storage, segment) = await StoreAsync(bytes, 0, 0, 0);
        Assert.Empty((await SegmentReading.ReadAsync(storage, segment)).Records);
    }

    [Fact]
    public async Task Reserved_bytes_of_the_header_are_ignored()
    {
        var writer = ArchiveBuilder.Write(SegmentCompression.None, ArchiveBuilderRecords.Plain(3));
        var bytes = writer.ToBytes();
        bytes[6] = 1;
        bytes[7] = 2;
        SegmentReading.WriteFooter(bytes);
        var (storage, segment) = await StoreAsync(bytes, 3, 0, 2);
        Assert.Equal(3, (await SegmentReading.ReadAsync(storage, segment)).Records.Count);
    }

    [Theory]
    [MemberData(nameof(Compressions))]
    public void What_the_manifest_must_say_is_what_the_object_is(SegmentCompression compression)
    {
        var records = ArchiveBuilderRecords.Plain(50, firstOffset: 7).ToList();
        var writer = ArchiveBuilder.Write(compression, records);
        var bytes = writer.ToBytes();
        var entry = writer.Describe(bytes, uploadedAt: 9);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), entry.Sha256.ToString());
        Assert.Equal(bytes.Length, entry.CompressedSize);
        Assert.Equal(SegmentReading.Area(records).Length, entry.UncompressedSize);
        Assert.Equal((7, 56, 50), (entry.StartOffset, entry.EndOffset, entry.RecordCount));
        Assert.Equal((records[0].Timestamp, records[^1].Timestamp, 9), (entry.FirstTimestamp, entry.LastTimestamp, entry.UploadedAt));
        Assert.EndsWith(compression switch { SegmentCompression.Zstd => ".bin.zst", SegmentCompression.Lz4 => ".bin.lz4", _ => ".bin" }, entry.KeyIn("b", "t", 1), StringComparison.Ordinal);
    }

    [Fact]
    public void The_writer_refuses_offsets_that_do_not_ascend()
    {
        var writer = new SegmentWriter(SegmentCompression.None);
        writer.Append(new RecordData(5, 0, null, null, []));
        Assert.Throws<ArgumentException>(() => writer.Append(new RecordData(5, 0, null, null, [])));
        Assert.Throws<ArgumentException>(() => writer.Append(new RecordData(4, 0, null, null, [])));
        Assert.Throws<ArgumentException>(() => new SegmentWriter(SegmentCompression.None).Append(new RecordData(-1, 0, null, null, [])));
        Assert.Equal(1, writer.Count);
    }

    [Theory]
    [InlineData("a/b", "topics/orders.v1", 3, 12, SegmentCompression.Zstd, "a/b/topics/topics/orders.v1/partition=3/segment-00000000000000000012.bin.zst")]
    [InlineData("x", "t", 0, long.MaxValue, SegmentCompression.None, "x/topics/t/partition=0/segment-09223372036854775807.bin")]
    public void The_usual_key_is_composed(string id, string topic, int partition, long offset, SegmentCompression compression, string key) =>
        Assert.Equal(key, SegmentEntryAt(offset) is var entry ? (entry with { KeyEnding = compression }).KeyIn(id, topic, partition) : null);

    [Fact]
    public async Task A_segment_under_an_old_six_digit_key_is_read()
    {
        var records = ArchiveBuilderRecords.Plain(4).ToList();
        var writer = ArchiveBuilder.Write(SegmentCompression.Zstd, records);
        var bytes = writer.ToBytes();
        var storage = new InMemoryStorage();
        var entry = writer.Describe(bytes, 1) with { OddKey = "old/topics/t/partition=0/segment-000003.bin.zst" };
        var segment = new SegmentReference("old", "t", 0, entry);
        await storage.WriteAsync("old/topics/t/partition=0/segment-000003.bin.zst", bytes, default, default);
        RecordComparison.AssertEqual(records, (await SegmentReading.ReadAsync(storage, segment)).Records, segment.Key);
    }

    [Theory]
    [InlineData(1, 512 << 10)]
    [InlineData(4, 63)]
    public void Options_that_cannot_work_are_refused(int blocks, int blockBytes) =>
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            new SegmentReader(new InMemoryStorage(), new(1), new SegmentReadOptions { Blocks = blocks, BlockBytes = blockBytes }));

    private static SegmentEntry SegmentEntryAt(long offset) =>
        new() { StartOffset = offset, EndOffset = offset, FirstTimestamp = 0, LastTimestamp = 0, RecordCount = 1 };

    private static async Task RoundTripAsync(SegmentCompression compression, IReadOnlyList<RecordData> records, SegmentReadOptions? options = null)
    {
        var (storage, segment) = await ArchiveBuilder.StoreAsync(ArchiveBuilder.Write(compression, records));
        var (actual, notes) = await SegmentReading.ReadAsync(storage, segment, options);
        RecordComparison.AssertEqual(records, actual, $"{compression} with {options}");
        Assert.Empty(notes);
    }

    private static async Task<(InMemoryStorage, SegmentReference)> StoreAsync(byte[] bytes, long count, long start, long end)
    {
        var storage = new InMemoryStorage();
        var segment = new SegmentReference("sample", "t", 0, SegmentEntryAt(start) with { EndOffset = end, RecordCount = count, CompressedSize = bytes.Length });
        await storage.WriteAsync(segment.Key, bytes, default, default);
        return (storage, segment);
    }
}
