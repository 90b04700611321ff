using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Tests.Doubles;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Planning;

public sealed class PlanBuilderTests
{
    [Fact]
    public void Everything_goes_to_its_own_name_when_nothing_is_said()
    {
        var plan = Archive().Plan();
        Assert.Equal(["a/0", "a/1", "b/0", "b/2"], Lanes(plan));
        Assert.Equal([("a", 2, 2), ("b", 3, 4), ("empty", 1, 6)], plan.Topics.Select(topic => (topic.Name, topic.PartitionsNeeded, topic.PartitionsToCreate)));
        Assert.Equal((4, 40), (plan.SegmentCount, plan.RecordCount));
        Assert.Empty(plan.Warnings);
    }

    [Fact]
    public void Topics_are_selected_by_patterns_and_partitions_by_number()
    {
        var plan = Archive().Plan(options => options with
        {
            Selection = new SelectionOptions { Include = ["?", "em*"], Exclude = ["a"], SourcePartitions = new HashSet<int> { 2 } },
        });
        Assert.Equal(["b/2"], Lanes(plan));
        Assert.Equal([("b", 3, 4), ("empty", 1, 6)], plan.Topics.Select(topic => (topic.Name, topic.PartitionsNeeded, topic.PartitionsToCreate)));
    }

    [Fact]
    public void Several_sources_of_one_partition_stand_in_order_of_topic_and_partition()
    {
        var plan = Archive().Plan(options => options with { Mapping = Map(topics: [("a", "x"), ("b", "x")], partitions: [(1, 0), (2, 0)]) });
        var lane = Assert.Single(plan.Lanes);
        Assert.Equal("x/0", lane.Target.ToString());
        Assert.Equal(["a/0", "a/1", "b/0", "b/2"], lane.Sources.Select(source => source.ToString()));
        Assert.Contains("x/0 gets 4 source partitions, one after the other: a/0, a/1, b/0, b/2", plan.Warnings);
        Assert.Equal(["a", "b"], Assert.Single(plan.Topics, topic => topic.Name == "x").Sources);
    }

    [Fact]
    public void A_repartitioned_topic_has_a_lane_for_each_partition_and_is_counted_once()
    {
        var plan = Archive().Plan(options => options with
        {
            Mapping = Map(topics: [("a", "x")], partitions: [(1, 9)]) with { Repartitioning = new Dictionary<string, Repartitioning> { ["x"] = new(PartitioningStrategy.Murmur2, 3) } },
        });
        Assert.Equal(["b/0", "b/2", "x/0", "x/1", "x/2"], Lanes(plan).Order(StringComparer.Ordinal));
        Assert.All(plan.Lanes.Where(lane => lane.Target.Topic == "x"), lane => Assert.Equal(["a/0", "a/1"], lane.Sources.Select(source => source.ToString())));
        Assert.Equal((4, 40), (plan.SegmentCount, plan.RecordCount));
        Assert.Equal((3, 3), plan.Topics.Where(topic => topic.Name == "x").Select(topic => (topic.PartitionsNeeded, topic.PartitionsToCreate)).Single());
        Assert.Contains("x gets the records of 2 source partition(s), one after the other, spread over 3 partition(s) by the hash of their keys, those without a key by source offset", plan.Warnings);
    }

    [Theory]
    [InlineData("a", "'a' is a source topic, restored into 'x'; repartitioning goes by target topic")]
    [InlineData("nobody", "no selected topic is restored into 'nobody'")]
    public void Repartitioning_of_what_is_no_target_is_refused(string name, string reason)
    {
        var failure = Assert.Throws<RestoreException>(() => Archive().Plan(options => options with
        {
            Mapping = Map(topics: [("a", "x")], partitions: []) with { Repartitioning = new Dictionary<string, Repartitioning> { [name] = new(PartitioningStrategy.Murmur2, 3) } },
        }));
        Assert.Equal((ErrorCodes.PlanConflict, reason, $"restore.repartitioning.{name}"), (failure.Code, failure.Message, failure.Where));
    }

