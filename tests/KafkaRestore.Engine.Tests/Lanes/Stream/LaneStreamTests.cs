using System.Security.Cryptography;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Engine.Lanes.Stream;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Tests.Doubles;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Lanes.Stream;

public sealed class LaneStreamTests
{
    [Fact]
    public async Task The_same_plan_gives_the_same_bytes_every_time()
    {
        var archive = new TestArchive { Compression = SegmentCompression.Lz4 }
            .AddSegments("a", 0, TestRecords.Ordinary(5_000), 300)
            .AddSegment("b", 1, TestRecords.Ordinary(400))
            .AddSegment("b", 1, TestRecords.Ordinary(400, 200))
            .AddSegments("b", 2, TestRecords.Nasty(), 5);
        var options = archive.Options() with
        {
            Mapping = new MappingOptions { Topics = new Dictionary<string, string> { ["a"] = "all", ["b"] = "all" }, Partitions = new Dictionary<int, int> { [1] = 0, [2] = 0 } },
            Headers = new HeaderOptions { Strip = true, Add = true },
        };
        var first = await HashAsync(archive, options, new MemoryBudget(64 << 20), new SegmentReadOptions());
        var second = await HashAsync(archive, options, new MemoryBudget(8 << 20), new SegmentReadOptions { BlockBytes = 10_000, WholeInMemoryBytes = 100 });
        Assert.Equal(first, second);
    }

    [Fact]
    public async Task Sources_of_one_partition_come_one_after_the_other_and_say_which_they_are()
    {
        var archive = new TestArchive().AddSegments("b", 0, TestRecords.Ordinary(20), 6).AddSegments("a", 1, TestRecords.Ordinary(20, 500), 6).AddSegments("a", 0, TestRecords.Ordinary(20, 900), 6);
        var plan = archive.Plan(options => options with
        {
            Mapping = new MappingOptions { Topics = new Dictionary<string, string> { ["a"] = "b" }, Partitions = new Dictionary<int, int> { [1] = 0 } },
        });
        var offsets = new List<(int, long)>();
        await foreach (var block in Streams.Open(archive.Storage, plan, Assert.Single(plan.Lanes), new MemoryBudget(64 << 20)).ReadAsync(CancellationToken.None))
        {
            using (block)
            {
                foreach (var record in block)
                {
                    offsets.Add((block.Source, record.Offset));
                }
            }
        }

        Assert.Equal([.. Range(0, 900, 20), .. Range(1, 500, 20), .. Range(2, 0, 20)], offsets);
    }

