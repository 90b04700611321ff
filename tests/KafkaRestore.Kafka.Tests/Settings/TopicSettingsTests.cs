using KafkaRestore.Kafka.Settings;
using KafkaRestore.Records;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;

namespace KafkaRestore.Kafka.Tests.Settings;

/// <summary>The door to topic settings, on a real broker.</summary>
public sealed class TopicSettingsTests
{
    [RealKafkaFact]
    public async Task What_a_topic_would_have_is_what_it_has_once_it_is_created()
    {
        var broker = await KafkaBroker.SharedAsync();
        await using var settings = await OpenAsync(broker.Connection);
        var name = KafkaBroker.NewTopicName("settings");

        var would = (await settings.TryCreateAsync([new TopicToCreate(name, 2, 1, new Dictionary<string, string> { ["retention.ms"] = "77" })], default))[name];
        Assert.Equal(SettingsFailureKind.Missing, (await settings.DescribeAsync([name], default))[name].Failure!.Kind);
        await using var cluster = new ChosenTargetCluster(broker.Connection);
        await cluster.CreateTopicsAsync([new TopicToCreate(name, 2, 1, new Dictionary<string, string> { ["retention.ms"] = "77" })], default);
        var has = (await settings.DescribeAsync([name], default))[name];

        Assert.Equal(("77", true, 1), (would.Settings!["retention.ms"].Value, would.Settings["retention.ms"].IsOwn, would.ReplicationFactor));
        Assert.Equal(
            has.Settings!.Values.OrderBy(setting => setting.Name, StringComparer.Ordinal).Select(setting => (setting.Name, setting.Value, setting.IsOwn)),
            would.Settings.Values.OrderBy(setting => setting.Name, StringComparer.Ordinal).Select(setting => (setting.Name, setting.Value, setting.IsOwn)));
    }

    [RealKafkaFact]
    public async Task What_cannot_be_created_says_why_and_the_others_can()
    {
        var broker = await KafkaBroker.SharedAsync();
        var existing = await broker.CreateTopicAsync();
        await using var settings = await OpenAsync(broker.Connection);
        var (unknown, wrong, good) = (KafkaBroker.NewTopicName("unknown"), KafkaBroker.NewTopicName("wrong"), KafkaBroker.NewTopicName("good"));

        var answers = await settings.TryCreateAsync([Topic(unknown, "message.format.version", "2.8"), Topic(wrong, "retention.ms", "soon"), Topic(existing, "retention.ms", "1"), Topic(good, "cleanup.policy", "compact,delete")], default);

        Assert.Equal(
            [SettingsFailureKind.Rejected, SettingsFailureKind.Rejected, SettingsFailureKind.Exists, null],
            new[] { unknown, wrong, existing, good }.Select(name => answers[name].Failure?.Kind));
        Assert.Contains("soon", answers[wrong].Failure!.What, StringComparison.Ordinal);
        Assert.Equal(SettingsFailureKind.Missing, (await settings.DescribeAsync([good], default))[good].Failure!.Kind);
    }

    [RealKafkaFact]
    public async Task Changes_are_made_or_tried_and_leave_other_settings_alone()
    {
        var broker = await KafkaBroker.SharedAsync();
        var (topic, missing) = (await broker.CreateTopicAsync(1, new Dictionary<string, string> { ["retention.ms"] = "5", ["segment.bytes"] = "2000000" }), KafkaBroker.NewTopicName("missing"));
        await using var settings = await OpenAsync(broker.Connection);
        TopicChanges[] changes = [new(topic, new Dictionary<string, string?> { ["retention.ms"] = null, ["cleanup.policy"] = "compact" }), new(missing, new Dictionary<string, string?> { ["retention.ms"] = null })];

        var tried = await settings.AlterAsync(changes, tryOnly: true, default);
        Assert.Equal("5", await ValueAsync("retention.ms"));
        var made = await settings.AlterAsync(changes, tryOnly: false, default);

        Assert.Equal([null, SettingsFailureKind.Missing], new[] { topic, missing }.Select(name => tried[name]?.Kind));
        Assert.Equal([null, SettingsFailureKind.Missing], new[] { topic, missing }.Select(name => made[name]?.Kind));
        await UntilAsync(async () => await ValueAsync("cleanup.policy") == "compact");
        var own = (await settings.DescribeAsync([topic], default))[topic].Settings!.Values.Where(setting => setting.IsOwn).ToDictionary(setting => setting.Name, setting => setting.Value);
        Assert.Equal(new Dictionary<string, string?> { ["cleanup.policy"] = "compact", ["segment.bytes"] = "2000000" }, own);

        async Task<string?> ValueAsync(string name) => (await settings.DescribeAsync([topic], default))[topic].Settings![name].Value;
    }

    [RealKafkaFact]
    public async Task Deleted_records_are_gone_up_to_the_offset_that_was_named_and_no_further()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync();
        await ProduceAsync(broker, topic, 5);
        await using var cluster = new ChosenTargetCluster(broker.Connection);

        await cluster.DeleteRecordsAsync(new Dictionary<TargetPartition, long> { [new(topic, 0)] = 3 }, default);

