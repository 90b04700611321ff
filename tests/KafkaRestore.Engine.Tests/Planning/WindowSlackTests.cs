using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Tests.Doubles;
using KafkaRestore.Engine.Tests.Times;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Planning;

public sealed class WindowSlackTests
{
    [Theory]
    [InlineData(null, new long[] { 0, 10, 20, 30 }, new long[0])]
    [InlineData(0L, new long[] { 10 }, new long[] { 0, 20, 30 })]
    [InlineData(99L, new long[] { 10 }, new long[] { 0, 20, 30 })]
    [InlineData(100L, new long[] { 0, 10, 20 }, new long[] { 30 })]
    [InlineData(long.MaxValue, new long[] { 0, 10, 20, 30 }, new long[0])]
    public void A_segment_is_left_out_when_both_its_ends_lie_further_outside_than_the_slack(long? slack, long[] read, long[] leftOut)
    {
        // The window is 1000 to 2000; the second segment reaches into it, the third ends at 2100 with its first record, the fourth is far behind.
        var archive = new TestArchive().AddSegment("t", 0, At(0, 800, 900)).AddSegment("t", 0, At(10, 900, 1000)).AddSegment("t", 0, At(20, 2200, 2100)).AddSegment("t", 0, At(30, 3000, 3001));
        var source = archive.Plan(options => Window(options, 1000, 2000, slack)).Lanes.Single().Sources.Single();
        Assert.Equal(read, source.Segments.Select(segment => segment.StartOffset));
        Assert.Equal(leftOut, source.LeftOut.Select(segment => segment.StartOffset));
    }

    [Fact]
    public void Without_a_window_it_does_nothing()
    {
        var archive = new TestArchive().AddSegment("t", 0, At(0, 800, 900));
        var plan = archive.Plan(options => Window(options, null, null, 0));
        Assert.Equal((1, 0, null), (plan.SegmentCount, plan.SegmentsLeftOut, plan.Rules.WindowSlack));
    }

    [Fact]
    public void Segments_that_overlap_and_segments_without_a_time_are_read()
    {
        var archive = new TestArchive().AddSegment("t", 0, At(0, 10, 11, 12)).AddSegment("t", 0, At(2, 12, 13)).AddSegment("t", 0, At(20, -1, 50)).AddSegment("t", 0, At(30, 50, -2));
        Assert.Equal(4, archive.Plan(options => Window(options, 1000, null, 0)).SegmentCount);
    }

    [Fact]
    public async Task What_the_index_knows_is_never_left_out_by_slack()
    {
        // The second segment reaches into the window in its middle, where slack does not look.
        using var indexed = new IndexedArchive(new TestArchive().AddSegment("t", 0, At(0, 10, 20)).AddSegment("t", 0, At(10, 20, 5000, 30)).AddSegment("t", 0, At(20, 30, 5000, 40)));
        var index = await indexed.NoteAsync(segment => segment.Entry.StartOffset < 20);
        var source = indexed.Plan(options => Window(options, 1000, null, 0), index).Lanes.Single().Sources.Single();
        Assert.Equal([0L, 10], source.Segments.Select(segment => segment.StartOffset));
        Assert.Equal([20L], source.LeftOut.Select(segment => segment.StartOffset));
    }

    [Fact]
    public void The_plans_hash_and_counts_say_what_is_left_out()
    {
        var archive = new TestArchive().AddSegments("t", 0, TestRecords.Ordinary(40), 10).AddSegments("u", 0, TestRecords.Ordinary(5), 5);
        var without = archive.Plan(options => Window(options, TestRecords.SomeTime + 25, null, null));
        var with = archive.Plan(options => Window(options, TestRecords.SomeTime + 25, null, 0));
        var wide = archive.Plan(options => Window(options, TestRecords.SomeTime + 25, null, 50_000));
        Assert.Equal((2, 20, 3, 25), (with.SegmentCount, with.RecordCount, with.SegmentsLeftOut, with.RecordsLeftOut));
        Assert.Equal((5, 45, 0, 0), (wide.SegmentCount, wide.RecordCount, wide.SegmentsLeftOut, wide.RecordsLeftOut));
        Assert.Equal(3, new[] { without.Hash, with.Hash, wide.Hash }.Distinct().Count());
    }

    private static RecordData[] At(long offset, params long[] times) => [.. times.Select((time, i) => TestRecords.Record(offset + i, time, [1], [1]))];

    private static RestoreOptions Window(RestoreOptions options, long? start, long? end, long? slackMs) => options with
    {
        Selection = new SelectionOptions
        {
            TimeWindowStart = start,
            TimeWindowEnd = end,
            TimeWindowSlack = slackMs is { } slack ? TimeSpan.FromMilliseconds(Math.Min(slack, (long)TimeSpan.MaxValue.TotalMilliseconds)) : null,
        },
    };
}
