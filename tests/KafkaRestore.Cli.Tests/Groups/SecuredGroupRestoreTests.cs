using System.Text.Json;
using KafkaRestore.Cli.Tests.Security;
using KafkaRestore.Cli.Tests.Support;
using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Groups;

/// <summary>A restore that resets a group, over TLS with SCRAM, as a user who lacks one right: it is named, and what was restored stays restored.</summary>
[Collection(SecureTargetCollection.Name)]
public sealed class SecuredGroupRestoreTests(SecureTarget target) : IAsyncLifetime
{
    private const int Records = 3000;
    private const string Reset = "reset_consumer_offsets: true\nconsumer_groups: [{0}]\nconsumer_groups_from: {1}\n";

    private readonly Scratch _scratch = new();
    private readonly string _group = $"group-of-{KafkaBroker.NewTopicName()}";
    private KafkaBrokerLauncher? _cluster;
    private string _topic = "";

    private KafkaBrokerLauncher Cluster => _cluster!;

    public async Task InitializeAsync()
    {
        if (KafkaFactConditions.Launcher is not null)
        {
            _cluster = await target.ClusterAsync();
            _topic = await Cluster.CreateTopicAsync(partitions: 3);
            await AllowAsync(["Write", "Describe"], "--transactional-id", "krc.", "--resource-pattern-type", "prefixed");
        }
    }

    public Task DisposeAsync()
    {
        _scratch.Dispose();
        return Task.CompletedTask;
    }

    [KafkaLauncherFact]
    public async Task With_the_rights_that_the_documentation_names_records_and_group_are_complete_and_a_commit_that_one_may_not_see_stays()
    {
        var hidden = await Cluster.CreateTopicAsync();
        await Cluster.ToolAsync("consumer-groups", "--group", _group, "--topic", hidden, "--reset-offsets", "--to-earliest", "--execute");
        await AllowAsync(["Describe", "Read", "Write"], "--topic", _topic);
        await AllowAsync(["Describe", "Read"], "--group", _group);

        var report = await RestoreAsync(exit: 0);

        Assert.Equal(("done", Records), (report.GetProperty("status").GetString(), report.GetProperty("records_restored").GetInt32()));
        var groups = report.GetProperty("consumer_groups");
        Assert.Equal(JsonValueKind.Null, groups.GetProperty("offset_retention_minutes").ValueKind); // one may not read the brokers' settings
        Assert.Equal("reset", Assert.Single(groups.GetProperty("groups").EnumerateArray()).GetProperty("state").GetString());
        var snapshot = await CliProgram.RunAsync(
            "offset-rollback", "show", "--path", groups.GetProperty("snapshot_path").GetString()!, "--snapshot-id", Assert.Single(groups.GetProperty("snapshots").EnumerateArray()).GetString()!);
        Assert.Contains(Cluster.SaslSslBootstrapServers, snapshot.MustExit(0).Out, StringComparison.Ordinal);
        Assert.Equal([(_topic, 0), (_topic, 1), (hidden, 0)], (await CommittedAsync()).Keys.OrderBy(key => key.Topic == hidden).ThenBy(key => key.Partition));
    }

    [KafkaLauncherFact]
    public async Task To_commit_for_the_group_is_missed_before_the_first_record()
    {
        await AllowAsync(["Describe", "Read", "Write"], "--topic", _topic);
        await AllowAsync(["Describe"], "--group", _group);

        await AssertRefusedAsync($"TARGET_DENIED: no right READ on group '{_group}'");

        await AllowAsync(["Read"], "--group", _group);
        await RestoreAsync(exit: 0);
        Assert.Equal(2, (await CommittedAsync()).Count);
    }

    [KafkaLauncherFact]
    public async Task To_describe_the_group_is_missed_before_the_first_record()
    {
        await AllowAsync(["Describe", "Read", "Write"], "--topic", _topic);

        await AssertRefusedAsync($"no right DESCRIBE on group '{_group}'");

        await AllowAsync(["Describe", "Read"], "--group", _group);
        await RestoreAsync(exit: 0);
        Assert.Equal(2, (await CommittedAsync()).Count);
    }

