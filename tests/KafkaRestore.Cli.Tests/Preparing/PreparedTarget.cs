using KafkaRestore.Cli.Tests.Support;
using KafkaRestore.Kafka.Settings;
using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Preparing;

/// <summary>A topic for the orders of the archive <c>shop</c>, and a restore into it with a state of its own.</summary>
internal sealed class PreparedTarget : IDisposable
{
    /// <summary>The settings that the topic has of its own; a restore that may change settings sets the first one aside.</summary>
    public const string Settings = "retention.ms=800000000000 segment.bytes=3000000";

    /// <summary>The setting that is set aside.</summary>
    public const string Aside = "retention.ms=-1 ";

    /// <summary>Records of the orders.</summary>
    public const int Records = 3_000;

    private const int Partitions = 3;
    private readonly Scratch _scratch = new();
    private readonly KafkaBroker _broker;

    private PreparedTarget(KafkaBroker broker, string topic)
    {
        (_broker, Topic) = (broker, topic);
        Configure();
    }

    public string Topic { get; }

    public string StateFile => _scratch.PathOf("job.json");

    public string Config { get; private set; } = "";

    public static async Task<PreparedTarget> CreateAsync()
    {
        var broker = await KafkaBroker.SharedAsync();
        return new PreparedTarget(broker, await broker.CreateTopicAsync(Partitions, Settings.Split(' ').Select(setting => setting.Split('=')).ToDictionary(pair => pair[0], pair => pair[1])));
    }

    /// <summary>Writes the configuration that the next commands read.</summary>
    /// <param name="restore">Further lines of <c>restore:</c>.</param>
    public string Configure(params string[] restore) => Config = _scratch.Configuration(
        "shop",
        _broker.BootstrapServers,
        string.Join('\n', [$"topic_mapping: {{orders: {Topic}}}", $"checkpoint_state: {StateFile}", "restore_topic_configs: false", .. restore]),
        "topics: {include: [orders]}");

    /// <summary>Writes a file beside the configuration.</summary>
    public string Write(string name, string text) => _scratch.Write(name, text);

    public Task<CliResult> RestoreAsync(params string[] flags) => CliProgram.RunAsync(["restore", "--config", Config, .. flags]);

    public Task<CliResult> ApplyPendingAsync(params string[] flags) => CliProgram.RunAsync(["apply-pending", "--config", Config, .. flags]);

    /// <summary>Restores everything and leaves the settings set aside.</summary>
    public async Task RestoreWithSettingsAsideAsync()
    {
        Configure("existing_topic_config_policy: apply", "put_back_settings: on_request");
        (await RestoreAsync()).MustExit(0);
        Assert.Contains(Aside, await SettingsAsync(), StringComparison.Ordinal);
    }

    /// <summary>Waits until a restore has written some records.</summary>
    public async Task UntilWritingAsync(CliProgram restore)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (await CountAsync() == 0)
        {
            Assert.False(patience.IsCancellationRequested, $"process {restore.Id} has written nothing within a minute");
            await Task.Delay(20);
        }
    }

    /// <summary>The settings that the topic has of its own.</summary>
    public async Task<string> SettingsAsync()
    {
        await using var settings = (await TopicSettingsDoor.OpenAsync(_broker.Connection)).Settings!;
        var known = (await settings.DescribeAsync([Topic], CancellationToken.None))[Topic].Settings!;
        return string.Join(' ', known.Values.Where(setting => setting.IsOwn).OrderBy(setting => setting.Name, StringComparer.Ordinal).Select(setting => $"{setting.Name}={setting.Value}"));
    }

    /// <summary>Writes one record that no restore has written into each partition.</summary>
    public async Task FillAsync()
    {
        using var producer = new Confluent.Kafka.ProducerBuilder<string, string>(new Confluent.Kafka.ProducerConfig { BootstrapServers = _broker.BootstrapServers }).SetLogHandler((_, _) => { }).Build();
        foreach (var partition in Enumerable.Range(0, Partitions))
        {
            await producer.ProduceAsync(new Confluent.Kafka.TopicPartition(Topic, partition), new Confluent.Kafka.Message<string, string> { Key = "k", Value = "of an application" });
        }
    }

    /// <summary>How many records can be read.</summary>
    public async Task<int> CountAsync()
    {
        var count = 0;
        foreach (var partition in Enumerable.Range(0, Partitions))
        {
            count += (await _broker.ReadAsync(Topic, partition)).Count;
        }

        return count;
    }

    /// <summary>Deletes the topic.</summary>
    public Task DeleteTopicAsync() => _broker.ToolAsync("topics", "--delete", "--topic", Topic);

    public void Dispose() => _scratch.Dispose();
}
