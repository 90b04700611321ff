using KafkaRestore.Engine.OffsetMaps;
using KafkaRestore.Engine.OffsetMaps.Storage;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Tests.OffsetMaps;

public sealed class OffsetMapWriterTests
{
    [Fact]
    public async Task Runs_that_continue_each_other_are_one()
    {
        var writer = new OffsetMapWriter();
        writer.Append(10, 3, 5);
        writer.Append(15, 8, 1);
        writer.Append(17, 9, 1);
        writer.Append(18, 11, 4);
        Assert.Equal([new OffsetRun(10, 3, 6), new OffsetRun(17, 9, 1), new OffsetRun(18, 11, 4)], await RunsAsync(writer.Snapshot().State));
    }

    [Theory]
    [InlineData(14, 20, 1)]
    [InlineData(20, 7, 1)]
    [InlineData(15, 7, 1)]
    [InlineData(20, 20, 0)]
    [InlineData(20, 20, -1)]
    [InlineData(-1, 20, 1)]
    [InlineData(20, -1, 1)]
    [InlineData(long.MaxValue, 20, 1)]
    [InlineData(20, long.MaxValue - 5, 6)]
    [InlineData(20, 20, long.MaxValue)]
    public async Task What_does_not_ascend_is_refused_and_changes_nothing(long source, long target, long length)
    {
        var writer = new OffsetMapWriter();
        writer.Append(10, 3, 5);
        Assert.Throws<ArgumentException>(() => writer.Append(source, target, length));
        Assert.Equal([new OffsetRun(10, 3, 5)], await RunsAsync(writer.Snapshot().State));
    }

    [Fact]
    public async Task The_largest_gaps_and_lengths_survive()
    {
        OffsetRun[] runs = [new(0, 0, 1), new(5, long.MaxValue / 2, 2), new(long.MaxValue / 2, long.MaxValue / 2 + 2, 1L << 40), new(long.MaxValue - 1, long.MaxValue - 1, 1)];
        var writer = new OffsetMapWriter();
        Array.ForEach(runs, writer.Append);
        Assert.Equal(runs, await RunsAsync(writer.Snapshot().State));
        Assert.Equal(long.MaxValue, writer.SourceEnd);

        var whole = new OffsetMapWriter();
        whole.Append(0, 0, long.MaxValue);
        Assert.Equal([new OffsetRun(0, 0, long.MaxValue)], await RunsAsync(whole.Snapshot().State));
    }

    [Fact]
    public void Appending_single_records_allocates_nothing()
    {
        var writer = new OffsetMapWriter();
        for (var i = 0; i < 70_000; i++)
        {
            writer.Append(writer.SourceEnd + 2, writer.TargetEnd, 1);
        }

        Assert.Single(writer.Snapshot().Pending);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 50_000; i++)
        {
            writer.Append(writer.SourceEnd + 2, writer.TargetEnd, 1);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void The_tail_stays_bounded()
    {
        var writer = new OffsetMapWriter();
        var largest = 0;
        for (var i = 0; i < 300_000; i++)
        {
            writer.Append(writer.SourceEnd + 2 + (i % 90), writer.TargetEnd + (i % 2), 1);
            if (i % 10_000 == 0)
            {
                largest = Math.Max(largest, writer.Snapshot().State.Tail.Length);
            }
        }

        Assert.InRange(largest, 1, OffsetMapWriter.DefaultChunkBytes + 8_000);
    }

    [Fact]
    public async Task A_snapshot_does_not_change_when_runs_follow()
    {
        var writer = new OffsetMapWriter();
        writer.Append(0, 0, 5);
        var snapshot = writer.Snapshot();
        writer.Append(5, 5, 5);
        writer.Append(20, 20, 5);
        Assert.Equal([new OffsetRun(0, 0, 5)], await RunsAsync(snapshot.State));
    }

    [Fact]
    public async Task Chunks_stay_pending_until_a_snapshot_with_them_is_confirmed()
    {
        var writer = new OffsetMapWriter(OffsetMapWriter.MinChunkBytes);
        Fill(writer, 200);
        var first = writer.Snapshot();
        Fill(writer, 200);
        var second = writer.Snapshot();
        Assert.True(first.Pending.Count > 1);
        Assert.Equal(Enumerable.Range(0, second.State.SealedChunks), second.Pending.Select(chunk => chunk.Number));

        writer.Confirm(first);
        var third = writer.Snapshot();
        Assert.Equal(second.Pending.Skip(first.Pending.Count), third.Pending);
        Assert.Equal(third.Pending.Sum(chunk => chunk.Bytes.Length), writer.PendingBytes);

        writer.Confirm(third);
        Assert.Empty(writer.Snapshot().Pending);
        Assert.Equal(0, writer.PendingBytes);

        var chunks = new InMemoryOffsetMapChunks();
        await first.PutAsync(chunks, default);
        await third.PutAsync(chunks, default);
        Assert.Equal(400, (await OffsetMap.OpenAsync(chunks, third.State, null, default)).Records);
    }

    [Fact]
    public void A_continued_writer_refuses_what_its_predecessor_would()
    {
        var writer = new OffsetMapWriter();
        writer.Append(10, 3, 5);
        var next = new OffsetMapWriter(writer.Snapshot().State);
        Assert.Equal((15, 8), (next.SourceEnd, next.TargetEnd));
        Assert.Throws<ArgumentException>(() => next.Append(14, 8, 1));
    }

    [Fact]
    public void Chunks_without_a_tail_are_no_state()
    {
        var failure = Assert.Throws<RestoreException>(() => new OffsetMapWriter(new OffsetMapState(3, default)));
        Assert.Equal(ErrorCodes.StateCorrupt, failure.Code);
    }

    [Fact]
    public void A_tail_of_another_number_is_refused()
    {
        var writer = new OffsetMapWriter();
        writer.Append(0, 0, 1);
        var failure = Assert.Throws<RestoreException>(() => new OffsetMapWriter(writer.Snapshot().State with { SealedChunks = 1 }));
        Assert.Equal(ErrorCodes.StateCorrupt, failure.Code);
    }

    private static void Fill(OffsetMapWriter writer, int count)
    {
        for (var i = 0; i < count; i++)
        {
            writer.Append(writer.SourceEnd + 2, writer.TargetEnd, 1);
        }
    }

    private static async Task<IReadOnlyList<OffsetRun>> RunsAsync(OffsetMapState state)
    {
        var map = await OffsetMap.OpenAsync(new InMemoryOffsetMapChunks(), state, null, default);
        return [.. map.RunsAsync(default).ToBlockingEnumerable()];
    }
}
