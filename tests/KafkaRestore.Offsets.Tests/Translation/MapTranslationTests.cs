using KafkaRestore.Engine.OffsetMaps;
using KafkaRestore.Engine.OffsetMaps.Sets;
using KafkaRestore.Engine.OffsetMaps.Translation;
using KafkaRestore.Kafka;
using KafkaRestore.Offsets.Sources;
using KafkaRestore.Offsets.Translation;
using static KafkaRestore.Offsets.Tests.Support.Maps;

namespace KafkaRestore.Offsets.Tests.Translation;

public sealed class MapTranslationTests
{
    private static async Task<TranslatedGroup> TranslateAsync(OffsetMapSet maps, SourceGroup group) =>
        Assert.Single(await new MapTranslation(maps).TranslateAsync([group], default));

    [Fact]
    public async Task A_hole_leads_to_the_next_record_and_the_end_behind_the_last()
    {
        var maps = Set(await MapAsync("orders/0", "new/0", new OffsetRun(100, 1, 10), new OffsetRun(200, 11, 5)), await MapAsync("orders/1", "new/1", new OffsetRun(0, 0, 3)));
        var found = await TranslateAsync(maps, Group("g", ("orders/0", 150), ("orders/1", 77)));
        Assert.Equal([(new TargetPartition("new", 0), 11L, false), (new TargetPartition("new", 1), 3L, true)], found.Offsets.Select(offset => (offset.Target, offset.Offset!.Value, offset.IsEnd)));
        Assert.All(found.Offsets, offset => Assert.Equal(TranslationLabel.Exact, offset.Label));
        Assert.Empty(found.Unanswered);
    }

    [Fact]
    public async Task A_partition_without_a_restored_record_leads_to_the_same_partition_of_its_topic()
    {
        var found = await TranslateAsync(Set(await MapAsync("orders/0", "new/0", new OffsetRun(0, 0, 3))), Group("g", ("orders/3", 12)));
        var offset = Assert.Single(found.Offsets);
        Assert.Equal((new TargetPartition("new", 3), (long?)null), (offset.Target, offset.Offset));
        Assert.Empty(found.Unanswered);
    }

    [Fact]
    public async Task A_map_without_a_record_says_where_it_would_lead()
    {
        var found = await TranslateAsync(Set(await MapAsync("orders/0", "new/5"), await MapAsync("orders/1", "new/6", new OffsetRun(0, 0, 1))), Group("g", ("orders/0", 12)));
        Assert.Equal(new TargetPartition("new", 5), Assert.Single(found.Offsets).Target);
    }

    [Fact]
    public async Task An_empty_source_of_a_shared_partition_changes_nothing_for_the_other_source()
    {
        var found = await TranslateAsync(Set(await MapAsync("a/0", "all/0", new OffsetRun(0, 0, 9)), await MapAsync("b/1", "all/1", new OffsetRun(0, 0, 1))), Group("g", ("a/0", 4), ("b/0", 7)));
        Assert.Equal((new TargetPartition("all", 0), 4L), Assert.Single(found.Offsets.Select(offset => (offset.Target, offset.Offset!.Value))));
        Assert.Empty(found.Unanswered);
    }

    [Fact]
    public async Task A_topic_that_was_not_restored_has_no_answer_and_a_reason()
    {
        var found = await TranslateAsync(Set(await MapAsync("a/0", "a/0", new OffsetRun(0, 0, 9))), Group("g", ("other/0", 4)));
        Assert.Empty(found.Offsets);
        Assert.Contains("no map", Assert.Single(found.Unanswered).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_target_topics_nobody_guesses_which_one_an_empty_partition_belongs_to()
    {
        var found = await TranslateAsync(Set(await MapAsync("a/0", "x/0", new OffsetRun(0, 0, 9)), await MapAsync("a/1", "y/1", new OffsetRun(0, 0, 9))), Group("g", ("a/2", 4)));
        Assert.Equal("a/2", Assert.Single(found.Unanswered).Commit.Partition.ToString());
    }

    [Fact]
    public async Task Several_sources_are_bounded_and_what_was_not_committed_is_named()
    {
        var found = await TranslateAsync(Set(await MapAsync("a/0", "all/0", new OffsetRun(0, 0, 5)), await MapAsync("b/0", "all/0", new OffsetRun(0, 5, 5))), Group("g", ("b/0", 2)));
        var offset = Assert.Single(found.Offsets);
        Assert.Equal((7L, TranslationLabel.Bounded), (offset.Offset!.Value, offset.Label));
        Assert.Equal("a/0", Assert.Single(offset.NotCommitted).ToString());
    }

    [Fact]
    public async Task A_topic_without_any_record_goes_by_the_routes_of_the_restore()
    {
        var maps = Set(await MapAsync("a/0", "x/0", new OffsetRun(0, 0, 9)));
        var translation = new MapTranslation(maps, routes: new Dictionary<string, string> { ["empty"] = "void", ["a"] = "wrong" });
        var found = Assert.Single(await translation.TranslateAsync([Group("g", ("empty/2", 0), ("a/4", 3))], default));
        Assert.Equal([new TargetPartition("void", 2), new TargetPartition("x", 4)], found.Offsets.Select(offset => offset.Target));
        Assert.Empty(found.Unanswered);
    }

    [Fact]
    public async Task An_empty_partition_of_a_repartitioned_topic_adds_nothing_to_the_others()
    {
        StoredMap[] spread = [await MapAsync("a/0", "a/0", new OffsetRun(0, 0, 2)), await MapAsync("a/0", "a/1", new OffsetRun(2, 0, 2))];
        var found = await TranslateAsync(Set(spread), Group("g", ("a/0", 1), ("a/1", 3)));
        Assert.Equal([1L, 0L], found.Offsets.Select(offset => offset.Offset!.Value));
        Assert.Empty(found.Unanswered);
        var alone = await TranslateAsync(Set(spread), Group("g", ("a/1", 3)));
        Assert.Equal("a/1", Assert.Single(alone.Unanswered).Commit.Partition.ToString());
    }
}
