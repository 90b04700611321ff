using FsCheck;
using FsCheck.Fluent;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Engine.Lanes.Stream;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Tests.Doubles;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Lanes.Stream;

public sealed class OverlapMergeTests
{
    private static readonly IReadOnlyList<RecordData> s_records = TestRecords.Ordinary(100);

    [Fact]
    public async Task Equal_copies_come_once_and_are_counted()
    {
        var archive = new TestArchive().AddSegment("t", 0, s_records).AddSegment("t", 0, s_records).AddSegment("t", 0, s_records);
        var (records, counters) = await ReadAsync(archive);
        RecordComparison.AssertEqual(s_records, records, "merged");
        Assert.Equal(200, counters.DuplicateCount);
        Assert.Equal(0, counters.OtherGenerationCount);
        Assert.Equal(3, counters.SegmentsRead);
    }

    [Fact]
    public async Task A_partial_overlap_comes_once()
    {
        var archive = new TestArchive().AddSegment("t", 0, Slice(0, 60)).AddSegment("t", 0, Slice(40, 100));
        var (records, counters) = await ReadAsync(archive);
        RecordComparison.AssertEqual(s_records, records, "merged");
        Assert.Equal(20, counters.DuplicateCount);
    }

    [Fact]
    public async Task A_segment_wholly_inside_another_adds_nothing()
    {
        var archive = new TestArchive().AddSegment("t", 0, s_records).AddSegment("t", 0, Slice(30, 50));
        var (records, counters) = await ReadAsync(archive);
        RecordComparison.AssertEqual(s_records, records, "merged");
        Assert.Equal(20, counters.DuplicateCount);
    }

    [Fact]
    public async Task Interleaved_segments_are_put_in_order()
    {
        var even = s_records.Where(record => record.Offset % 2 == 0).ToList();
        var odd = s_records.Where(record => record.Offset % 2 == 1).ToList();
        var (records, counters) = await ReadAsync(new TestArchive().AddSegment("t", 0, even).AddSegment("t", 0, odd));
        RecordComparison.AssertEqual(s_records, records, "merged");
        Assert.Equal(0, counters.DuplicateCount);
    }

    [Fact]
    public async Task Segments_before_and_behind_a_run_keep_their_place()
    {
        var archive = new TestArchive().AddSegment("t", 0, Slice(0, 20)).AddSegment("t", 0, Slice(20, 50)).AddSegment("t", 0, Slice(45, 70)).AddSegment("t", 0, Slice(70, 100));
        var (records, counters) = await ReadAsync(archive);
        RecordComparison.AssertEqual(s_records, records, "merged");
        Assert.Equal(5, counters.DuplicateCount);
        Assert.Equal(4, counters.SegmentsRead);
    }

    [Fact]
    public async Task A_chain_of_a_hundred_overlapping_segments_needs_no_more_than_two_at_once()
    {
        var all = TestRecords.Ordinary(1_050, valueBytes: 2_000);
        var archive = new TestArchive { Compression = SegmentCompression.Zstd };
        for (var i = 0; i < 100; i++)
        {
            archive.AddSegment("t", 0, [.. all.Skip(i * 10).Take(15)]);
        }

        var plan = archive.Plan();
        var lane = Assert.Single(plan.Lanes);
        var run = Assert.Single(SegmentRun.Of(lane.Sources[0].Segments));
        Assert.Equal(2, run.Depth);
        var reader = new SegmentReader(archive.Storage, new MemoryBudget(1));
        var need = OverlapMerge.MemoryFor(plan.BackupId, lane.Sources[0], run, reader);
        Assert.True(need < 10 << 20, $"a chain of depth two asks for {need} bytes");

        var budget = new MemoryBudget(need);
        var stream = Streams.Open(archive.Storage, plan, lane, budget);
        RecordComparison.AssertEqual([.. all.Take(1_005)], await Streams.ReadAsync(stream, () => $"{budget.UsedBytes} of {budget.TotalBytes} bytes used"), "chain");
        Assert.Equal(495, stream.Counters[0].DuplicateCount);
        Assert.Equal(0, budget.UsedBytes);
    }