    [Fact]
    public async Task A_damaged_second_segment_ends_the_stream_behind_the_first_ones_records()
    {
        var archive = new TestArchive().AddSegments("t", 0, TestRecords.Ordinary(30), 10);
        await archive.DamageAsync("t", 0, 1);
        var budget = new MemoryBudget(64 << 20);
        var plan = archive.Plan();
        var records = new List<RecordData>();
        var failure = await Assert.ThrowsAsync<RestoreException>(() => Streams.ReadInto(Streams.Open(archive.Storage, plan, plan.Lanes[0], budget), records));
        Assert.Equal(ErrorCodes.ArchiveCorrupt, failure.Code);
        Assert.Equal(archive.KeyOf("t", 0, 1), failure.Where);
        RecordComparison.AssertEqual(TestRecords.Ordinary(10), records, "first segment");
        Assert.Equal(0, budget.UsedBytes);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    public async Task Stopping_early_gives_all_memory_back(int blocks)
    {
        var archive = new TestArchive { Compression = SegmentCompression.Zstd }.AddSegments("t", 0, TestRecords.Ordinary(2_000, valueBytes: 1_000), 50);
        archive.AddSegment("t", 0, TestRecords.Ordinary(100, 1_950, valueBytes: 1_000));
        var budget = new MemoryBudget(64 << 20);
        var room = new MemoryBudget(8 << 20);
        var plan = archive.Plan(options => options with { Headers = new HeaderOptions { Add = true } });
        var stream = new LaneStream(plan, plan.Lanes[0], new SegmentReader(archive.Storage, budget, new SegmentReadOptions { BlockBytes = 8_000 }), room);
        var left = blocks;
        await foreach (var block in stream.ReadAsync(CancellationToken.None))
        {
            block.Dispose();
            if (left-- == 0)
            {
                break;
            }
        }

        Assert.Equal((0, 0), (budget.UsedBytes, room.UsedBytes));
    }

    [Fact]
    public async Task Cancelling_gives_all_memory_back()
    {
        var archive = new TestArchive().AddSegments("t", 0, TestRecords.Ordinary(2_000, valueBytes: 1_000), 50);
        var budget = new MemoryBudget(64 << 20);
        var plan = archive.Plan();
        using var stop = new CancellationTokenSource();
        var records = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var block in Streams.Open(archive.Storage, plan, plan.Lanes[0], budget).ReadAsync(stop.Token))
            {
                using (block)
                {
                    records += block.Count;
                    await stop.CancelAsync();
                }
            }
        });
        Assert.InRange(records, 50, 1_999);
        Assert.Equal(0, budget.UsedBytes);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(64)]
    public async Task Many_lanes_share_one_budget_and_none_waits_for_ever(int mebibytes)
    {
        var archive = new TestArchive { Compression = SegmentCompression.Zstd };
        for (var partition = 0; partition < 6; partition++)
        {
            archive.AddSegments("t", partition, TestRecords.Ordinary(400, valueBytes: 2_000), 20);
            archive.AddSegment("t", partition, TestRecords.Ordinary(30, 390, valueBytes: 2_000));
        }

        var peak = await ReadAllAsync(archive, new MemoryBudget(mebibytes << 20), expectedPerLane: 420);
        Assert.InRange(peak, 1, mebibytes << 20);
    }

    [Fact]
    public async Task Segments_larger_than_the_budget_go_alone()
    {
        var archive = new TestArchive();
        for (var partition = 0; partition < 4; partition++)
        {
            archive.AddSegments("t", partition, TestRecords.Ordinary(60, valueBytes: 10_000), 20);
        }

        var budget = new MemoryBudget(1_000);
        var plan = archive.Plan();
        var largest = plan.Lanes.SelectMany(lane => lane.Sources).SelectMany(source => source.Segments.Select(segment => new SegmentReference(plan.BackupId, source.Topic, source.Partition, segment)))
            .Max(new SegmentReader(archive.Storage, budget).MemoryFor);
        var peak = await ReadAllAsync(archive, budget, expectedPerLane: 60);
        Assert.InRange(peak, 1, largest);
    }

    [Fact]
    public async Task Large_windows_found_on_opening_stop_nobody_in_the_smallest_budget()
    {
        // The windows (level 22) exceed what was reserved; several segments of a lane find out at once while they are opened ahead.
        var archive = new TestArchive { Compression = SegmentCompression.Zstd, ZstdLevel = 22 };
        for (var partition = 0; partition < 3; partition++)
        {
            archive.AddSegments("t", partition, TestRecords.Ordinary(40, valueBytes: 300_000), 10);
        }

        await ReadAllAsync(archive, new MemoryBudget(20 << 20), expectedPerLane: 40);
    }

    [Fact]
    public async Task Large_records_behind_large_windows_stop_nobody_in_the_smallest_budget()
    {
        var archive = new TestArchive { Compression = SegmentCompression.Zstd, ZstdLevel = 19 };
        for (var partition = 0; partition < 2; partition++)
        {
            archive.AddSegments("t", partition, TestRecords.Ordinary(6, valueBytes: 3 << 20), 3);
        }

        await ReadAllAsync(archive, new MemoryBudget(8 << 20), expectedPerLane: 6);
    }

    [Fact]
    public async Task Segments_of_unknown_size_stop_nobody_in_the_smallest_budget()
    {
        var archive = new TestArchive { Describe = static entry => entry with { CompressedSize = 0, UncompressedSize = 0, Sha256 = null } };
        for (var partition = 0; partition < 3; partition++)
        {
            archive.AddSegments("t", partition, TestRecords.Ordinary(60, valueBytes: 100_000), 10);
        }

        await ReadAllAsync(archive, new MemoryBudget(8 << 20), expectedPerLane: 60);
    }

    [Fact]
    public async Task A_trusted_segment_that_reaches_into_the_next_one_is_refused_and_not_restored_twice()
    {
        // The manifest still says what the first run wrote; the object was written again and grew.
        var archive = new TestArchive { Describe = static entry => entry.StartOffset == 0 ? entry with { EndOffset = 9, RecordCount = 10, Sha256 = null } : entry };
        archive.AddSegment("t", 0, TestRecords.Ordinary(15)).AddSegment("t", 0, TestRecords.Ordinary(10, 10));
        var failure = await Assert.ThrowsAsync<RestoreException>(() => Streams.ReadAsync(archive, archive.Plan(), options: new SegmentReadOptions { TrustSegments = true }));
        Assert.Equal(ErrorCodes.ArchiveCorrupt, failure.Code);
        Assert.Equal(archive.KeyOf("t", 0, 1), failure.Where);
    }

    private static IEnumerable<(int, long)> Range(int source, long first, int count) => Enumerable.Range(0, count).Select(i => (source, first + i));

    /// <summary>Reads all lanes at once and says the highest use of the budget that was seen.</summary>
    private static async Task<long> ReadAllAsync(TestArchive archive, MemoryBudget budget, int expectedPerLane)
    {
        var plan = archive.Plan();
        var reader = new SegmentReader(archive.Storage, budget, new SegmentReadOptions { BlockBytes = 64 << 10 });
        var counts = new long[plan.Lanes.Count];
        long peak = 0;
        await Streams.WithPatienceAsync(
            Task.WhenAll(plan.Lanes.Select((lane, index) => Task.Run(async () =>
            {
                await foreach (var block in new LaneStream(plan, lane, reader, new MemoryBudget(1)).ReadAsync(CancellationToken.None))
                {
                    using (block)
                    {
                        Interlocked.Add(ref counts[index], block.Count);
                        var used = budget.UsedBytes;
                        for (var seen = Interlocked.Read(ref peak); used > seen; seen = Interlocked.Read(ref peak))
                        {
                            Interlocked.CompareExchange(ref peak, used, seen);
                        }
                    }
                }
            }))),
            () => $"records per lane {string.Join(", ", counts)} of {expectedPerLane}; {budget.UsedBytes} of {budget.TotalBytes} bytes used");
        Assert.All(counts, count => Assert.Equal(expectedPerLane, count));
        Assert.Equal(0, budget.UsedBytes);
        return peak;
    }

    private static async Task<string> HashAsync(TestArchive archive, RestoreOptions options, MemoryBudget budget, SegmentReadOptions reading)
    {
        var plan = archive.Plan(_ => options);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await foreach (var block in Streams.Open(archive.Storage, plan, Assert.Single(plan.Lanes), budget, reading).ReadAsync(CancellationToken.None))
        {
            using (block)
            {
                hash.AppendData(block.Bytes);
            }
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
