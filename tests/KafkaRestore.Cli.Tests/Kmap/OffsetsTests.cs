using System.Globalization;
using System.Text.Json;
using KafkaRestore.Cli.Tests.Rollback;
using KafkaRestore.Cli.Tests.Support;
using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Kmap;

public sealed class OffsetsTests
{
    [Theory]
    [InlineData("--snapshot-path is needed", "import", "a.json", "--bootstrap-servers", "localhost:1")]
    [InlineData("do not go together", "import", "a.json", "--bootstrap-servers", "localhost:1", "--snapshot-path", "/tmp", "--no-snapshot")]
    [InlineData("--to-datetime takes", "import", "a.json", "--bootstrap-servers", "localhost:1", "--dry-run", "--to-datetime", "2026-11-21")]
    [InlineData("--topic-mapping takes FROM=TO", "import", "a.json", "--bootstrap-servers", "localhost:1", "--dry-run", "--topic-mapping", "a")]
    [InlineData("FILE is needed", "script")]
    [InlineData("FILE already holds the offsets", "script", "a.json", "--bootstrap-servers", "localhost:1")]
    [InlineData("--format goes with --output", "export", "--bootstrap-servers", "localhost:1", "--format", "json")]
    public async Task Wrong_use_is_named(string what, string command, params string[] arguments)
    {
        var result = (await CliProgram.RunAsync(["offsets", command, .. arguments])).MustExit(2);

        Assert.StartsWith("USAGE: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(what, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_something_else_is_one_message_that_does_not_repeat_it()
    {
        using var scratch = new Scratch();
        var file = scratch.Write("secret.txt", "password=hunter2\n");

        var result = (await CliProgram.RunAsync("offsets", "import", file, "--bootstrap-servers", "localhost:1", "--dry-run")).MustExit(2);

        Assert.StartsWith("GROUP_FILE_INVALID: ", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_of_a_file_of_kmap_needs_no_cluster()
    {
        using var scratch = new Scratch();
        var script = scratch.PathOf("restore.sh");

        var result = (await CliProgram.RunAsync("offsets", "script", Path.Combine(Golden.Root, "kmap", "modified-listed", "consumer-offsets.json"), "--groups", "p*", "-o", script, "--format", "json")).MustExit(0);

        using var written = JsonDocument.Parse(result.Out);
        Assert.Equal((2, 4), (written.RootElement.GetProperty("groups").GetInt32(), written.RootElement.GetProperty("offsets").GetInt32()));
        Assert.Contains("warning: partial-reader has committed nothing for orders/1", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("-1", (await File.ReadAllLinesAsync(script)).Where(line => line.StartsWith("orders,", StringComparison.Ordinal)).Aggregate("", string.Concat), StringComparison.Ordinal);
        var run = await CliProgram.BashAsync($"'{script}'");
        Assert.Equal((2, "BOOTSTRAP_SERVERS is not set\n"), (run.Exit, run.Error));
    }

    [RealKafkaFact]
    public async Task An_export_that_is_imported_again_sets_what_it_says_with_its_metadata()
    {
        await using var stage = await GroupStage.CreateAsync();
        var before = await stage.CommittedAsync();
        var file = stage.PathOf("offsets.json");
        (await stage.RunAsync("offsets", "export", "--groups-file", stage.GroupsFile, "--with-metadata", "--with-lag", "-o", file)).MustExit(0);
        using var export = JsonDocument.Parse(await File.ReadAllTextAsync(file));
        var exported = export.RootElement.GetProperty("consumer_groups")[0].GetProperty("topics").GetProperty(stage.Topic);
        Assert.Equal([GroupStage.Records - 5L, GroupStage.Records - 6L], exported.EnumerateArray().Select(offset => offset.GetProperty("lag").GetInt64()));

        await stage.CommitAsync(1, 2);
        var dry = (await stage.RunAsync("offsets", "import", file, "--dry-run", "--format", "json")).MustExit(0);
        Assert.Equal("planned", JsonDocument.Parse(dry.Out).RootElement.GetProperty("status").GetString());
        Assert.Equal([(0, 1L, "words 1"), (1, 2L, "words 2")], await stage.CommittedAsync());

        var result = (await stage.RunAsync("offsets", "import", file, "--snapshot-path", stage.Store, "--format", "json")).MustExit(0);
        Assert.Equal("success", JsonDocument.Parse(result.Out).RootElement.GetProperty("status").GetString());
        Assert.Equal(before, await stage.CommittedAsync());

        (await stage.RunAsync("offset-rollback", "rollback", "-p", stage.Store, "-s", stage.SnapshotId)).MustExit(0);
        Assert.Equal([(0, 1L, "words 1"), (1, 2L, "words 2")], await stage.CommittedAsync());
    }

    [RealKafkaFact]
    public async Task Offsets_outside_of_the_log_refuse_the_import_and_are_listed()
    {
        await using var stage = await GroupStage.CreateAsync();
        var file = stage.Write("offsets.csv", $"\"{stage.Group}\",{stage.Topic},0,7\n\"{stage.Group}\",{stage.Topic},1,{GroupStage.Records + 1}\n");

        var refused = (await stage.RunAsync("offsets", "import", file, "--no-snapshot", "--format", "json")).MustExit(3);
        Assert.Equal("refused", JsonDocument.Parse(refused.Out).RootElement.GetProperty("status").GetString());
        Assert.StartsWith("OFFSET_OUT_OF_RANGE: 1 offset cannot be set", refused.Error, StringComparison.Ordinal);
        Assert.Equal([(0, 5L, "words 5"), (1, 6L, "words 6")], await stage.CommittedAsync());

        (await stage.RunAsync("offsets", "import", file, "--no-snapshot", "--clamp")).MustExit(0);
        Assert.Equal([(0, 7L), (1, (long)GroupStage.Records)], (await stage.CommittedAsync()).Select(offset => (offset.Partition, offset.Offset)));
    }

    [RealKafkaFact]
    public async Task A_time_leads_to_the_first_record_at_or_after_it()
    {
        await using var stage = await GroupStage.CreateAsync();
        var file = stage.PathOf("offsets.json");
        (await stage.RunAsync("offsets", "export", "--groups-file", stage.GroupsFile, "-o", file)).MustExit(0);

        (await stage.RunAsync("offsets", "import", file, "--no-snapshot", "--to-datetime", DateTimeOffset.UnixEpoch.AddMinutes(1_000_000 + 12.5).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture))).MustExit(0);
        Assert.Equal([(0, 13L), (1, 13L)], (await stage.CommittedAsync()).Select(offset => (offset.Partition, offset.Offset)));

        (await stage.RunAsync("offsets", "import", file, "--no-snapshot", "--to-datetime", "2100-01-01T00:00:00Z")).MustExit(0);
        Assert.Equal([(0, (long)GroupStage.Records), (1, GroupStage.Records)], (await stage.CommittedAsync()).Select(offset => (offset.Partition, offset.Offset)));
    }

    [KafkaLauncherFact]
    public async Task The_script_of_a_live_cluster_sets_its_offsets_with_kafkas_own_tool()
    {
        await using var stage = await GroupStage.CreateAsync();
        var script = stage.PathOf("restore.sh");
        (await stage.RunAsync("offsets", "script", "live", "--groups-file", stage.GroupsFile, "-o", script)).MustExit(0);
        await stage.CommitAsync(1, 2);
        var tool = stage.Write("tool", $"#!/bin/sh\nexec '{Environment.GetEnvironmentVariable("KAFKA_RESTORE_TEST_KAFKA")}' tool consumer-groups \"$@\"\n");

        var run = await CliProgram.BashAsync($"chmod +x '{tool}' && KAFKA_CONSUMER_GROUPS='{tool}' BOOTSTRAP_SERVERS={stage.Broker.BootstrapServers} '{script}'");

        Assert.Contains("2 offsets are set, 0 are not.", run.MustExit(0).Out, StringComparison.Ordinal);
        Assert.Equal([(0, 5L), (1, 6L)], (await stage.CommittedAsync()).Select(offset => (offset.Partition, offset.Offset)));
    }
}
