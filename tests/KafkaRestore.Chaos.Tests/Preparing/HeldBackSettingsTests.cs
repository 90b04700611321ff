using System.Text.Json;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Chaos.Tests.Archives;
using KafkaRestore.Chaos.Tests.Clusters;
using KafkaRestore.Chaos.Tests.Programs;
using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Settings;
using KafkaRestore.Testing;

namespace KafkaRestore.Chaos.Tests.Preparing;

/// <summary>The settings of topics while the program that changes them is killed; the broker looks for records to delete or compact twice a second.</summary>
[Collection(OneBrokerCollection.Name)]
public sealed class HeldBackSettingsTests(OneBroker broker) : IDisposable
{
    private const int Records = 1_500;
    private const string Slowly = "rate_limit_records_per_sec: 500";

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("kafka-restore-settings-");
    private readonly Random _random = new(ChaosSettings.Seed);

    public void Dispose() => _root.Delete(recursive: true);

    [KafkaLauncherFact]
    public async Task Killed_at_any_moment_of_preparing_and_writing_the_final_settings_are_those_that_were_planned()
    {
        var kafka = await broker.ClusterAsync();
        var (made, old) = (KafkaBroker.NewTopicName("made"), await kafka.CreateTopicAsync(1, new Dictionary<string, string> { ["retention.ms"] = "800000000000", ["segment.bytes"] = "3000000" }));
        await WriteArchiveAsync();
        var keys = new[]
        {
            "create_topics: true",
            "existing_topic_config_policy: apply",
            $"topic_mapping: {{ made: {made}, old: {old} }}",
            $"topic_config_overrides: {{ {made}: {{ cleanup.policy: 'compact,delete', retention.ms: 700000000000 }}, {old}: {{ cleanup.policy: compact }} }}",
        };
        await using var cluster = new TargetCluster(kafka.Connection);
        var (journal, summary) = (Path.Combine(_root.FullName, "job.json.d", "settings.journal"), Path.Combine(_root.FullName, "job.json"));
        var moments = new (string What, Func<Task<bool>> IsNow)[]
        {
            ("the journal is there", () => Task.FromResult(File.Exists(journal))),
            ("the new topic exists", async () => (await cluster.DescribeTopicsAsync([made], CancellationToken.None)).Count > 0),
            ("records are written", async () => (await EndsAsync(cluster, old)) > 100),
            ("everything is restored", () => Task.FromResult(IsDone(summary))),
        };

        foreach (var (what, isNow) in moments)
        {
            await using var program = Start(kafka, [Slowly, .. keys]);
            await Watch.UntilAsync(what, async () => program.HasEnded || await isNow());
            await Task.Delay(_random.Next(60));
            await program.KillAsync();
        }

        await using var last = Start(kafka, keys);
        (await last.EndAsync()).MustExit(0);

        Assert.True(IsDone(summary));
        Assert.Equal("cleanup.policy=compact,delete retention.ms=700000000000", await OwnSettingsAsync(kafka, made));
        Assert.Equal("cleanup.policy=compact retention.ms=800000000000 segment.bytes=3000000", await OwnSettingsAsync(kafka, old));
        Assert.DoesNotContain("\"is_pending\": true", await File.ReadAllTextAsync(journal), StringComparison.Ordinal);
    }

    [KafkaLauncherFact]
    public async Task Old_records_outlive_a_short_retention_until_it_is_put_back()
    {
        var kafka = await broker.ClusterAsync();
        var (made, old) = (KafkaBroker.NewTopicName("made"), KafkaBroker.NewTopicName("old"));
        await WriteArchiveAsync();
        var keys = new[]
        {
            "create_topics: true",
            "put_back_settings: on_request",
            $"topic_mapping: {{ made: {made}, old: {old} }}",
            $"topic_config_overrides: {{ {made}: {{ retention.ms: 1000 }}, {old}: {{ retention.bytes: 1000, cleanup.policy: compact }} }}",
        };
        await using var cluster = new TargetCluster(kafka.Connection);
        await using (var program = Start(kafka, [Slowly, .. keys]))
        {
            var result = (await program.EndAsync()).MustExit(0);
            Assert.Equal(2 * Records, result.Count("records_restored"));
        }

        Assert.Equal(0, (await cluster.ReadRangesAsync([new(made, 0)], CancellationToken.None))[new(made, 0)].LogStart);
        await using (var pending = RestoreProcess.Start(["apply-pending", "--config", Configure(kafka, keys), "--format", "json"]))
        {
            Assert.Equal(2, (await pending.EndAsync()).MustExit(0).Report.GetProperty("topics").GetArrayLength());
        }

        await Watch.UntilAsync("the retention deletes what is old", async () => (await cluster.ReadRangesAsync([new(made, 0)], CancellationToken.None))[new(made, 0)].Offsets == 0);
    }

    private static async Task<long> EndsAsync(TargetCluster cluster, string topic) => (await cluster.ReadRangesAsync([new(topic, 0)], CancellationToken.None))[new(topic, 0)].End;

    private static bool IsDone(string summary)
    {
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(summary)).GetProperty("status").GetString() == "done";
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    private static async Task<string> OwnSettingsAsync(KafkaBroker kafka, string topic)
    {
        await using var settings = (await TopicSettingsDoor.OpenAsync(kafka.Connection)).Settings!;
        var known = (await settings.DescribeAsync([topic], CancellationToken.None))[topic].Settings!;
        return string.Join(' ', known.Values.Where(setting => setting.IsOwn).OrderBy(setting => setting.Name, StringComparer.Ordinal).Select(setting => $"{setting.Name}={setting.Value}"));
    }

    private async Task WriteArchiveAsync()
    {
        await using var storage = StorageFactory.Open(new FileSystemStorageOptions { Path = Directory.CreateDirectory(Path.Combine(_root.FullName, "storage")).FullName });
        await ChaosArchive.WriteAsync(
            storage,
            "settings",
            [new SourcePartition("made", 0, RandomRecords.Of(_random, "made", 0, Records)), new SourcePartition("old", 0, RandomRecords.Of(_random, "old", 0, Records))],
            _random);
    }

    private RestoreProcess Start(KafkaBroker kafka, IEnumerable<string> keys) => RestoreProcess.Start(["restore", "--config", Configure(kafka, keys), "--format", "json"]);

    private string Configure(KafkaBroker kafka, IEnumerable<string> keys)
    {
        var path = Path.Combine(_root.FullName, "restore.yaml");
        File.WriteAllText(path, $"""
            mode: restore
            backup_id: settings
            target:
              bootstrap_servers: ["{kafka.BootstrapServers}"]
            storage:
              backend: filesystem
              path: {Path.Combine(_root.FullName, "storage")}
            restore:
              checkpoint_state: {Path.Combine(_root.FullName, "job.json")}
              {string.Join("\n  ", keys)}

            """);
        return path;
    }
}
