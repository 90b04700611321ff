using System.Text.Json;
using KafkaRestore.Cli.Tests.Security;
using KafkaRestore.Cli.Tests.Support;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Groups;

/// <summary>Source offsets of groups that are read from a live cluster, which wants TLS and a login; what is restored goes to another cluster.</summary>
[Collection(SecureTargetCollection.Name)]
public sealed class LiveOriginTests(SecureTarget source) : IAsyncLifetime
{
    private const string Orders = "orders"; // as in the archive

    private readonly Scratch _scratch = new();
    private readonly Scratch _logins = new();
    private readonly string _topic = KafkaBroker.NewTopicName();
    private readonly string _group = $"group-of-{KafkaBroker.NewTopicName()}";
    private KafkaBrokerLauncher? _source;
    private KafkaBroker? _target;

    public async Task InitializeAsync()
    {
        if (KafkaFactConditions.Launcher is null)
        {
            return;
        }

        (_source, _target) = (await source.ClusterAsync(), await KafkaBroker.SharedAsync());
        await _source.ToolAsync("topics", "--create", "--if-not-exists", "--topic", Orders, "--partitions", "3");
        await using var groups = ConsumerGroups.Open(_source.Connection);
        var commits = new Dictionary<TargetPartition, CommittedOffset> { [new(Orders, 0)] = new(506, "words"), [new(Orders, 1)] = new(511) };
        Assert.Empty(Assert.Single(await groups.CommitAsync([new GroupOffsets(_group, commits)], 1, TimeSpan.FromSeconds(30), CancellationToken.None)).Failures);
    }

    public Task DisposeAsync()
    {
        _scratch.Dispose();
        _logins.Dispose();
        return Task.CompletedTask;
    }

    [KafkaLauncherFact]
    public async Task A_restore_takes_the_groups_of_the_cluster_and_the_commands_take_them_too()
    {
        var address = $"kafka://?config={Login("admin", "admin-secret")}";

        var report = JsonShape.Parse((await RestoreAsync(address)).MustExit(0).Out).GetProperty("consumer_groups");

        Assert.Equal(($"kafka://{_source!.SaslSslBootstrapServers}", JsonValueKind.Number), (report.GetProperty("offsets_from").GetString(), report.GetProperty("offsets_taken_at").ValueKind));
        var committed = await CommittedAsync(_target!, _group);
        Assert.Equal([(_topic, 0, "words"), (_topic, 1, "")], committed.Select(commit => (commit.Key.Topic, commit.Key.Partition, commit.Value.Metadata ?? "")));

        // The same offsets in a file lead to the same places.
        string[] plan = ["offset-reset", "plan", "--config", _scratch.PathOf("restore.yaml"), "--state-dir", _scratch.PathOf("state"), "--format", "csv", "--groups", $"{_group}*", "--offsets-from"];
        var ofFile = (await CliProgram.RunAsync([.. plan, _scratch.Write("offsets.csv", $"{_group},orders,0,506\n{_group},orders,1,511\n")])).MustExit(0);
        Assert.Equal(ofFile.Out, (await CliProgram.RunAsync([.. plan, $"kafka://{_source.BootstrapServers}"])).MustExit(0).Out);
        Assert.All(committed, commit => Assert.Contains($"{_group},{_topic},{commit.Key.Partition},{(commit.Key.Partition == 0 ? 506 : 511)},{commit.Value.Offset},", ofFile.Out, StringComparison.Ordinal));
    }

    [KafkaLauncherFact]
    public async Task The_target_itself_is_read_with_its_own_login()
    {
        var config = _scratch.Configuration(
            "shop",
            _source!.SaslSslBootstrapServers,
            $"create_topics: true\ntopic_mapping: {{orders: {_topic}}}\nreset_consumer_offsets: true\nconsumer_groups: [{_group}]\nconsumer_groups_from: kafka://target",
            $"topics: {{include: [orders]}}\nsecurity: {SecurityOf("admin", "admin-secret")}");

        (await CliProgram.RunAsync("restore", "--config", config)).MustExit(0);

        Assert.Equal([(Orders, 0), (Orders, 1), (_topic, 0), (_topic, 1)], (await CommittedAsync(_source, _group)).Select(commit => (commit.Key.Topic, commit.Key.Partition)));
    }

