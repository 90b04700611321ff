using System.Text.Json;
using KafkaRestore.Cli.Tests.Support;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Groups;

/// <summary>The commands that reset groups after a restore, on a real broker: the topics of <c>shop</c> stand there under other names.</summary>
[Collection(nameof(GoldenGroupBroker))]
public sealed class OffsetResetTests(GoldenGroupBroker broker) : IAsyncLifetime
{
    private readonly Scratch _scratch = new();
    private string _config = "";

    public async Task InitializeAsync()
    {
        if (KafkaFactConditions.Launcher is not null)
        {
            _config = await broker.RestoredShopAsync();
        }
    }

    public Task DisposeAsync()
    {
        _scratch.Dispose();
        return Task.CompletedTask;
    }

    private Task<CliResult> RunAsync(string command, params string[] arguments) => CliProgram.RunAsync([.. command.Split(' '), "--config", _config, .. arguments]);

    [KafkaLauncherFact]
    public async Task A_plan_is_exact_and_complete_and_commits_nothing()
    {
        var before = await CommittedOffsets.ReadAsync(broker.Broker);
        using var plan = JsonDocument.Parse((await RunAsync("offset-reset plan", "--groups", "billing,analytics", "--format", "json")).MustExit(0).Out);
        Assert.Equal(["analytics", "billing"], plan.RootElement.GetProperty("groups").EnumerateArray().Select(group => group.GetProperty("group_id").GetString()));
        var partitions = plan.RootElement.GetProperty("groups").EnumerateArray().SelectMany(group => group.GetProperty("partitions").EnumerateArray()).ToList();
        Assert.All(partitions, partition => Assert.Equal("exact", partition.GetProperty("label").GetString()));
        Assert.All(partitions, partition => Assert.StartsWith("reset-", partition.GetProperty("topic").GetString(), StringComparison.Ordinal));
        Assert.Equal(before.Count, (await CommittedOffsets.ReadAsync(broker.Broker)).Count);
        Assert.StartsWith("group_id,topic,partition,source_offset,target_offset,strategy,label\nbilling,reset-orders,0,506,", (await RunAsync("offset-reset plan", "--groups", "billing", "--format", "csv")).MustExit(0).Out, StringComparison.Ordinal);
    }

    [KafkaLauncherTheory]
    [InlineData("map", true)]
    [InlineData("header-based", true)]
    [InlineData("cluster-scan", true)]
    [InlineData("timestamp-based", false)]
    public async Task Every_strategy_leads_to_the_first_unread_record_and_never_past_it(string strategy, bool exact)
    {
        string[] how = strategy == "map" ? [] : ["--strategy", strategy];
        await DocumentAsync(await RunAsync("offset-reset-bulk", ["--groups", "*", "--snapshot-path", _scratch.Root, "--format", "json", .. how]));
        var source = new SourceView("shop");
        var target = new TargetView(broker.BootstrapServers);
        var all = await CommittedOffsets.ReadAsync(broker.Broker);
        foreach (var (group, commits) in source.Groups)
        {
            foreach (var ((topic, partition), offset) in commits)
            {
                var committed = all[group][($"reset-{topic}", partition)];
                var records = await target.RecordsAsync($"reset-{topic}", partition);
                var unread = source.FirstUnread(topic, partition, offset);
                var place = unread is null ? records[^1].Offset + 1 : records.Single(record => Content(record) == Content(unread)).Offset;
                Assert.True(exact ? committed == place : committed <= place, $"{strategy}: {group} {topic}/{partition} at {offset}: {committed}, and the record stands at {place}");
            }
        }
    }