    [Fact]
    public async Task Different_copies_are_refused_naming_both_objects_and_the_offset()
    {
        var archive = new TestArchive().AddSegment("t", 7, Slice(0, 60), uploadedAt: 1_000).AddSegment("t", 7, Other(50, 100), uploadedAt: 2_000);
        var stream = Streams.Open(archive.Storage, archive.Plan(), archive.Plan().Lanes[0], new MemoryBudget(64 << 20));
        var failure = await Assert.ThrowsAsync<RestoreException>(() => Streams.ReadAsync(stream));
        Assert.Equal(ErrorCodes.ArchiveGenerations, failure.Code);
        Assert.Contains("offset 50 of t/7", failure.Message, StringComparison.Ordinal);
        Assert.Contains(archive.KeyOf("t", 7, 0), failure.Where, StringComparison.Ordinal);
        Assert.Contains(archive.KeyOf("t", 7, 1), failure.Where, StringComparison.Ordinal);
    }

    public static TheoryData<string> Differences => ["timestamp", "key", "null key", "value", "null value", "header value", "header key", "header order", "one header more", "null header"];

    [Theory]
    [MemberData(nameof(Differences))]
    public async Task Copies_are_equal_only_in_every_part(string difference)
    {
        var one = TestRecords.Record(5, 1, [], [], TestRecords.Header("a", [1]), TestRecords.Header("b", []));
        var other = difference switch
        {
            "timestamp" => one with { Timestamp = 2 },
            "key" => one with { Key = [0] },
            "null key" => one with { Key = null },
            "value" => one with { Value = [0] },
            "null value" => one with { Value = null },
            "header value" => one with { Headers = [TestRecords.Header("a", [2]), TestRecords.Header("b", [])] },
            "header key" => one with { Headers = [TestRecords.Header("A", [1]), TestRecords.Header("b", [])] },
            "header order" => one with { Headers = [TestRecords.Header("b", []), TestRecords.Header("a", [1])] },
            "one header more" => one with { Headers = [.. one.Headers, TestRecords.Header("c", [])] },
            _ => one with { Headers = [TestRecords.Header("a", [1]), TestRecords.Header("b", null)] },
        };
        var archive = new TestArchive().AddSegment("t", 0, [one]).AddSegment("t", 0, [other]);
        var failure = await Assert.ThrowsAsync<RestoreException>(() => ReadAsync(archive));
        Assert.Equal(ErrorCodes.ArchiveGenerations, failure.Code);
    }

    [Fact]
    public async Task Tracking_headers_of_the_backup_may_differ_between_copies()
    {
        var plain = TestRecords.Record(5, 1_000, [1], [2], TestRecords.Header("own", [1]));
        var tracked = plain with { Headers = [.. plain.Headers, .. Tracking.Of(5, 1_000)] };
        var clustered = plain with { Headers = [.. plain.Headers, .. Tracking.Of(5, 1_000, "prod")] };
        var (records, counters) = await ReadAsync(new TestArchive().AddSegment("t", 0, [tracked]).AddSegment("t", 0, [plain]).AddSegment("t", 0, [clustered]));
        Assert.Single(records);
        Assert.Equal(2, counters.DuplicateCount);
    }

