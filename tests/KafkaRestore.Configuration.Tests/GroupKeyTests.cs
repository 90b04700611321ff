using KafkaRestore.Configuration.Tests.Support;
using KafkaRestore.Offsets.Restoring;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Configuration.Tests;

public sealed class GroupKeyTests
{
    private static ConfigurationText Text(params (string Key, string Value)[] keys) =>
        keys.Aggregate(new ConfigurationText(), static (text, key) => text.Set(key.Key, key.Value));

    [Fact]
    public void A_reset_of_no_group_is_refused()
    {
        var problem = Assert.Single(Text(("restore.reset_consumer_offsets", "true")).Read().Problems);
        Assert.Same(ErrorCodes.ConfigInvalid, problem.Code);
        Assert.Contains("restore.consumer_groups", problem.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("timestamp-based")]
    [InlineData("cluster-scan")]
    public void A_strategy_for_a_reset_that_nobody_asks_for_is_refused(string strategy) =>
        Assert.Same(ErrorCodes.ConfigInvalid, Assert.Single(Text(("restore.consumer_group_strategy", strategy)).Read().Problems).Code);

    [Theory]
    [InlineData("restore.reset_consumer_offsets")]
    [InlineData("restore.auto_consumer_groups")]
    public void Manual_and_a_reset_contradict_each_other(string reset)
    {
        var problem = Assert.Single(Text(("restore.consumer_group_strategy", "manual"), (reset, "true"), ("restore.consumer_groups", "[billing]")).Read().Problems);
        Assert.Contains("manual", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Groups_without_a_reset_are_named_in_a_notice()
    {
        var configuration = Text(("restore.consumer_groups", "[billing]")).Read().Require();
        Assert.False(configuration.Groups.IsAsked);
        Assert.Contains(configuration.Notices, notice => notice.ToString().Contains("restore.reset_consumer_offsets is not set", StringComparison.Ordinal));
    }

    [Fact]
    public void Empty_wishes_ask_for_nothing()
    {
        var configuration = Text(("restore.consumer_groups", "[]"), ("restore.reset_consumer_offsets", "false"), ("restore.consumer_group_strategy", "header-based")).Read().Require();
        Assert.False(configuration.Groups.IsAsked);
        Assert.True(configuration.Options.Headers.Add);
        Assert.Empty(configuration.Notices);
    }

    [Fact]
    public void Named_groups_and_all_groups_go_together()
    {
        var groups = Text(("restore.reset_consumer_offsets", "true"), ("restore.consumer_groups", "[billing, 'audit-*']"), ("restore.auto_consumer_groups", "true")).Read().Require().Groups;
        Assert.True(groups is { Reset: true, All: true, Commits: true, Strategy: GroupStrategy.Map, When: ResetTime.GroupDone });
        Assert.Equal(["billing", "audit-*"], groups.Groups);
    }

    [Fact]
    public void A_pattern_of_groups_that_is_no_regular_expression_is_refused()
    {
        var problem = Assert.Single(Text(("restore.reset_consumer_offsets", "true"), ("restore.consumer_groups", "['~(']")).Read().Problems);
        Assert.Equal((ErrorCodes.ConfigInvalid, true), (problem.Code, problem.ToString().Contains("~(", StringComparison.Ordinal)));
    }
}
