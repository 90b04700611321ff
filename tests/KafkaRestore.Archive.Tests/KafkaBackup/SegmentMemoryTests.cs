using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Archive.Storage.InMemory;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;
using KafkaRestore.Testing;

namespace KafkaRestore.Archive.Tests.KafkaBackup;

/// <summary>What reading takes out of the budget, and that it comes back whatever happens.</summary>
public sealed class SegmentMemoryTests
{
    private const int Window = 128 << 20;
    private readonly MemoryBudget _budget = new(64 << 20);

    [Theory]
    [InlineData(SegmentCompression.None)]
    [InlineData(SegmentCompression.Zstd)]
    [InlineData(SegmentCompression.Lz4)]
    public async Task Giving_up_in_the_middle_gives_everything_back(SegmentCompression compression)
    {
        var (storage, segment) = await ArchiveBuilder.StoreAsync(ArchiveBuilder.Write(compression, ArchiveBuilderRecords.Plain(500)));
        var reader = new SegmentReader(storage, _budget, new SegmentReadOptions { BlockBytes = 1000, Blocks = 3 });
        var reservation = await _budget.ReserveAsync(reader.MemoryFor(segment), default);
        RecordBlock? kept = null;
        await using (var open = await reader.OpenAsync(segment, reservation, default))
        {
            await foreach (var block in open.Blocks)
            {
                if (kept is not null)
                {
                    block.Dispose();
                    break;
                }

                kept = block;
            }
        }

        Assert.True(_budget.UsedBytes > 0, "a block that is still out is still paid for");
        kept!.Dispose();
        Assert.Equal(0, _budget.UsedBytes);
    }

    [Fact]
    public async Task A_segment_that_is_opened_and_never_read_gives_everything_back()
    {
        var (storage, segment) = await ArchiveBuilder.StoreAsync(ArchiveBuilder.Write(SegmentCompression.Zstd, ArchiveBuilderRecords.Plain(5)));
        var reader = new SegmentReader(storage, _budget);
        var open = await reader.OpenAsync(segment, await _budget.ReserveAsync(reader.MemoryFor(segment), default), default);
        Assert.True(_budget.UsedBytes > 0);
        await open.DisposeAsync();
        await open.DisposeAsync();
        Assert.Equal(0, _budget.UsedBytes);
    }

    [Fact]
    public async Task Cancelling_while_all_blocks_are_out_ends_the_waiting_and_gives_everything_back()
    {
        using var stop = new CancellationTokenSource();
        var (storage, segment) = await ArchiveBuilder.StoreAsync(ArchiveBuilder.Write(SegmentCompression.Lz4, ArchiveBuilderRecords.Plain(500)));
        var reader = new SegmentReader(storage, _budget, new SegmentReadOptions { BlockBytes = 1000, Blocks = 2 });
        var open = await reader.OpenAsync(segment, await _budget.ReserveAsync(reader.MemoryFor(segment), default), stop.Token);
        var blocks = open.Blocks.GetAsyncEnumerator(default);
        var held = new List<RecordBlock>();
        for (var i = 0; i < 2; i++)
        {
            Assert.True(await blocks.MoveNextAsync());
            held.Add(blocks.Current);
        }

        var third = blocks.MoveNextAsync().AsTask();
        Assert.False(third.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third);
        await blocks.DisposeAsync();
        await open.DisposeAsync();
        held.ForEach(block => block.Dispose());
        Assert.Equal(0, _budget.UsedBytes);
    }

