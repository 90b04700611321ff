using KafkaRestore.Engine.Selection;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Tests.Selection;

public sealed class TopicPatternSetTests
{
    private static readonly string[] Topics = ["payments", "orders", "orders-test", "orders-eu", "__consumer_offsets", "__almost_internal"];

    [Fact]
    public void No_include_means_all_but_internal_topics()
    {
        var selection = Select([], []);

        Assert.Equal(["payments", "orders", "orders-test", "orders-eu", "__almost_internal"], selection.Selected);
        Assert.Equal(["__consumer_offsets"], selection.InternalNotNamed);
    }

    [Fact]
    public void The_order_of_the_archive_is_kept() =>
        Assert.Equal(["payments", "orders"], Select(["orders", "payments"], []).Selected);

    [Fact]
    public void Exclude_wins_over_include() =>
        Assert.Equal(["orders-eu"], Select(["orders*"], ["*-test", "orders"]).Selected);

    [Fact]
    public void Exclude_wins_over_a_literal_name_also_of_an_internal_topic()
    {
        var selection = Select(["__consumer_offsets"], ["__*"]);

        Assert.Empty(selection.Selected);
        Assert.Empty(selection.InternalNotNamed);
    }

    [Theory]
    [InlineData("*")]
    [InlineData("__*")]
    [InlineData("~^__consumer_offsets$")]
    [InlineData("__consumer_offset?")]
    public void A_pattern_does_not_select_an_internal_topic(string pattern)
    {
        var selection = Select([pattern], []);

        Assert.DoesNotContain("__consumer_offsets", selection.Selected);
        Assert.Equal(["__consumer_offsets"], selection.InternalNotNamed);
    }

    [Fact]
    public void An_internal_topic_that_is_named_is_selected_whatever_else_matches_it()
    {
        var selection = Select(["*", "__consumer_offsets"], []);

        Assert.Contains("__consumer_offsets", selection.Selected);
        Assert.Empty(selection.InternalNotNamed);
    }

    [Fact]
    public void Patterns_that_match_nothing_are_told()
    {
        var selection = Select(["orders*", "billing", "~^x"], ["*-test", "*-internal"]);

        Assert.Equal(["billing", "~^x"], selection.UnmatchedInclude.Select(pattern => pattern.Text));
        Assert.Equal(["*-internal"], selection.UnmatchedExclude.Select(pattern => pattern.Text));
    }

    [Fact]
    public void A_pattern_whose_topics_are_all_excluded_or_matched_by_another_one_has_matched()
    {
        var selection = Select(["orders*", "orders-test"], ["*-test"]);

        Assert.Empty(selection.UnmatchedInclude);
    }

    [Fact]
    public void An_invalid_exclude_stops_the_start() =>
        Assert.Same(ErrorCodes.ConfigInvalid, Assert.Throws<RestoreException>(() => TopicPatternSet.Parse(["*"], ["~["])).Code);

    [Theory]
    [InlineData("__consumer_offsets", true)]
    [InlineData("__transaction_state", true)]
    [InlineData("__share_group_state", true)]
    [InlineData("__cluster_metadata", true)]
    [InlineData("__almost_internal", false)]
    [InlineData("_schemas", false)]
    [InlineData("__Consumer_Offsets", false)]
    public void Internal_topics_are_the_ones_that_Kafka_keeps_for_itself(string topic, bool expected) =>
        Assert.Equal(expected, InternalTopics.IsInternal(topic));

    private static TopicSelection Select(string[] include, string[] exclude) => TopicPatternSet.Parse(include, exclude).Select(Topics);
}