    [Theory]
    [InlineData("", "", 4)]
    [InlineData("", "0", 4)]
    [InlineData("0>9", "", 10)]
    [InlineData("0>1,1>1,2>1,3>1", "", 2)]
    [InlineData("3>7", "", 8)]
    [InlineData("3>7", "0,1", 2)]
    public void A_created_topic_gets_as_many_partitions_as_its_source_had_mapped(string mapping, string selected, int expected)
    {
        var partitions = mapping.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('>')).Select(pair => (int.Parse(pair[0]), int.Parse(pair[1]))).ToArray();
        var plan = new TestArchive().AddTopic("b", 4).AddSegment("b", 0, TestRecords.Ordinary(1)).Plan(options => options with
        {
            Mapping = Map([], partitions),
            Selection = new SelectionOptions { SourcePartitions = selected.Length == 0 ? null : selected.Split(',').Select(int.Parse).ToHashSet() },
        });
        Assert.Equal(expected, Assert.Single(plan.Topics).PartitionsToCreate);
    }

    [Fact]
    public void Topics_that_share_a_target_make_it_as_wide_as_the_widest()
    {
        var plan = Archive().Plan(options => options with { Mapping = Map([("a", "x"), ("b", "x"), ("empty", "x")], []) });
        Assert.Equal(("x", 3, 6), Assert.Single(plan.Topics.Select(topic => (topic.Name, topic.PartitionsNeeded, topic.PartitionsToCreate))));
    }

    [Fact]
    public void Internal_topics_are_left_out_where_a_pattern_meets_them()
    {
        var plan = WithInternal().Plan();
        Assert.Equal(["a/0"], Lanes(plan));
        Assert.Contains(plan.Warnings, warning => warning.Contains("__consumer_offsets", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("__consumer_offsets")]
    [InlineData("__transaction_state")]
    public void Nothing_is_written_into_an_internal_topic(string target)
    {
        var failure = Assert.Throws<RestoreException>(() => WithInternal().Plan(options => options with
        {
            Selection = new SelectionOptions { Include = ["__consumer_offsets"] },
            Mapping = Map([("__consumer_offsets", target)], []),
        }));
        Assert.Equal(ErrorCodes.InternalTopic, failure.Code);
        Assert.Contains(target, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_named_internal_topic_may_go_elsewhere()
    {
        var plan = WithInternal().Plan(options => options with
        {
            Selection = new SelectionOptions { Include = ["__consumer_offsets"] },
            Mapping = Map([("__consumer_offsets", "old-offsets")], []),
        });
        Assert.Equal(["old-offsets/0"], Lanes(plan));
    }

    [Fact]
    public void A_topic_must_not_be_mapped_onto_an_internal_one()
    {
        var failure = Assert.Throws<RestoreException>(() => Archive().Plan(options => options with { Mapping = Map([("a", "__consumer_offsets")], []) }));
        Assert.Equal(ErrorCodes.InternalTopic, failure.Code);
    }

    [Fact]
    public void A_selection_of_nothing_is_refused_with_what_there_is()
    {
        var failure = Assert.Throws<RestoreException>(() => Archive().Plan(options => options with { Selection = new SelectionOptions { Include = ["c*"] } }));
        Assert.Equal(ErrorCodes.NothingSelected, failure.Code);
        Assert.Contains("a, b, empty", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_archive_without_topics_is_refused() =>
        Assert.Equal(ErrorCodes.NothingSelected, Assert.Throws<RestoreException>(() => new TestArchive().Plan()).Code);

    [Fact]
    public void A_partition_filter_that_leaves_nothing_is_refused()
    {
        var failure = Assert.Throws<RestoreException>(() => Archive().Plan(options => options with { Selection = new SelectionOptions { SourcePartitions = new HashSet<int> { 77 } } }));
        Assert.Equal(ErrorCodes.NothingSelected, failure.Code);
        Assert.Equal("restore.source_partitions", failure.Where);
    }

    [Fact]
    public void Patterns_and_mappings_that_do_nothing_are_named()
    {
        var plan = Archive().Plan(options => options with
        {
            Selection = new SelectionOptions { Include = ["a", "nope-*"], Exclude = ["never"], SourcePartitions = new HashSet<int> { 0, 55 } },
            Mapping = Map([("b", "x"), ("ghost", "y")], [(66, 1)]),
        });
        Assert.Equal(6, plan.Warnings.Count);
        Assert.All(["nope-*", "never", "55", "'b'", "ghost", "66"], part => Assert.Contains(plan.Warnings, warning => warning.Contains(part, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("ä")]
    public void An_illegal_target_name_is_refused_by_its_key(string name)
    {
        var failure = Assert.Throws<RestoreException>(() => Archive().Plan(options => options with { Mapping = Map([("a", name)], []) }));
        Assert.Equal(ErrorCodes.ConfigInvalid, failure.Code);
        Assert.Equal("restore.topic_mapping.a", failure.Where);
    }

    [Fact]
    public void A_name_of_250_characters_is_refused() =>
        Assert.Equal(ErrorCodes.ConfigInvalid, Assert.Throws<RestoreException>(() => Archive().Plan(options => options with { Mapping = Map([("a", new string('x', 250))], []) })).Code);

    [Fact]
    public void Lanes_start_by_priority_and_then_by_size()
    {
        var archive = new TestArchive()
            .AddSegment("small", 0, TestRecords.Ordinary(1)).AddSegment("large", 0, TestRecords.Ordinary(100)).AddSegment("large", 1, TestRecords.Ordinary(200))
            .AddSegment("middle", 0, TestRecords.Ordinary(50)).AddSegment("twin", 1, TestRecords.Ordinary(50)).AddSegment("twin", 0, TestRecords.Ordinary(50));
        Assert.Equal(["large/1", "large/0", "middle/0", "twin/0", "twin/1", "small/0"], Order(archive));
        Assert.Equal(["small/0", "middle/0", "large/1", "large/0", "twin/0", "twin/1"], Order(archive, "small", "mid*"));
        Assert.Equal(["twin/0", "twin/1", "large/1", "large/0", "middle/0", "small/0"], Order(archive, "~^tw"));
    }

    [Fact]
    public void Priority_knows_a_topic_by_its_source_name_and_by_its_target_name()
    {
        var archive = new TestArchive().AddSegment("a", 0, TestRecords.Ordinary(1)).AddSegment("b", 0, TestRecords.Ordinary(100));
        foreach (var name in new[] { "a", "x" })
        {
            var plan = archive.Plan(options => options with { Mapping = Map([("a", "x")], []), Execution = new ExecutionOptions { Priority = [name] } });
            Assert.Equal(["x/0", "b/0"], plan.Lanes.Select(lane => lane.Target.ToString()));
        }
    }

    [Theory]
    [InlineData("read_committed", ControlRecordChoice.Auto, false)]
    [InlineData("read_uncommitted", ControlRecordChoice.Auto, true)]
    [InlineData(null, ControlRecordChoice.Auto, true)]
    [InlineData(null, ControlRecordChoice.Never, false)]
    [InlineData("read_uncommitted", ControlRecordChoice.Never, false)]
    public void Markers_are_dropped_only_where_the_archive_may_hold_them(string? isolation, ControlRecordChoice choice, bool drops)
    {
        var archive = new TestArchive { IsolationLevel = isolation }.AddSegment("a", 0, TestRecords.Ordinary(1));
        Assert.Equal(drops, archive.Plan(options => options with { Selection = new SelectionOptions { ControlRecords = choice } }).Rules.DropControlRecords);
    }

    internal static MappingOptions Map((string From, string To)[] topics, (int From, int To)[] partitions) => new()
    {
        Topics = topics.ToDictionary(pair => pair.From, pair => pair.To),
        Partitions = partitions.ToDictionary(pair => pair.From, pair => pair.To),
    };

    private static TestArchive Archive() => new TestArchive()
        .AddTopic("b", 4).AddTopic("empty", 6)
        .AddSegment("a", 0, TestRecords.Ordinary(10)).AddSegment("a", 1, TestRecords.Ordinary(10))
        .AddSegment("b", 2, TestRecords.Ordinary(10)).AddSegment("b", 0, TestRecords.Ordinary(10));

    private static TestArchive WithInternal() => new TestArchive()
        .AddSegment("a", 0, TestRecords.Ordinary(1)).AddSegment("__consumer_offsets", 0, TestRecords.Ordinary(1));

    private static IEnumerable<string> Lanes(RestorePlan plan) => plan.Lanes.Select(lane => lane.Target.ToString()).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Order(TestArchive archive, params string[] priority) =>
        archive.Plan(options => options with { Execution = new ExecutionOptions { Priority = priority } }).Lanes.Select(lane => lane.Target.ToString());
}