    [KafkaLauncherFact]
    public async Task What_cannot_be_read_refuses_the_restore_with_one_message_before_its_first_record()
    {
        await AssertRefusedAsync("kafka://user:hunter2@127.0.0.1", "CONFIG_INVALID: user and password have no place");
        await AssertRefusedAsync("kafka://127.0.0.1", "CONFIG_INVALID: '127.0.0.1' is no broker with its port");
        await AssertRefusedAsync($"kafka://?config={_logins.PathOf("none.yaml")}", "none.yaml");
        await AssertRefusedAsync($"kafka://?config={Login("admin", "hunter2")}", "TARGET_DENIED: the source offsets of the groups cannot be read: ");
        await AssertRefusedAsync($"kafka://?config={Login("alice", "alice-secret")}", $"GROUP_UNREADABLE: the source offsets of the groups cannot be read: ", $"no right DESCRIBE on group '{_group}'");
        await AssertRefusedAsync($"kafka://{_target!.BootstrapServers}", $"GROUP_NOT_FOUND: the source offsets of the groups cannot be read: this consumer group does not exist: {_group}");
        await AssertRefusedAsync("kafka://127.0.0.1:1", "TARGET_UNREACHABLE: the source offsets of the groups cannot be read: ", "?config=FILE");

        async Task AssertRefusedAsync(string address, params string[] words)
        {
            var report = JsonShape.Parse((await RestoreAsync(address)).MustExit(3).Out);
            var error = Assert.Single(report.GetProperty("errors").EnumerateArray()).GetString()!;
            Assert.All(words, word => Assert.Contains(word, error, StringComparison.Ordinal));
            Assert.DoesNotContain("hunter2", error, StringComparison.Ordinal);
            Assert.Equal(0, report.GetProperty("records_restored").GetInt32());
        }
    }

    [KafkaLauncherFact]
    public async Task A_command_says_in_one_message_what_cannot_be_read()
    {
        const string address = "kafka://user:hunter2@127.0.0.1";
        var map = _scratch.Write("map.csv", $"source_topic,source_partition,target_topic,target_partition,source_offset,target_offset,length,first_timestamp,last_timestamp\norders,0,{_topic},0,7,0,1,-1,-1\n");

        foreach (var command in (string[][])
        [
            ["offset-reset", "plan", "--groups", _group, "--from", map, "--offsets-from", address],
            ["offset-reset-bulk", "--groups", _group, "--no-snapshot", "--from", map, "--offsets-from", address],
            ["offsets", "import", address, "--dry-run"],
        ])
        {
            var result = (await CliProgram.RunAsync([.. command, "--bootstrap-servers", _target!.BootstrapServers])).MustExit(2);
            Assert.StartsWith("CONFIG_INVALID: ", result.Error, StringComparison.Ordinal);
            Assert.Single(result.Error.TrimEnd().Split('\n'));
            Assert.DoesNotContain("hunter2", result.Error, StringComparison.Ordinal);
        }
    }

    private static async Task<IReadOnlyList<KeyValuePair<TargetPartition, CommittedOffset>>> CommittedAsync(KafkaBroker broker, string group)
    {
        await using var groups = ConsumerGroups.Open(broker.Connection);
        return [.. Assert.Single(await groups.FetchAsync([group], CancellationToken.None)).Offsets.Offsets.OrderBy(commit => commit.Key.Topic != Orders).ThenBy(commit => commit.Key.Partition)];
    }

    private string SecurityOf(string user, string password) => $"{{security_protocol: SASL_SSL, sasl_mechanism: SCRAM-SHA-512, sasl_username: {user}, sasl_password: {password}{SecuredRestoreTests.Authority(_source!)}}}";

    /// <summary>A configuration file whose target is the source cluster.</summary>
    private string Login(string user, string password) => _logins.Configuration("shop", _source!.SaslSslBootstrapServers, target: $"security: {SecurityOf(user, password)}");

    private Task<CliResult> RestoreAsync(string address)
    {
        var config = _scratch.Configuration(
            "shop",
            _target!.BootstrapServers,
            $"create_topics: true\ntopic_mapping: {{orders: {_topic}}}\nreset_consumer_offsets: true\nconsumer_groups: [{_group}]\nconsumer_groups_from: \"{address}\"",
            "topics: {include: [orders]}");
        return CliProgram.RunAsync("restore", "--config", config, "--format", "json", "--state-dir", _scratch.PathOf("state"));
    }
}
