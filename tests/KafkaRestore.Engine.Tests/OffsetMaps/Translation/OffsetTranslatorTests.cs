using FsCheck;
using FsCheck.Fluent;
using KafkaRestore.Engine.OffsetMaps;
using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Engine.OffsetMaps.Sets;
using KafkaRestore.Engine.OffsetMaps.Translation;

namespace KafkaRestore.Engine.Tests.OffsetMaps.Translation;

public sealed class OffsetTranslatorTests
{
    private static readonly PartitionName s_a0 = new("a", 0);
    private static readonly PartitionName s_a1 = new("a", 1);
    private static readonly PartitionName s_b0 = new("b", 0);
    private static readonly PartitionName s_t0 = new("t", 0);
    private static readonly PartitionName s_t1 = new("t", 1);

    [Theory]
    [InlineData(0, 100, 10)]
    [InlineData(10, 100, 10)]
    [InlineData(12, 102, 12)]
    [InlineData(13, 103, 20)]
    [InlineData(20, 103, 20)]
    public async Task A_single_source_leads_exactly_to_the_first_record_at_or_after_it(long offset, long target, long record)
    {
        var found = await OneAsync([await MapAsync(s_a0, s_t0, new OffsetRun(10, 100, 3), new(20, 103, 1))], new(s_a0, offset));
        Assert.Equal((s_t0, target, TranslationLabel.Exact, false, 0), (found.Target, found.Offset, found.Label, found.IsEnd, found.ReadAgain));
        Assert.Equal(new FoundPosition(new(s_a0, offset), record), Assert.Single(found.From));
    }

    [Theory]
    [InlineData(21)]
    [InlineData(long.MaxValue)]
    public async Task Behind_the_last_record_is_the_end_and_never_more(long offset)
    {
        var found = await OneAsync([await MapAsync(s_a0, s_t0, new OffsetRun(10, 100, 3), new(20, 103, 1))], new(s_a0, offset));
        Assert.Equal((104, TranslationLabel.Exact, true), (found.Offset, found.Label, found.IsEnd));
        Assert.Null(Assert.Single(found.From).RecordOffset);
    }

