using FsCheck;
using FsCheck.Fluent;
using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Engine.Lanes.Stream;
using KafkaRestore.Engine.State.Segments;
using static KafkaRestore.Engine.Tests.State.StateSamples;

namespace KafkaRestore.Engine.Tests.State;

public sealed class SegmentComparisonTests
{
    private static readonly SegmentEntry[] s_three = [Segment(0, 99), Segment(100, 199), Segment(200, 299)];

    [Fact]
    public void The_same_segments_are_the_same()
    {
        var comparison = Compare(Recorded(s_three), s_three, null);
        Assert.Equal(ArchiveChange.Same, comparison.Verdict);
        Assert.Equal([new GenerationRange(1, 0, 3)], comparison.Ranges);
    }

    [Fact]
    public void Segments_that_follow_are_growth()
    {
        var comparison = Compare(Recorded(s_three), [.. s_three, Segment(300, 310), Segment(500, 510)], null);
        Assert.Equal(ArchiveChange.Grown, comparison.Verdict);
        Assert.Equal(2, comparison.NewCount);
        Assert.Equal([new GenerationRange(1, 0, 3)], comparison.Ranges);
    }

    [Fact]
    public void Every_segment_of_a_source_that_is_not_recorded_is_new() =>
        Assert.Equal((ArchiveChange.Grown, 3), Compare(null, s_three, null) is var comparison ? (comparison.Verdict, comparison.NewCount) : default);

    [Theory]
    [InlineData(99, false)]
    [InlineData(100, true)]
    [InlineData(199, true)]
    public void A_lost_segment_is_done_with_only_when_its_last_offset_is_passed(long next, bool done) =>
        Assert.Equal(done ? ArchiveChange.LostBehind : ArchiveChange.Refused, Compare(Recorded(s_three), s_three[1..], new StreamPosition(1, 0, next, next)).Verdict);

    [Fact]
    public void Without_a_position_nothing_is_done_with()
    {
        var comparison = Compare(Recorded(s_three), s_three[1..], null);
        Assert.Equal(ArchiveChange.Refused, comparison.Verdict);
        Assert.Equal("0-99", Assert.Single(comparison.LostAhead).ToString());
    }

    [Theory]
    [InlineData(1, 1, 0, true)]
    [InlineData(2, 0, 0, true)]
    [InlineData(1, 0, 0, false)]
    public void Sources_and_generations_before_the_position_are_done_with(int generation, int source, long next, bool done) =>
        Assert.Equal(done ? ArchiveChange.LostBehind : ArchiveChange.Refused, Compare(Recorded(s_three), [], new StreamPosition(generation, source, next, 0)).Verdict);

    [Fact]
    public void A_later_source_is_not_done_with() =>
        Assert.Equal(ArchiveChange.Refused, SegmentComparison.Of(Recorded(s_three), 3, [], new StreamPosition(1, 2, 1_000, 0)).Verdict);

