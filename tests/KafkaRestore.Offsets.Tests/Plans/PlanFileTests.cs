using System.Text;
using KafkaRestore.Engine.OffsetMaps.Translation;
using KafkaRestore.Kafka;
using KafkaRestore.Offsets.Plans;
using KafkaRestore.Offsets.Sources;
using KafkaRestore.Records.Errors;
using static KafkaRestore.Offsets.Tests.Support.Maps;

namespace KafkaRestore.Offsets.Tests.Plans;

public sealed class PlanFileTests
{
    private static readonly OffsetResetPlan s_plan = new()
    {
        GeneratedAt = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Strategy = "map",
        BackupId = "shop",
        TargetClusterId = "c1",
        BootstrapServers = ["a:1"],
        OffsetsFrom = "snapshot.json",
        OffsetsTakenAt = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000),
        Groups =
        [
            new GroupPlan("ops, \"eu\" west", [
                new PlannedOffset { Target = new("t", 0), Offset = 4, Label = TranslationLabel.Exact, From = [new SourceCommit(Partition("t/0"), 7, "w")], Metadata = "w", CurrentOffset = PlannedOffset.NoCommit },
                new PlannedOffset { Target = new("t", 1), Offset = 9, Label = TranslationLabel.Bounded, ReadAgain = 3, ClampedFrom = 12, From = [new SourceCommit(Partition("a/0"), 1), new SourceCommit(Partition("b/0"), 2)], NotCommitted = [Partition("c/0")], CurrentOffset = 2 },
            ], [new MissingOffset(new SourceCommit(Partition("gone/0"), 5), "not restored")]),
        ],
    };

    private static OffsetResetPlan Read(string json) => PlanFile.Read(Encoding.UTF8.GetBytes(json), "plan.json");

    [Fact]
    public void What_was_written_is_read_back()
    {
        var read = Read(PlanFile.ToJson(s_plan));
        Assert.Equal((s_plan.GeneratedAt, s_plan.Strategy, s_plan.BackupId, s_plan.TargetClusterId, s_plan.OffsetsFrom, s_plan.OffsetsTakenAt), (read.GeneratedAt, read.Strategy, read.BackupId, read.TargetClusterId, read.OffsetsFrom, read.OffsetsTakenAt));
        var (was, now) = (s_plan.Groups[0], Assert.Single(read.Groups));
        Assert.Equal(was.Group, now.Group);
        Assert.Equal(was.Offsets.Select(offset => (offset.Target, offset.Offset, offset.Label, offset.Metadata, offset.CurrentOffset, offset.ClampedFrom)),
            now.Offsets.Select(offset => (offset.Target, offset.Offset, offset.Label, offset.Metadata, offset.CurrentOffset, offset.ClampedFrom)));
        Assert.Equal(["a/0", "b/0"], now.Offsets[1].From.Select(commit => commit.Partition.ToString()));
        Assert.Equal("not restored", Assert.Single(now.Missing).Reason);
    }

    [Fact]
    public void A_plan_of_kafka_backup_is_read()
    {
        var plan = PlanFile.Read(File.ReadAllBytes(Path.Combine(KafkaRestore.Testing.Golden.Root, "reports", "offset-reset-plan.json")), "plan.json");
        Assert.Equal(["analytics", "billing"], plan.Groups.Select(group => group.Group));
        Assert.Equal([(new TargetPartition("o17", 0), 506L), (new TargetPartition("o17", 1), 511L), (new TargetPartition("o17", 2), 483L)],
            plan.Groups[1].Offsets.Select(offset => (offset.Target, offset.Offset)));
        Assert.All(plan.Groups[1].Offsets, offset => Assert.Null(offset.CurrentOffset));
    }

    [Fact]
    public void A_person_may_comment_lines_out() =>
        Assert.Equal("t/1", Assert.Single(Assert.Single(Read("""
            {"groups":[{"group_id":"g","partitions":[
              // {"topic":"t","partition":0,"target_offset":4},
              {"topic":"t","partition":1,"target_offset":5},
            ]}]}
            """).Groups).Offsets).Target.ToString());

    [Theory]
    [InlineData("", "not JSON")]
    [InlineData("[]", "not JSON")]
    [InlineData("{}", "no groups")]
    [InlineData("""{"groups":[{"partitions":[]}]}""", "no group_id")]
    [InlineData("""{"groups":[null]}""", "no group_id")]
    [InlineData("""{"groups":[{"group_id":"g"},{"group_id":"g"}]}""", "g stands there twice")]
    [InlineData("""{"groups":[{"group_id":"g","partitions":[{"topic":"t","partition":0}]}]}""", "target_offset is missing")]
    [InlineData("""{"groups":[{"group_id":"g","partitions":[{"topic":"t","partition":0,"target_offset":-1}]}]}""", "target_offset is -1")]
    [InlineData("""{"groups":[{"group_id":"g","partitions":[{"topic":"t","target_offset":1}]}]}""", "lacks its topic or partition")]
    [InlineData("""{"groups":[{"group_id":"g","partitions":[null]}]}""", "lacks its topic or partition")]
    [InlineData("""{"groups":[{"group_id":"g","partitions":[{"topic":"t","partition":0,"target_offset":1},{"topic":"t","partition":0,"target_offset":2}]}]}""", "t/0 stands there twice")]
    [InlineData("""{"groups":[{"group_id":"g","partitions":[{"topic":"t","partition":0,"target_offset":"x"}]}]}""", "line 1")]
    public void A_damaged_plan_is_refused_with_the_place(string json, string words)
    {
        var failure = Assert.Throws<RestoreException>(() => Read(json));
        Assert.Equal((ErrorCodes.GroupFileInvalid, "plan.json"), (failure.Code, failure.Where));
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_table_quotes_what_needs_it()
    {
        Assert.Equal("""
            group_id,topic,partition,source_offset,target_offset,strategy,label
            "ops, ""eu"" west",t,0,7,4,map,exact
            "ops, ""eu"" west",t,1,,9,map,bounded

            """.ReplaceLineEndings("\n"), PlanTable.Of(s_plan));
    }
}