    [Fact]
    public void Whatever_the_map_the_answer_is_the_first_record_at_or_after_the_offset() =>
        Prop.ForAll(RandomRuns.Generator.Where(runs => runs.Appended.Count > 0).ToArbitrary(), Gen.Choose(0, 500).ToArbitrary(), (drawn, step) =>
        {
            var (map, _, _) = drawn.WriteAsync().GetAwaiter().GetResult();
            var offset = drawn.Appended[0].Source + step;
            var stored = new StoredMap(new MapPair(s_a0, s_t0), Ends(new MapPair(s_a0, s_t0), map), _ => Task.FromResult(map));
            var found = OneAsync([stored], new(s_a0, offset)).GetAwaiter().GetResult();
            var expected = drawn.Records.Where(record => record.Key >= offset).Select(record => (long?)record.Value).FirstOrDefault() ?? drawn.Records.Values.Max() + 1;
            Assert.Equal(expected, found.Offset);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Fact]
    public async Task A_source_that_was_spread_gives_a_position_in_each_target()
    {
        StoredMap[] maps = [await MapAsync(s_a0, s_t0, new OffsetRun(0, 0, 1), new(2, 1, 1)), await MapAsync(s_a0, s_t1, new OffsetRun(1, 0, 1), new(3, 1, 1))];
        var answer = await new OffsetTranslator(Set(maps)).TranslateEachAsync([new(s_a0, 2)], default);
        Assert.Equal([(s_t0, 1), (s_t1, 1)], answer.Found.Select(found => (found.Target, found.Offset)));
        Assert.Empty(answer.Unknown);
    }

    [Fact]
    public async Task One_of_several_sources_is_bounded_and_names_the_others()
    {
        StoredMap[] maps = [await MapAsync(s_a0, s_t0, new OffsetRun(0, 0, 5)), await MapAsync(s_b0, s_t0, new OffsetRun(0, 5, 5))];
        var found = await OneAsync(maps, new(s_b0, 2));
        Assert.Equal((7, TranslationLabel.Bounded, 0), (found.Offset, found.Label, found.ReadAgain));
        Assert.Equal([s_a0], found.NotAsked);
    }

    [Fact]
    public async Task A_group_goes_on_at_the_least_of_its_first_unread_records_and_is_told_what_it_reads_again()
    {
        StoredMap[] maps = [await MapAsync(s_a0, s_t0, new OffsetRun(0, 0, 5)), await MapAsync(s_b0, s_t0, new OffsetRun(0, 5, 5))];
        var answer = await new OffsetTranslator(Set(maps)).TranslateGroupAsync([new(s_a0, 3), new(s_b0, 4)], default);
        var found = Assert.Single(answer.Found);
        Assert.Equal((3, TranslationLabel.Bounded, 4), (found.Offset, found.Label, found.ReadAgain));
        Assert.Equal([3, 4], found.From.Select(from => from.RecordOffset!.Value));
        Assert.Empty(found.NotAsked);
    }

    [Fact]
    public async Task A_partition_without_a_commit_counts_from_its_start_where_the_group_reads_its_topic()
    {
        StoredMap[] maps = [await MapAsync(s_a0, s_t0, new OffsetRun(0, 5, 5)), await MapAsync(s_a1, s_t0, new OffsetRun(0, 0, 5)), await MapAsync(s_b0, s_t0, new OffsetRun(0, 10, 5))];
        var translator = new OffsetTranslator(Set(maps));
        var asGroup = Assert.Single((await translator.TranslateGroupAsync([new(s_a0, 2)], default)).Found);
        Assert.Equal((0, 2), (asGroup.Offset, asGroup.ReadAgain));
        var alone = Assert.Single((await translator.TranslateEachAsync([new(s_a0, 2)], default)).Found);
        Assert.Equal((7, 0), (alone.Offset, alone.ReadAgain));
    }

    [Fact]
    public async Task What_no_map_knows_has_no_answer_and_says_why()
    {
        var known = await MapAsync(s_a0, s_t0, new OffsetRun(0, 0, 5));
        foreach (var group in new[] { false, true })
        {
            SourcePosition[] asked = [new(s_a0, 1), new(s_a1, 1), new(s_b0, 1)];
            var translator = new OffsetTranslator(Set(known, EmptyOf(s_a1, s_t1)));
            var answer = group ? await translator.TranslateGroupAsync(asked, default) : await translator.TranslateEachAsync(asked, default);
            Assert.Equal(s_t0, Assert.Single(answer.Found).Target);
            Assert.Equal(
                [(s_a1, "no record of this partition was restored"), (s_b0, "no map leads from this partition")],
                answer.Unknown.Select(unknown => (unknown.Position.Source, unknown.Reason)));
        }
    }

    [Theory]
    [InlineData(5, 100, TranslationLabel.Exact, false, 0)]
    [InlineData(10, 100, TranslationLabel.Exact, false, 0)]
    [InlineData(11, 100, TranslationLabel.Approximate, false, 1)]
    [InlineData(19, 100, TranslationLabel.Approximate, false, 5)]
    [InlineData(20, 105, TranslationLabel.Exact, false, 0)]
    [InlineData(21, 106, TranslationLabel.Exact, true, 0)]
    public async Task Where_only_the_ends_are_known_nothing_unread_is_passed_over(long offset, long target, TranslationLabel label, bool isEnd, long readAgain)
    {
        var pair = new MapPair(null, s_t0);
        var ends = new OffsetReportEntry { Pair = pair, SourceFirstOffset = 10, SourceLastOffset = 20, TargetFirstOffset = 100, TargetLastOffset = 105, FirstTimestamp = -1, LastTimestamp = -1 };
        var found = await OneAsync([new StoredMap(pair, ends, null)], new(s_t0, offset));
        Assert.Equal((target, label, isEnd, readAgain), (found.Offset, found.Label, found.IsEnd, found.ReadAgain));
    }

    [Theory]
    [InlineData("orders:0:1200", "orders", 0, 1200)]
    [InlineData(" orders,3,0 ", "orders", 3, 0)]
    [InlineData("a.b-c_d:2147483647:9223372036854775807", "a.b-c_d", int.MaxValue, long.MaxValue)]
    public void A_position_is_read_as_people_and_tools_write_it(string text, string topic, int partition, long offset)
    {
        Assert.True(SourcePosition.TryParse(text, out var position));
        Assert.Equal(new SourcePosition(new PartitionName(topic, partition), offset), position);
    }

    [Theory]
    [InlineData("")]
    [InlineData("orders:0")]
    [InlineData(":0:1")]
    [InlineData("orders:-1:1")]
    [InlineData("orders:0:-1")]
    [InlineData("orders:0:1.5")]
    [InlineData("a/b:0:1")]
    [InlineData("group:orders:0:1")]
    [InlineData("orders:0:9223372036854775808")]
    public void What_is_no_position_is_not_read(string text) => Assert.False(SourcePosition.TryParse(text, out _));

    private static async Task<TargetPosition> OneAsync(IReadOnlyList<StoredMap> maps, SourcePosition asked)
    {
        var answer = await new OffsetTranslator(Set([.. maps])).TranslateEachAsync([asked], default);
        Assert.Empty(answer.Unknown);
        return Assert.Single(answer.Found);
    }

    private static OffsetMapSet Set(params StoredMap[] maps) => new("test", new OffsetReportSummary(), maps);

    private static StoredMap EmptyOf(PartitionName source, PartitionName target) => new(new MapPair(source, target), null, async _ => (await new RandomRuns([]).WriteAsync()).Map);

    private static async Task<StoredMap> MapAsync(PartitionName source, PartitionName target, params OffsetRun[] runs)
    {
        var (map, _, _) = await new RandomRuns(runs).WriteAsync();
        var pair = new MapPair(source, target);
        return new StoredMap(pair, Ends(pair, map), _ => Task.FromResult(map));
    }

    private static OffsetReportEntry Ends(MapPair pair, OffsetMap map) => new()
    {
        Pair = pair,
        SourceFirstOffset = map.FirstSource!.Value,
        SourceLastOffset = map.SourceEnd!.Value - 1,
        TargetFirstOffset = map.FirstTarget,
        TargetLastOffset = map.TargetEnd - 1,
        FirstTimestamp = -1,
        LastTimestamp = -1,
    };
}
