using System.Text.Json;
using KafkaRestore.Cli.Tests.Support;
using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Rollback;

public sealed class OffsetRollbackTests
{
    [Fact]
    public async Task A_snapshot_that_is_not_there_is_one_message()
    {
        using var scratch = new Scratch();

        var result = (await CliProgram.RunAsync("offset-rollback", "show", "--path", scratch.Root, "--snapshot-id", "snap-none")).MustExit(3);

        Assert.StartsWith("SNAPSHOT_NOT_FOUND: there is no snapshot snap-none", result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.TrimEnd().Split('\n'));
        (await CliProgram.RunAsync("offset-rollback", "delete", "--path", scratch.Root, "--snapshot-id", "snap-none")).MustExit(3);
        Assert.Equal("[]\n", (await CliProgram.RunAsync("offset-rollback", "list", "--path", scratch.Root, "--format", "json")).MustExit(0).Out);
    }

    [Theory]
    [InlineData("--snapshot-id is needed, or --keep-days", "delete")]
    [InlineData("do not go together", "delete", "--snapshot-id", "a", "--keep-days", "1")]
    [InlineData("--yes goes with --keep-days", "delete", "--snapshot-id", "a", "--yes")]
    [InlineData("--keep-days takes a whole number", "delete", "--keep-days", "-1")]
    [InlineData("--groups is needed", "snapshot", "--bootstrap-servers", "localhost:1")]
    [InlineData("--bootstrap-servers is needed, or --config", "snapshot", "--groups", "a")]
    [InlineData("--wait-for-empty takes a duration", "rollback", "--snapshot-id", "a", "--bootstrap-servers", "localhost:1", "--wait-for-empty", "soon")]
    [InlineData("--max-concurrent takes a whole number", "rollback", "--snapshot-id", "a", "--bootstrap-servers", "localhost:1", "--max-concurrent", "0")]
    public async Task Wrong_use_is_named(string what, string command, params string[] arguments)
    {
        var result = (await CliProgram.RunAsync(["offset-rollback", command, "--path", "/tmp", .. arguments])).MustExit(2);

        Assert.StartsWith("USAGE: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(what, result.Error, StringComparison.Ordinal);
        Assert.Equal("", result.Out);
    }

    [RealKafkaFact]
    public async Task A_rollback_brings_offsets_and_metadata_back_and_removes_what_came_later()
    {
        await using var stage = await GroupStage.CreateAsync();
        await stage.CommitAsync(5, 6);
        var before = await stage.CommittedAsync();
        using var taken = JsonDocument.Parse((await stage.SnapshotAsync()).MustExit(0).Out);
        var id = taken.RootElement.GetProperty("snapshot_id").GetString()!;
        Assert.Equal(["snapshot_id", "created_at", "group_count", "offset_count", "restore_id", "description"], taken.RootElement.EnumerateObject().Select(field => field.Name));

        (await stage.RunAsync("offset-rollback", "verify", "-p", stage.Store, "-s", id)).MustExit(0);
        await stage.CommitAsync(15, 16);
        var differs = (await stage.RunAsync("offset-rollback", "verify", "-p", stage.Store, "-s", id, "-f", "json")).MustExit(4);
        using var verification = JsonDocument.Parse(differs.Out);
        Assert.Equal(["15", "16"], verification.RootElement.GetProperty("mismatches").EnumerateArray().Select(row => row.GetProperty("actual_offset").GetRawText()));

        var back = (await stage.RunAsync("offset-rollback", "rollback", "--path", stage.Store, "--snapshot-id", id, "--verify", "--format", "json")).MustExit(0);
        using var report = JsonDocument.Parse(back.Out);
        Assert.Equal("success", report.RootElement.GetProperty("result").GetProperty("status").GetString());
        Assert.True(report.RootElement.GetProperty("verification").GetProperty("verified").GetBoolean());
        Assert.Equal(before, await stage.CommittedAsync());

        var safety = report.RootElement.GetProperty("result").GetProperty("safety_snapshot_id").GetString()!;
        (await stage.RunAsync("offset-rollback", "rollback", "--path", stage.Store, "--snapshot-id", safety, "--no-snapshot")).MustExit(0);
        Assert.Equal([(0, 15L, "words 15"), (1, 16L, "words 16")], await stage.CommittedAsync());
    }

    [RealKafkaFact]
    public async Task Commits_of_partitions_that_the_snapshot_does_not_have_are_removed()
    {
        await using var stage = await GroupStage.CreateAsync();
        (await stage.SnapshotAsync()).MustExit(0);
        var file = Path.Combine(stage.Store, "offset-snapshots", stage.SnapshotId, "snapshot.json");
        var node = System.Text.Json.Nodes.JsonNode.Parse(await File.ReadAllTextAsync(file))!;
        node["group_offsets"]![stage.Group]!["offsets"]![stage.Topic]!.AsObject().Remove("1");
        await File.WriteAllTextAsync(file, node.ToJsonString());

        var result = (await stage.RunAsync("offset-rollback", "rollback", "-p", stage.Store, "-s", stage.SnapshotId, "--format", "json")).MustExit(0);

        Assert.Contains("\"offsets_removed\": 1", result.Out, StringComparison.Ordinal);
        Assert.Equal([(0, 5L, "words 5")], await stage.CommittedAsync());
    }

    [KafkaLauncherFact]
    public async Task A_group_with_a_member_is_refused_with_the_member_and_waited_for_when_asked()
    {
        await using var stage = await GroupStage.CreateAsync();
        (await stage.SnapshotAsync()).MustExit(0);
        using var member = await ConsoleMember.JoinAsync(stage, "billing-app-7");
        var refused = (await stage.RunAsync("offset-rollback", "rollback", "-p", stage.Store, "-s", stage.SnapshotId)).MustExit(3);
        Assert.Contains("GROUP_ACTIVE: a group has members", refused.Error, StringComparison.Ordinal);
        Assert.Contains("billing-app-7 at 127.0.0.1", refused.Error, StringComparison.Ordinal);
        Assert.Equal("", refused.Out);

        await using var waiting = CliProgram.Start(["offset-rollback", "rollback", "-p", stage.Store, "-s", stage.SnapshotId, "--wait-for-empty", "5m", "--bootstrap-servers", stage.Broker.BootstrapServers]);
        await waiting.SeesAsync("waiting for members to leave");
        member.Leave();
        Assert.StartsWith("ROLLED BACK", (await waiting.EndAsync()).MustExit(0).Out, StringComparison.Ordinal);
    }

    [KafkaLauncherFact]
    public async Task Control_c_while_waiting_changes_nothing()
    {
        await using var stage = await GroupStage.CreateAsync();
        (await stage.SnapshotAsync()).MustExit(0);
        using var member = await ConsoleMember.JoinAsync(stage, "billing-app-8");
        await using var waiting = CliProgram.Start(["offset-rollback", "rollback", "-p", stage.Store, "-s", stage.SnapshotId, "--wait-for-empty", "5m", "--bootstrap-servers", stage.Broker.BootstrapServers]);
        await waiting.SeesAsync("waiting for members to leave");
        waiting.Signal("INT");

        Assert.Equal("", (await waiting.EndAsync()).MustExit(5).Out);
        Assert.Single(Directory.EnumerateDirectories(Path.Combine(stage.Store, "offset-snapshots")));
    }

    [RealKafkaFact]
    public async Task A_group_that_does_not_exist_is_named_and_nothing_is_saved()
    {
        await using var stage = await GroupStage.CreateAsync();

        var result = (await stage.RunAsync("offset-rollback", "snapshot", "--path", stage.Store, "--groups", "no-such-group")).MustExit(3);

        Assert.StartsWith("GROUP_NOT_FOUND: this consumer group does not exist: no-such-group", result.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(stage.Store));
    }

    [RealKafkaFact]
    public async Task Old_snapshots_are_listed_before_they_are_removed_and_the_newest_stays()
    {
        await using var stage = await GroupStage.CreateAsync();
        for (var i = 0; i < 3; i++)
        {
            (await stage.SnapshotAsync()).MustExit(0);
        }

        string[] prune = ["offset-rollback", "delete", "--path", stage.Store, "--keep-days", "0", "--format", "json"];
        using var listed = JsonDocument.Parse((await CliProgram.RunAsync(prune)).MustExit(0).Out);
        Assert.Equal((true, 2), (listed.RootElement.GetProperty("dry_run").GetBoolean(), listed.RootElement.GetProperty("deleted").GetArrayLength()));
        Assert.Equal(3, Directory.EnumerateDirectories(Path.Combine(stage.Store, "offset-snapshots")).Count());
        (await CliProgram.RunAsync([.. prune, "--yes"])).MustExit(0);
        Assert.Single(Directory.EnumerateDirectories(Path.Combine(stage.Store, "offset-snapshots")));
    }

    [FullDiskFact]
    public async Task A_full_disk_leaves_no_snapshot_and_says_so()
    {
        await using var stage = await GroupStage.CreateAsync();
        using var disk = new TinyDisk(kibibytes: 4);
        await File.WriteAllBytesAsync(Path.Combine(disk.Path, "full"), new byte[1]);

        var result = (await stage.RunAsync("offset-rollback", "snapshot", "--path", disk.Path, "--groups-file", stage.GroupsFile)).MustExit(4);

        Assert.StartsWith("DISK_FULL: ", result.Error, StringComparison.Ordinal);
        Assert.Equal("", result.Out);
    }

    /// <summary>A test that fills a disk, and needs Apache Kafka itself.</summary>
    private sealed class FullDiskFactAttribute : FactAttribute
    {
        public FullDiskFactAttribute() => Skip = KafkaFactConditions.WhyNotReal ?? TinyDisk.WhyImpossible;
    }
}
