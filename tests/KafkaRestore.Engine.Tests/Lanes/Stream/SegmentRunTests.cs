using FsCheck;
using FsCheck.Fluent;
using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Engine.Lanes.Stream;

namespace KafkaRestore.Engine.Tests.Lanes.Stream;

public sealed class SegmentRunTests
{
    [Fact]
    public void Segments_side_by_side_stand_for_themselves() =>
        Assert.Equal([new SegmentRun(0, 1, 1), new SegmentRun(1, 1, 1), new SegmentRun(2, 1, 1)], Runs((0, 9), (10, 19), (25, 30)));

    [Fact]
    public void A_shared_offset_makes_a_run() =>
        Assert.Equal([new SegmentRun(0, 2, 2), new SegmentRun(2, 1, 1)], Runs((0, 10), (10, 19), (20, 30)));

    [Fact]
    public void A_long_segment_takes_in_all_that_begin_within_it() =>
        Assert.Equal([new SegmentRun(0, 4, 2), new SegmentRun(4, 1, 1)], Runs((0, 100), (10, 19), (20, 29), (90, 95), (101, 110)));

    [Fact]
    public void A_chain_is_one_run_of_depth_two() =>
        Assert.Equal([new SegmentRun(0, 100, 2)], Runs([.. Enumerable.Range(0, 100).Select(i => ((long)i * 10, (i * 10) + 14L))]));

    [Fact]
    public void Equal_segments_are_as_deep_as_they_are_many() =>
        Assert.Equal([new SegmentRun(0, 3, 3)], Runs((5, 9), (5, 9), (5, 9)));

    [Fact]
    public void No_segments_give_no_runs() => Assert.Empty(Runs());

    [Fact]
    public void Runs_cover_every_segment_once_never_touch_and_know_their_depth()
    {
        var bounds = (from start in Gen.Choose(0, 200) from length in Gen.Choose(0, 40) select ((long)start, (long)start + length)).ArrayOf();
        Prop.ForAll(bounds.ToArbitrary(), drawn =>
        {
            var segments = drawn.OrderBy(bound => bound.Item1).ToArray();
            var runs = Runs(segments);
            var next = 0;
            var reached = -1L;
            foreach (var run in runs)
            {
                var members = segments[run.First..(run.First + run.Count)];
                Assert.Equal(next, run.First);
                Assert.True(members[0].Item1 > reached);
                reached = members.Max(member => member.Item2);
                Assert.Equal(members.Max(member => members.Count(other => other.Item1 <= member.Item1 && member.Item1 <= other.Item2)), run.Depth);
                next += run.Count;
            }

            Assert.Equal(segments.Length, next);
        }).QuickCheckThrowOnFailure();
    }

    private static List<SegmentRun> Runs(params (long Start, long End)[] bounds) =>
        [.. SegmentRun.Of([.. bounds.Select(bound => new SegmentEntry { StartOffset = bound.Start, EndOffset = bound.End, FirstTimestamp = 0, LastTimestamp = 0, RecordCount = 1 })])];
}