    [Theory]
    [InlineData(GenerationChoice.Oldest, 1_000, 2_000, false)]
    [InlineData(GenerationChoice.Newest, 1_000, 2_000, true)]
    [InlineData(GenerationChoice.Oldest, 2_000, 1_000, true)]
    [InlineData(GenerationChoice.Newest, 2_000, 1_000, false)]
    public async Task The_chosen_generation_wins_over_the_whole_overlap(GenerationChoice choice, long uploadedFirst, long uploadedSecond, bool secondWins)
    {
        // The second life of the topic was compacted: every third offset is missing, and must not be filled from the first.
        var second = Other(40, 100).Where(record => record.Offset % 3 != 0).ToList();
        var archive = new TestArchive().AddSegment("t", 0, Slice(0, 60), uploadedFirst).AddSegment("t", 0, second, uploadedSecond);
        var (records, counters) = await ReadAsync(archive, choice);
        List<RecordData> expected = secondWins ? [.. Slice(0, 40), .. second] : [.. Slice(0, 60), .. second.Where(record => record.Offset >= 60)];
        RecordComparison.AssertEqual(expected, records, $"{choice}");
        Assert.Equal(60 + second.Count, records.Count + counters.DuplicateCount + counters.OtherGenerationCount);
        Assert.True(counters.OtherGenerationCount > 0);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1_000, 0)]
    [InlineData(0, 1_000)]
    [InlineData(1_000, 1_000)]
    public async Task Without_two_different_upload_times_no_generation_can_be_chosen(long first, long second)
    {
        var archive = new TestArchive().AddSegment("t", 0, Slice(0, 10), first).AddSegment("t", 0, Other(5, 15), second);
        var failure = await Assert.ThrowsAsync<RestoreException>(() => ReadAsync(archive, GenerationChoice.Newest));
        Assert.Equal(ErrorCodes.ArchiveGenerations, failure.Code);
    }

    [Fact]
    public async Task Equal_copies_stay_duplicates_when_a_generation_is_chosen()
    {
        var archive = new TestArchive().AddSegment("t", 0, Slice(0, 60), 1).AddSegment("t", 0, Slice(40, 100), 2);
        var (records, counters) = await ReadAsync(archive, GenerationChoice.Newest);
        RecordComparison.AssertEqual(s_records, records, "merged");
        Assert.Equal((20, 0), (counters.DuplicateCount, counters.OtherGenerationCount));
    }

    [Fact]
    public async Task Copies_larger_than_a_block_are_merged_and_not_waited_for()
    {
        var large = new[] { TestRecords.Record(0, 1, null, TestRecords.Bytes(3 << 20, 1)), TestRecords.Record(1, 1, null, TestRecords.Bytes(2 << 20, 2)) };
        var archive = new TestArchive().AddSegment("t", 0, large).AddSegment("t", 0, large);
        var (records, counters) = await ReadAsync(archive);
        RecordComparison.AssertEqual(large, records, "large");
        Assert.Equal(2, counters.DuplicateCount);
    }

    [Fact]
    public async Task Segments_with_a_large_compression_window_are_merged_and_not_waited_for()
    {
        // Level 22 wants a window far beyond what is reserved before the first segment is seen.
        var all = TestRecords.Ordinary(300, valueBytes: 30_000);
        var archive = new TestArchive { Compression = SegmentCompression.Zstd, ZstdLevel = 22 };
        archive.AddSegment("t", 0, [.. all.Take(200)]).AddSegment("t", 0, [.. all.Skip(100)]);
        var (records, counters) = await ReadAsync(archive);
        RecordComparison.AssertEqual(all, records, "large window");
        Assert.Equal(100, counters.DuplicateCount);
    }

    [Fact]
    public void Any_cut_of_a_list_into_overlapping_segments_gives_back_the_list()
    {
        var cuts = (from start in Gen.Choose(0, 99) from length in Gen.Choose(1, 60) select (start, length)).ArrayOf();
        Prop.ForAll(cuts.ToArbitrary(), drawn =>
        {
            var archive = new TestArchive();
            var covered = new SortedSet<int>();
            foreach (var (start, length) in drawn.Append((0, 1)))
            {
                var end = Math.Min(100, start + length);
                archive.AddSegment("t", 0, Slice(start, end));
                covered.UnionWith(Enumerable.Range(start, end - start));
            }

            var (records, counters) = ReadAsync(archive).GetAwaiter().GetResult();
            RecordComparison.AssertEqual([.. covered.Select(offset => s_records[offset])], records, "cut");
            Assert.Equal(drawn.Sum(cut => Math.Min(100, cut.start + cut.length) - cut.start) + 1, records.Count + counters.DuplicateCount);
        }).QuickCheckThrowOnFailure();
    }

    private static IReadOnlyList<RecordData> Slice(int start, int end) => [.. s_records.Skip(start).Take(end - start)];

    private static IReadOnlyList<RecordData> Other(int start, int end) => [.. Slice(start, end).Select(record => record with { Value = [0xEE] })];

    private static async Task<(List<RecordData> Records, SourceCounters Counters)> ReadAsync(TestArchive archive, GenerationChoice choice = GenerationChoice.Refuse)
    {
        var plan = archive.Plan(options => options with { Selection = options.Selection with { Generation = choice } });
        var budget = new MemoryBudget(64 << 20);
        var stream = Streams.Open(archive.Storage, plan, Assert.Single(plan.Lanes), budget);
        try
        {
            var records = await Streams.ReadAsync(stream, () => $"{budget.UsedBytes} of {budget.TotalBytes} bytes used");
            return (records, stream.Counters[0]);
        }
        finally
        {
            Assert.Equal(0, budget.UsedBytes);
        }
    }
}