    [KafkaLauncherFact]
    public async Task To_commit_in_the_topic_is_missed_when_the_records_are_there_and_the_same_command_does_the_rest()
    {
        await AllowAsync(["Write"], "--topic", _topic);
        await AllowAsync(["Describe", "Read"], "--group", _group);

        var report = await RestoreAsync(exit: 4, "delivery: idempotent");

        Assert.Equal(("partial", Records, true), (report.GetProperty("status").GetString(), report.GetProperty("records_restored").GetInt32(), report.GetProperty("consumer_groups").GetProperty("records_complete").GetBoolean()));
        Assert.Contains($"no right READ on topic '{_topic}'", Errors(report), StringComparison.Ordinal);
        Assert.Empty(await CommittedAsync());

        await AllowAsync(["Read"], "--topic", _topic);
        Assert.Equal(Records, (await RestoreAsync(exit: 0, "delivery: idempotent")).GetProperty("records_restored").GetInt32());
        Assert.Equal(2, (await CommittedAsync()).Count);
        Assert.Equal(Records, await CountAsync());
    }

    [KafkaLauncherFact]
    public async Task To_describe_the_topic_is_missed_when_groups_are_reset_after_a_finished_restore_which_stays_finished()
    {
        await AllowAsync(["Describe", "Read", "Write"], "--topic", _topic);
        await AllowAsync(["Describe", "Read"], "--group", _group);
        (await RunAsync("")).MustExit(0);
        string[] denial = ["--deny-principal", "User:alice", "--operation", "Describe", "--topic", _topic];
        await Cluster.ToolAsync("acls", ["--add", .. denial]);

        var denied = (await RunAsync(ResetKeys)).MustExit(4);

        Assert.Contains("TARGET_DENIED: ", denied.Error, StringComparison.Ordinal);
        Assert.Contains($"topic '{_topic}'", denied.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", denied.Error, StringComparison.Ordinal);
        Assert.Empty(await CommittedAsync());
        Assert.Equal(Records, await CountAsync());

        await Cluster.ToolAsync("acls", ["--remove", "--force", .. denial]);
        await RestoreAsync(exit: 0);
        Assert.Equal(2, (await CommittedAsync()).Count);
        Assert.Equal(Records, await CountAsync());
    }

    private string ResetKeys => string.Format(System.Globalization.CultureInfo.InvariantCulture, Reset, _group, _scratch.Write("offsets.csv", $"{_group},orders,0,506\n{_group},orders,1,511\n"));

    private async Task AssertRefusedAsync(string right)
    {
        var report = await RestoreAsync(exit: 3);

        Assert.Contains(right, Errors(report), StringComparison.Ordinal);
        Assert.Equal(0, report.GetProperty("records_restored").GetInt32());
        Assert.Equal(0, await CountAsync());
    }

    private async Task<JsonElement> RestoreAsync(int exit, string restore = "") => JsonShape.Parse((await RunAsync(ResetKeys + restore)).MustExit(exit).Out);

    private async Task<CliResult> RunAsync(string restore)
    {
        var config = _scratch.Configuration(
            "shop",
            Cluster.SaslSslBootstrapServers,
            $"topic_mapping: {{orders: {_topic}}}\n{restore}",
            $"topics: {{include: [orders]}}\nsecurity: {{security_protocol: SASL_SSL, sasl_mechanism: SCRAM-SHA-512, sasl_username: alice, sasl_password: alice-secret{SecuredRestoreTests.Authority(Cluster)}}}");
        var result = await CliProgram.RunAsync("restore", "--config", config, "--format", "json", "--state-dir", _scratch.PathOf("state"));
        Assert.DoesNotContain("alice-secret", result.Out + result.Error, StringComparison.Ordinal);
        return result;
    }

    private Task AllowAsync(string[] operations, params string[] resource) => target.AllowAsync("User:alice", operations, resource);

    private async Task<IReadOnlyDictionary<(string Topic, int Partition), long>> CommittedAsync() =>
        (await CommittedOffsets.ReadAsync(Cluster)).GetValueOrDefault(_group) ?? new Dictionary<(string, int), long>();

    private async Task<int> CountAsync() => (await Task.WhenAll(Enumerable.Range(0, 3).Select(partition => Cluster.ReadAsync(_topic, partition)))).Sum(static records => records.Count);

    private static string Errors(JsonElement report) => string.Join('\n', report.GetProperty("errors").EnumerateArray().Select(static error => error.GetString()));
}