    [KafkaLauncherFact]
    public async Task A_plan_is_executed_as_it_was_edited_and_refused_when_the_group_has_moved()
    {
        var file = _scratch.PathOf("plan.json");
        (await RunAsync("offset-reset plan", "--groups", "finished", "--output", file)).MustExit(0);
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"target_offset\": 1013", "\"target_offset\": 77", StringComparison.Ordinal).Replace("\"target_offset\": 1012", "\"target_offset\": 77", StringComparison.Ordinal));
        var done = await RunAsync("offset-reset execute", "--plan", file, "--snapshot-path", _scratch.Root);
        Assert.Contains("SUCCESS", done.MustExit(0).Out, StringComparison.Ordinal);
        Assert.Matches(@"
Kept +7 days while nobody reads in the group \(offsets\.retention\.minutes", done.Out);
        Assert.Equal(77, (await CommittedOffsets.ReadAsync(broker.Broker))["finished"][("reset-orders", 0)]);
        (await RunAsync("offset-reset execute", "--plan", file, "--no-snapshot")).MustExit(0);

        await broker.Broker.ToolAsync("consumer-groups", "--group", "finished", "--topic", "reset-orders:0", "--reset-offsets", "--to-offset", "5", "--execute");
        var refused = (await RunAsync("offset-reset execute", "--plan", file, "--no-snapshot")).MustExit(3);
        Assert.Contains("GROUP_MOVED", refused.Error, StringComparison.Ordinal);
        Assert.Equal(5, (await CommittedOffsets.ReadAsync(broker.Broker))["finished"][("reset-orders", 0)]);
        (await RunAsync("offset-reset execute", "--plan", file, "--no-snapshot", "--even-if-moved")).MustExit(0);
        Assert.Equal(77, (await CommittedOffsets.ReadAsync(broker.Broker))["finished"][("reset-orders", 0)]);
    }

    [KafkaLauncherFact]
    public async Task A_group_with_a_member_is_left_alone_and_named_and_the_others_are_reset()
    {
        var member = await LiveMember.JoinAsync(broker.Broker, "billing", "reset-orders", "billing-app");
        try
        {
            using var report = await DocumentAsync(await RunAsync("offset-reset-bulk", "--groups", "billing,audit", "--no-snapshot", "--format", "json"), exit: 4);
            Assert.Equal(("partial_success", 1, 1), (report.RootElement.GetProperty("status").GetString(), report.RootElement.GetProperty("successful_groups").GetInt32(), report.RootElement.GetProperty("failed_groups").GetInt32()));
            var billing = report.RootElement.GetProperty("group_outcomes").EnumerateArray().Single(group => group.GetProperty("group_id").GetString() == "billing");
            Assert.Equal(("skipped", "GROUP_ACTIVE", "billing-app"), (billing.GetProperty("state").GetString(), billing.GetProperty("problem").GetProperty("code").GetString(), billing.GetProperty("members")[0].GetProperty("client_id").GetString()));
        }
        finally
        {
            await member.LeaveAsync();
        }
    }

    [KafkaLauncherFact]
    public async Task A_group_with_a_member_refuses_a_restore_before_its_first_record()
    {
        var member = await LiveMember.JoinAsync(broker.Broker, "analytics", "reset-orders", "analytics-app");
        try
        {
            var config = _scratch.Configuration("shop", broker.BootstrapServers, "create_topics: true\nauto_consumer_groups: true\ntopic_mapping: { orders: busy-orders, payments: busy-payments, orders-dlq: busy-dlq, customers: busy-customers }");
            var dry = (await CliProgram.RunAsync("validate-restore", "--config", config)).MustExit(3);
            Assert.Contains("GROUP_ACTIVE", dry.Out, StringComparison.Ordinal);
            var refused = (await CliProgram.RunAsync("restore", "--config", config)).MustExit(3);
            Assert.Contains("GROUP_ACTIVE: the group analytics has 1 member(s) at the target: analytics-app at 127.0.0.1", refused.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("busy-orders", await broker.Broker.ToolAsync("topics", "--list"), StringComparison.Ordinal);
        }
        finally
        {
            await member.LeaveAsync();
        }
    }

    [KafkaLauncherFact]
    public async Task A_snapshot_is_taken_first_and_leads_back()
    {
        await broker.Broker.ToolAsync("consumer-groups", "--group", "stale", "--topic", "reset-orders:0", "--reset-offsets", "--to-offset", "41", "--execute");
        using var report = await DocumentAsync(await RunAsync("offset-reset-bulk", "--groups", "stale", "--snapshot-path", _scratch.Root, "--format", "json"));
        Assert.Equal(10_080, report.RootElement.GetProperty("offset_retention_minutes").GetInt32());
        Assert.NotEqual(41, (await CommittedOffsets.ReadAsync(broker.Broker))["stale"][("reset-orders", 0)]);
        Assert.Contains(broker.BootstrapServers, (await CliProgram.RunAsync("offset-rollback", "show", "--path", _scratch.Root, "--snapshot-id", report.RootElement.GetProperty("snapshot_id").GetString()!)).MustExit(0).Out, StringComparison.Ordinal);
        (await CliProgram.RunAsync("offset-rollback", "rollback", "--path", _scratch.Root, "--snapshot-id", report.RootElement.GetProperty("snapshot_id").GetString()!, "--config", _config)).MustExit(0);
        Assert.Equal(41, (await CommittedOffsets.ReadAsync(broker.Broker))["stale"][("reset-orders", 0)]);
    }

    [KafkaLauncherFact]
    public async Task The_script_does_the_same_with_kafkas_own_tool()
    {
        var script = _scratch.PathOf("reset.sh");
        (await RunAsync("offset-reset script", "--groups", "audit", "--output", script)).MustExit(0);
        await broker.Broker.ToolAsync("consumer-groups", "--group", "audit", "--topic", "reset-payments", "--reset-offsets", "--to-earliest", "--execute");
        var tool = _scratch.Write("tool", $"#!/bin/sh\nexec '{KafkaFactConditions.Launcher}' tool consumer-groups \"$@\"\n");
        var run = await CliProgram.BashAsync($"chmod +x '{tool}' && KAFKA_CONSUMER_GROUPS='{tool}' '{script}'");
        Assert.True(run.Exit == 0, run.Out + run.Error);
        var committed = (await CommittedOffsets.ReadAsync(broker.Broker))["audit"];
        using var plan = JsonDocument.Parse((await RunAsync("offset-reset plan", "--groups", "audit", "--format", "json")).MustExit(0).Out);
        Assert.All(plan.RootElement.GetProperty("groups")[0].GetProperty("partitions").EnumerateArray(), partition =>
            Assert.Equal(partition.GetProperty("target_offset").GetInt64(), committed[(partition.GetProperty("topic").GetString()!, partition.GetProperty("partition").GetInt32())]));
    }

    [KafkaLauncherFact]
    public async Task What_does_not_fit_is_refused_before_anything_is_committed()
    {
        Assert.Contains("GROUP_NOT_FOUND", (await RunAsync("offset-reset-bulk", "--groups", "billing,nobody", "--no-snapshot")).MustExit(3).Error, StringComparison.Ordinal);
        Assert.Contains("--groups is needed", (await RunAsync("offset-reset-bulk", "--no-snapshot")).MustExit(2).Error, StringComparison.Ordinal);
        Assert.Contains("GROUP_FILE_INVALID", (await RunAsync("offset-reset execute", "--plan", _scratch.Write("bad.json", "{"), "--no-snapshot")).MustExit(2).Error, StringComparison.Ordinal);
        Assert.Contains("--snapshot-path is needed", (await RunAsync("offset-reset execute", "--plan", _scratch.Write("plan.json", """{"groups":[{"group_id":"audit","partitions":[{"topic":"reset-payments","partition":0,"target_offset":1}]}]}"""))).MustExit(2).Error, StringComparison.Ordinal);
        Assert.Contains("OFFSET_MAP_MISSING", (await CliProgram.RunAsync("offset-reset", "plan", "--path", Golden.Backups, "-b", "shop-none", "-g", "*", "--bootstrap-servers", broker.BootstrapServers, "--state-dir", _scratch.Root)).MustExit(3).Error, StringComparison.Ordinal);
    }

    [KafkaLauncherFact]
    public async Task A_finished_restore_resets_what_it_is_asked_to_and_nothing_twice()
    {
        var config = _scratch.Write("again.yaml", File.ReadAllText(_config) + "\n  auto_consumer_groups: true\n");
        await broker.Broker.ToolAsync("consumer-groups", "--group", "analytics", "--topic", "reset-orders", "--reset-offsets", "--to-earliest", "--execute");
        (await CliProgram.RunAsync("restore", "--config", config)).MustExit(0);
        var reset = (await CommittedOffsets.ReadAsync(broker.Broker))["analytics"][("reset-orders", 0)];
        Assert.True(reset > 1000);
        await broker.Broker.ToolAsync("consumer-groups", "--group", "analytics", "--topic", "reset-orders:0", "--reset-offsets", "--to-offset", "9", "--execute");
        var again = (await CliProgram.RunAsync("restore", "--config", config)).MustExit(0);
        Assert.Contains("reset by an earlier run", again.Error, StringComparison.Ordinal);
        Assert.Equal(9, (await CommittedOffsets.ReadAsync(broker.Broker))["analytics"][("reset-orders", 0)]);
    }

    private static Task<JsonDocument> DocumentAsync(CliResult result, int exit = 0) => Task.FromResult(JsonDocument.Parse(result.MustExit(exit).Out));

    private static string Content(RecordData record) => $"{record.Timestamp} {Text(record.Key)} {Text(record.Value)}";

    private static string Content(ConsumedRecord record) => $"{record.Timestamp} {Text(record.Key)} {Text(record.Value)}";

    private static string Text(byte[]? bytes) => bytes is null ? "null" : Convert.ToBase64String(bytes);
}