    [Fact]
    public async Task Cancelling_the_fetch_gives_everything_back()
    {
        using var stop = new CancellationTokenSource();
        var (inner, segment) = await ArchiveBuilder.StoreAsync(ArchiveBuilder.Write(SegmentCompression.None, ArchiveBuilderRecords.Plain(5000)));
        foreach (var whole in new[] { 0L, 1 << 20 })
        {
            var storage = new RemoteLikeStorage(inner) { OnRead = (_, offset) => { if (offset > 5000) { stop.Cancel(); } } };
            var reader = new SegmentReader(storage, _budget, new SegmentReadOptions { WholeInMemoryBytes = whole });
            var reservation = await _budget.ReserveAsync(reader.MemoryFor(segment), default);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reader.OpenAsync(segment, reservation, stop.Token));
            Assert.Equal(0, _budget.UsedBytes);
        }
    }

    [Fact]
    public async Task A_missing_object_gives_everything_back()
    {
        var (_, segment) = await ArchiveBuilder.StoreAsync(ArchiveBuilder.Write(SegmentCompression.None, ArchiveBuilderRecords.Plain(5)));
        var refused = await Assert.ThrowsAsync<RestoreException>(() => SegmentReading.ReadAsync(new InMemoryStorage(), segment, budget: _budget));
        Assert.Equal(ErrorCodes.SegmentMissing, refused.Code);
    }

    [Fact]
    public async Task A_window_and_a_record_both_beyond_a_small_budget_do_not_wait_for_each_other()
    {
        RecordData[] records = [.. ArchiveBuilderRecords.Plain(10), new RecordData(10, 0, null, new byte[3_000_000], []), new RecordData(11, 0, null, new byte[2_000_000], [])];
        var (storage, segment) = await ArchiveBuilder.StoreAsync(ArchiveBuilder.Write(SegmentCompression.Zstd, records, 22));
        var (actual, _) = await SegmentReading.ReadAsync(storage, segment, new SegmentReadOptions { BlockBytes = 4096 }, new MemoryBudget(1 << 20));
        RecordComparison.AssertEqual(records, actual, "small budget");
    }

    [Fact]
    public async Task A_large_record_comes_while_the_consumer_holds_every_block_but_one()
    {
        RecordData[] records = [.. ArchiveBuilderRecords.Plain(1), new RecordData(10, 0, null, new byte[30_000], [])];
        var (storage, segment) = await ArchiveBuilder.StoreAsync(ArchiveBuilder.Write(SegmentCompression.None, records));
        var reader = new SegmentReader(storage, _budget, new SegmentReadOptions { BlockBytes = 64, Blocks = 2 });
        await using var open = await reader.OpenAsync(segment, await _budget.ReserveAsync(reader.MemoryFor(segment), default), default);
        await using var blocks = open.Blocks.GetAsyncEnumerator(default);
        Assert.True(await blocks.MoveNextAsync());
        using var first = blocks.Current;
        Assert.True(await blocks.MoveNextAsync().AsTask().WaitAsync(SegmentReading.Patience));
        using var second = blocks.Current;
        Assert.Equal(1, second.Count);
    }

    [Fact]
    public async Task Segments_reserved_before_the_first_large_window_was_seen_still_pay_for_theirs()
    {
        var (storage, segment) = await ArchiveBuilder.StoreAsync(ArchiveBuilder.Write(SegmentCompression.Zstd, ArchiveBuilderRecords.Plain(10), 22));
        var budget = new MemoryBudget(1L << 30);
        var reader = new SegmentReader(storage, budget);
        var one = await budget.ReserveAsync(reader.MemoryFor(segment), default);
        var two = await budget.ReserveAsync(reader.MemoryFor(segment), default);
        Assert.InRange(budget.UsedBytes, 1, Window);
        await using (await reader.OpenAsync(segment, one, default))
        await using (await reader.OpenAsync(segment, two, default))
        {
            Assert.InRange(budget.UsedBytes, 2L * Window, (2L * Window) + (32 << 20));
            Assert.InRange(reader.MemoryFor(segment), Window, Window + (16 << 20));
        }

        Assert.Equal(0, budget.UsedBytes);
    }

    [Fact]
    public async Task Overlapping_segments_of_one_source_are_read_side_by_side_within_a_part_of_a_small_budget()
    {
        var records = ArchiveBuilderRecords.Plain(10, valueBytes: 5000).ToList();
        var (storage, segment) = await ArchiveBuilder.StoreAsync(ArchiveBuilder.Write(SegmentCompression.Zstd, records, 22));
        var budget = new MemoryBudget(1 << 20);
        var whole = new SegmentReader(storage, budget, new SegmentReadOptions { BlockBytes = 1000, Blocks = 2 });
        using (var reservation = await budget.ReserveAsync(2 * whole.MemoryFor(segment), default))
        {
            // Another lane meets the large window meanwhile.
            await SegmentReading.ReadAsync(new SegmentReader(storage, new MemoryBudget(1)), segment);
            var part = whole.Within(new MemoryBudget(reservation.Bytes));
            await using var one = await OpenAsync(part, segment).WaitAsync(SegmentReading.Patience);
            await using var two = await OpenAsync(part, segment).WaitAsync(SegmentReading.Patience);
            await using var first = one.Blocks.GetAsyncEnumerator(default);
            await using var second = two.Blocks.GetAsyncEnumerator(default);
            var count = 0;
            while (await first.MoveNextAsync().AsTask().WaitAsync(SegmentReading.Patience))
            {
                Assert.True(await second.MoveNextAsync().AsTask().WaitAsync(SegmentReading.Patience));
                Assert.True(first.Current.Bytes.SequenceEqual(second.Current.Bytes));
                count += first.Current.Count;
                first.Current.Dispose();
                second.Current.Dispose();
            }

            Assert.Equal(records.Count, count);
        }

        Assert.Equal(0, budget.UsedBytes);
    }

    [Fact]
    public async Task Segments_of_different_sources_exceed_the_budget_together_where_they_are_read_together()
    {
        RecordData[] records = [new RecordData(1, 0, null, new byte[50_000], [])];
        var storage = new InMemoryStorage();
        var segments = new List<SegmentReference>();
        for (var partition = 0; partition < 2; partition++)
        {
            var entry = await ArchiveBuilder.Write(SegmentCompression.None, records).WriteAsync(storage, "sample", "t", partition, 1, default);
            segments.Add(new SegmentReference("sample", "t", partition, entry));
        }

        var options = new SegmentReadOptions { BlockBytes = 1000, Blocks = 2 };
        var budget = new MemoryBudget(2 * new SegmentReader(storage, _budget, options).MemoryFor(segments[0]));
        var reader = new SegmentReader(storage, budget, options).Together();
        await using var one = await OpenAsync(reader, segments[0]);
        await using var two = await OpenAsync(reader, segments[1]);
        await using var first = one.Blocks.GetAsyncEnumerator(default);
        await using var second = two.Blocks.GetAsyncEnumerator(default);
        Assert.True(await first.MoveNextAsync().AsTask().WaitAsync(SegmentReading.Patience));
        using var large = first.Current;
        Assert.True(await second.MoveNextAsync().AsTask().WaitAsync(SegmentReading.Patience));
        using var other = second.Current;
        Assert.True(budget.UsedBytes > budget.TotalBytes + 100_000);
    }

    [Fact]
    public async Task An_object_larger_than_the_manifest_says_is_paid_for_when_the_manifest_is_not_trusted()
    {
        var (storage, segment) = await ArchiveBuilder.StoreAsync(ArchiveBuilder.Write(SegmentCompression.None, ArchiveBuilderRecords.Plain(1000, valueBytes: 20_000)));
        var reader = new SegmentReader(storage, _budget, new SegmentReadOptions { TrustSegments = true });
        var lie = segment with { Entry = segment.Entry with { CompressedSize = 100, Sha256 = null } };
        await using (await reader.OpenAsync(lie, await _budget.ReserveAsync(reader.MemoryFor(lie), default), default))
        {
            Assert.InRange(_budget.UsedBytes, segment.Entry.CompressedSize, _budget.TotalBytes);
        }

        Assert.Equal(0, _budget.UsedBytes);
    }

    [Fact]
    public async Task A_record_whose_length_cannot_be_true_takes_no_memory()
    {
        var area = new byte[100];
        BitConverter.TryWriteBytes(area, 1_000_000_000);
        var bytes = SegmentReading.Assemble(new SegmentHeader(SegmentCompression.None, 1, 0, 0), area);
        var storage = new InMemoryStorage();
        var (_, honest) = await ArchiveBuilder.StoreAsync(ArchiveBuilder.Write(SegmentCompression.None, ArchiveBuilderRecords.Plain(1)));
        var segment = honest with { Entry = honest.Entry with { CompressedSize = bytes.Length, UncompressedSize = 0, Sha256 = null } };
        await storage.WriteAsync(segment.Key, bytes, WriteMode.Replace, default);
        var reader = new SegmentReader(storage, _budget);
        await using var open = await OpenAsync(reader, segment);

        // Somebody else exceeds the budget from now on, so asking for a gigabyte would wait for ever.
        using var beyond = await _budget.ExtendAsync(_budget.TotalBytes, "somebody else", default);
        await using var blocks = open.Blocks.GetAsyncEnumerator(default);
        var refused = await Assert.ThrowsAsync<RestoreException>(() => blocks.MoveNextAsync().AsTask().WaitAsync(SegmentReading.Patience));
        Assert.Equal(ErrorCodes.ArchiveCorrupt, refused.Code);
        Assert.Contains("claims 1000000004 bytes", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<OpenSegment> OpenAsync(SegmentReader reader, SegmentReference segment) =>
        await reader.OpenAsync(segment, await reader.Budget.ReserveAsync(reader.MemoryFor(segment), default), default);
}