    public static TheoryData<string, Func<SegmentEntry, SegmentEntry>> Changes => new()
    {
        { "count", segment => segment with { RecordCount = 7 } },
        { "end", segment => segment with { EndOffset = 150 } },
        { "stored size", segment => segment with { CompressedSize = 1 } },
        { "unpacked size", segment => segment with { UncompressedSize = 1 } },
        { "first timestamp", segment => segment with { FirstTimestamp = -1 } },
        { "last timestamp", segment => segment with { LastTimestamp = -1 } },
        { "upload", segment => segment with { UploadedAt = 1 } },
        { "digest", segment => segment with { Sha256 = new Sha256Digest(1, 2, 3, 4) } },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Another_content_under_the_same_key_is_refused_wherever_the_lane_is(string what, Func<SegmentEntry, SegmentEntry> change)
    {
        Assert.NotEmpty(what);
        var comparison = Compare(Recorded(s_three), [s_three[0], change(s_three[1]), s_three[2]], new StreamPosition(9, 0, 0, 0));
        Assert.Equal(ArchiveChange.Refused, comparison.Verdict);
        Assert.Equal(100, Assert.Single(comparison.Changed).Start);
        Assert.Empty(comparison.LostAhead);
    }

    [Fact]
    public void Another_key_at_the_same_offset_is_another_segment()
    {
        foreach (var other in new[] { s_three[1] with { KeyEnding = SegmentCompression.Lz4 }, s_three[1] with { OddKey = "elsewhere" } })
        {
            var comparison = Compare(Recorded(s_three), [s_three[0], other, s_three[2]], new StreamPosition(9, 0, 0, 0));
            Assert.Equal(ArchiveChange.Refused, comparison.Verdict);
            Assert.Equal(100, Assert.Single(comparison.ReachingBack).Start);
            Assert.Empty(comparison.Changed);
        }
    }

    [Theory]
    [InlineData(299)]
    [InlineData(150)]
    [InlineData(-5)]
    public void A_new_segment_that_begins_before_the_recorded_end_is_refused(long start)
    {
        var added = Segment(start, 400) with { OddKey = "late" };
        var comparison = Compare(Recorded(s_three), [.. s_three.Append(added).OrderBy(segment => segment.StartOffset)], null);
        Assert.Equal(ArchiveChange.Refused, comparison.Verdict);
        Assert.Equal(start, Assert.Single(comparison.ReachingBack).Start);
    }

    [Fact]
    public void A_lost_end_still_bounds_what_is_new()
    {
        var position = new StreamPosition(2, 0, 0, 0);
        Assert.Equal(ArchiveChange.Refused, Compare(Recorded(s_three), [Segment(250, 260)], position).Verdict);
        Assert.Equal(ArchiveChange.Grown, Compare(Recorded(s_three), [Segment(300, 310)], position).Verdict);
    }

    [Fact]
    public void A_segment_listed_twice_stays_listed_twice()
    {
        SegmentEntry[] twice = [s_three[0], s_three[0], s_three[1]];
        Assert.Equal(ArchiveChange.Same, Compare(Recorded(twice), twice, null).Verdict);
        Assert.Equal(ArchiveChange.Refused, Compare(Recorded(twice), s_three[..2], null).Verdict);
    }

    [Fact]
    public void Any_history_of_growth_and_retention_is_told_apart()
    {
        // Lengths of segments, how many of them each generation took, how many the archive has lost, how many offsets the lane has passed.
        var drawn =
            from lengths in Gen.Choose(1, 50).NonEmptyListOf()
            from cuts in Gen.Choose(0, lengths.Count).ListOf()
            from lost in Gen.Choose(0, lengths.Count)
            from passed in Gen.Choose(0, lengths.Count)
            from overlap in Gen.Elements(0, 0, 3)
            select (lengths, cuts: cuts.Append(lengths.Count).Distinct().Order().ToList(), lost, passed, overlap);
        Prop.ForAll(drawn.ToArbitrary(), draw =>
        {
            var all = new List<SegmentEntry>();
            foreach (var length in draw.lengths)
            {
                // Overlaps within a generation are ordinary; between generations the new segment begins behind the end.
                var end = all.Count == 0 ? -1 : all.Max(segment => segment.EndOffset);
                var start = draw.cuts.Contains(all.Count) ? end + 1 : Math.Max(all.Count == 0 ? 0 : all[^1].StartOffset + 1, end + 1 - draw.overlap);
                all.Add(Segment(start, Math.Max(end, start) + length));
            }

            var generations = new List<RecordedGeneration>();
            var taken = 0;
            foreach (var cut in draw.cuts.SkipLast(1).Where(cut => cut > 0))
            {
                generations.Add(new RecordedGeneration(generations.Count + 1, [.. all[taken..cut].Select(segment => RecordedSegment.Of(segment))]));
                taken = cut;
            }

            var recorded = new RecordedSource("orders", 0, generations);
            var generationOfPassed = generations.FindIndex(generation => generation.Segments.Any(segment => segment.Start == all[Math.Min(draw.passed, all.Count - 1)].StartOffset)) + 1;
            var position = draw.passed >= taken ? new StreamPosition(generations.Count + 1, 0, 0, 0) : new StreamPosition(generationOfPassed, 0, all[draw.passed].StartOffset, 0);
            var kept = all[draw.lost..];
            var comparison = SegmentComparison.Of(recorded, 0, kept, position);

            var lostRecorded = all[..Math.Min(draw.lost, taken)];
            var ahead = lostRecorded.Count(segment => draw.passed < taken && segment.EndOffset >= all[draw.passed].StartOffset);
            Assert.Equal(ahead, comparison.LostAhead.Count);
            Assert.Equal(lostRecorded.Count - ahead, comparison.LostBehind.Count);
            Assert.Empty(comparison.Changed);
            Assert.Empty(comparison.ReachingBack);
            Assert.Equal(
                ahead > 0 ? ArchiveChange.Refused : kept.Count > Math.Max(0, taken - draw.lost) ? ArchiveChange.Grown : lostRecorded.Count > 0 ? ArchiveChange.LostBehind : ArchiveChange.Same,
                comparison.Verdict);
            if (ahead == 0)
            {
                Assert.Equal(all.Count - Math.Max(taken, draw.lost), comparison.NewCount);
                foreach (var range in comparison.Ranges)
                {
                    var expected = generations[range.Generation - 1].Segments.Where(segment => kept.Exists(left => left.StartOffset == segment.Start));
                    Assert.Equal(expected, kept.Skip(range.First).Take(range.Count).Select(segment => RecordedSegment.Of(segment)));
                }
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Changing_any_one_segment_of_any_history_is_refused_by_name()
    {
        var drawn = from count in Gen.Choose(1, 20) from changed in Gen.Choose(0, count - 1) select (count, changed);
        Prop.ForAll(drawn.ToArbitrary(), draw =>
        {
            var segments = Enumerable.Range(0, draw.count).Select(i => Segment(i * 10, (i * 10) + 9)).ToArray();
            var recorded = Recorded(segments);
            segments[draw.changed] = segments[draw.changed] with { CompressedSize = 77 };
            var comparison = Compare(recorded, segments, new StreamPosition(5, 0, 0, 0));
            Assert.Equal(ArchiveChange.Refused, comparison.Verdict);
            Assert.Equal(draw.changed * 10, Assert.Single(comparison.Changed).Start);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_refusal_names_a_few_and_counts_the_rest()
    {
        var refusal = new ArchiveRefusal();
        for (var partition = 0; partition < 8; partition++)
        {
            var recorded = Recorded([.. Enumerable.Range(0, 9).Select(i => Segment(i * 10, (i * 10) + 9))]) with { Partition = partition };
            refusal.Add(recorded, SegmentComparison.Of(recorded, 0, [], null));
        }

        Assert.False(refusal.IsEmpty);
        Assert.StartsWith("orders/0: 9 segment(s) are gone before all of their records were restored (source offsets 0-9, 10-19, 20-29, …); ", refusal.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("; and 3 more partitions", refusal.ToString(), StringComparison.Ordinal);
    }

    private static SegmentComparison Compare(RecordedSource? recorded, IReadOnlyList<SegmentEntry> current, StreamPosition? position) =>
        SegmentComparison.Of(recorded, 0, current, position);

    private static RecordedSource Recorded(params SegmentEntry[] segments) =>
        new("orders", 0, [new RecordedGeneration(1, [.. segments.Select(segment => RecordedSegment.Of(segment))])]);
}