        Assert.Equal(new PartitionRange(3, 5), (await cluster.ReadRangesAsync([new(topic, 0)], default))[new(topic, 0)]);
    }

    [RealKafkaFact]
    public async Task Records_of_a_compacted_topic_cannot_be_deleted_and_the_setting_is_named()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync(1, new Dictionary<string, string> { ["cleanup.policy"] = "compact" });
        await ProduceAsync(broker, topic, 2);
        await using var cluster = new ChosenTargetCluster(broker.Connection);

        var failure = await Assert.ThrowsAsync<RestoreException>(() => cluster.DeleteRecordsAsync(new Dictionary<TargetPartition, long> { [new(topic, 0)] = 2 }, default));

        Assert.Equal((ErrorCodes.TargetSettings, $"{topic}/0"), (failure.Code, failure.Where));
    }

    [Fact]
    public async Task What_the_protocol_client_lacks_is_named_without_asking_a_broker()
    {
        var door = await TopicSettingsDoor.OpenAsync(new KafkaConnectionOptions
        {
            BootstrapServers = ["127.0.0.1:1"],
            Security = new SecurityOptions { Protocol = SecurityProtocolKind.SaslPlaintext, Mechanism = SaslMechanismKind.Gssapi },
        });

        Assert.Null(door.Settings);
        Assert.Contains("Kerberos", door.WhyNot, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_target_that_does_not_answer_is_a_failure_with_its_address()
    {
        var failure = await Assert.ThrowsAsync<RestoreException>(() => TopicSettingsDoor.OpenAsync(new KafkaConnectionOptions { BootstrapServers = ["127.0.0.1:1"] }));

        Assert.Equal((ErrorCodes.TargetUnreachable, "127.0.0.1:1"), (failure.Code, failure.Where));
    }

    internal static async Task<ITopicSettings> OpenAsync(KafkaConnectionOptions connection) => (await TopicSettingsDoor.OpenAsync(connection)).Settings!;

    private static TopicToCreate Topic(string name, string setting, string value) => new(name, 1, 1, new Dictionary<string, string> { [setting] = value });

    private static async Task ProduceAsync(KafkaBroker broker, string topic, int records)
    {
        using var producer = new Confluent.Kafka.ProducerBuilder<byte[], byte[]>(new Confluent.Kafka.ProducerConfig { BootstrapServers = broker.BootstrapServers }).SetLogHandler((_, _) => { }).Build();
        for (var i = 0; i < records; i++)
        {
            await producer.ProduceAsync(topic, new Confluent.Kafka.Message<byte[], byte[]> { Key = [1], Value = [1] });
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await isSo())
        {
            await Task.Delay(50, patience.Token);
        }
    }
}

/// <summary>The same for principals that lack rights.</summary>
public sealed class DeniedTopicSettingsTests(SecureCluster secure) : IClassFixture<SecureCluster>
{
    /// <summary>That a missing topic shows a missing right is what planning relies on.</summary>
    [KafkaLauncherFact]
    public async Task The_right_to_change_settings_shows_at_a_topic_that_does_not_exist()
    {
        var name = KafkaBroker.NewTopicName("right");
        await using var alice = await TopicSettingsTests.OpenAsync(Alice());
        TopicChanges[] change = [new(name, new Dictionary<string, string?> { ["retention.ms"] = null })];

        var without = (await alice.AlterAsync(change, tryOnly: true, default))[name];
        await secure.Cluster.ToolAsync("acls", "--add", "--allow-principal", "User:alice", "--operation", "AlterConfigs", "--topic", name);

        Assert.Equal(SettingsFailureKind.Denied, without!.Kind);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((await alice.AlterAsync(change, tryOnly: true, default))[name]?.Kind != SettingsFailureKind.Missing)
        {
            await Task.Delay(100, patience.Token);
        }
    }

    [KafkaLauncherFact]
    public async Task Who_may_create_and_not_describe_is_told_no_settings()
    {
        var name = KafkaBroker.NewTopicName("create");
        await secure.Cluster.ToolAsync("acls", "--add", "--allow-principal", "User:alice", "--operation", "Create", "--topic", name);
        await using var alice = await TopicSettingsTests.OpenAsync(Alice());
        TopicToCreate[] topic = [new(name, 1, 1, new Dictionary<string, string>())];
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        TopicSettingsAnswer answer;
        while ((answer = (await alice.TryCreateAsync(topic, default))[name]).Failure is { Kind: SettingsFailureKind.Denied })
        {
            await Task.Delay(100, patience.Token);
        }

        Assert.Null(answer.Failure);
        Assert.Null(answer.Settings);
        var denied = await alice.TryCreateAsync([topic[0] with { Name = KafkaBroker.NewTopicName("other") }], default);
        Assert.Equal(SettingsFailureKind.Denied, Assert.Single(denied).Value.Failure!.Kind);
    }

    private KafkaConnectionOptions Alice() => new()
    {
        BootstrapServers = secure.Cluster.SaslBootstrapServers.Split(','),
        Security = new SecurityOptions { Protocol = SecurityProtocolKind.SaslPlaintext, Mechanism = SaslMechanismKind.Plain, Username = new Secret("alice"), Password = new Secret("alice-secret") },
    };
}
