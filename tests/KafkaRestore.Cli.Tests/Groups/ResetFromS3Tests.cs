using System.Text.Json;
using KafkaRestore.Cli.Tests.Support;
using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Groups;

/// <summary>The commands that reset groups, with archive and snapshots on a real S3 server.</summary>
[Collection(nameof(GoldenGroupBroker))]
public sealed class ResetFromS3Tests(GoldenGroupBroker broker) : IAsyncLifetime
{
    private readonly Scratch _scratch = new();
    private readonly string _orders = KafkaBroker.NewTopicName("orders");
    private readonly string _payments = KafkaBroker.NewTopicName("payments");
    private readonly S3Place _place = new();
    private string _config = "";

    public async Task InitializeAsync()
    {
        if (KafkaFactConditions.Launcher is not null && S3Server.WhyMissing is null)
        {
            _place.CopyArchive("shop");
            _config = _scratch.Write("restore.yaml", $$"""
                mode: restore
                backup_id: shop
                target: {bootstrap_servers: ["{{broker.BootstrapServers}}"], topics: { include: [orders, payments] } }
                storage: {{_place.Yaml}}
                restore: { create_topics: true, put_back_settings: on_request, topic_mapping: { orders: {{_orders}}, payments: {{_payments}} } }
                """);
            (await S3Place.RunAsync("restore", "--config", _config, "--state-dir", State)).MustExit(0);
        }
    }

    public Task DisposeAsync()
    {
        _scratch.Dispose();
        return Task.CompletedTask;
    }

    [S3LauncherFact]
    public async Task Plan_execute_and_bulk_read_the_archive_there_save_there_and_every_snapshot_leads_back()
    {
        var plan = _scratch.PathOf("plan.json");
        (await S3Place.RunAsync("offset-reset", "plan", "--config", _config, "--state-dir", State, "--groups", "audit,billing", "--output", plan)).MustExit(0);
        await ToolResetAsync("audit", _payments, 3);
        await ToolResetAsync("billing", _orders, 4);

        // The plan was made when the groups had committed nothing there.
        Assert.Contains("GROUP_MOVED", (await S3Place.RunAsync("offset-reset", "execute", "--plan", plan, "--config", _config, "--snapshot-path", _place.Url)).MustExit(3).Error, StringComparison.Ordinal);
        (await S3Place.RunAsync("offset-reset", "execute", "--plan", plan, "--config", _config, "--snapshot-path", _place.Url, "--even-if-moved")).MustExit(0);
        var planned = Planned(JsonShape.Parse(await File.ReadAllTextAsync(plan)));
        Assert.Equal(5, planned.Count);
        foreach (var (group, topic, partition, offset) in planned)
        {
            Assert.Equal(offset, await AtAsync(group, topic, partition));
        }

        var saved = Assert.Single(Snapshots());
        (await S3Place.RunAsync("offset-rollback", "rollback", "--path", _place.Url, "--snapshot-id", saved, "--bootstrap-servers", broker.BootstrapServers, "--no-snapshot", "--groups", "audit")).MustExit(0);
        Assert.Equal(3, await AtAsync("audit", _payments, 0));

        // Without a configuration: archive, map and place for the snapshot follow from --path.
        string[] archive = ["--path", _place.Url, "--backup-id", "shop", "--bootstrap-servers", broker.BootstrapServers, "--state-dir", State];
        var report = JsonShape.Parse((await S3Place.RunAsync(["offset-reset-bulk", "--groups", "audit", "--format", "json", .. archive])).MustExit(0).Out);
        Assert.Equal(planned[0], ("audit", _payments, 0, await AtAsync("audit", _payments, 0)));
        Assert.Contains(report.GetProperty("snapshot_id").GetString(), Snapshots());
        Assert.Equal(2, Snapshots().Count);
    }

    [S3LauncherFact]
    public async Task A_place_for_snapshots_that_fails_refuses_the_reset_before_it_changes_anything()
    {
        await ToolResetAsync("stale", _orders, 7);
        using var door = new ReadOnlyDoor(S3Server.Shared.Endpoint);
        string[] reset = ["--config", _config, "--state-dir", State, "--groups", "stale", "--snapshot-path"];

        foreach (var command in (string[][])[["offset-reset", "execute"], ["offset-reset-bulk"]])
        {
            Refused(await S3Place.RunAsync([.. command, .. reset, _place.UrlOf("no-such-bucket", S3Server.Shared.Endpoint)]), "STORAGE_INVALID: The bucket does not exist (s3://no-such-bucket/", exit: 2);
            Refused(await S3Place.RunAsync([.. command, .. reset, _place.UrlOf(S3Server.Shared.Bucket, door.Endpoint)]), "STORAGE_DENIED: ");
            Refused(await S3Place.RunWithAsync("wrong-secret-4711", [.. command, .. reset, _place.Url]), "STORAGE_DENIED: ");
        }

        Refused(await S3Place.RunWithAsync("wrong-secret-4711", "offset-reset", "plan", "--config", _config, "--state-dir", State, "--groups", "stale"), "STORAGE_DENIED: ");
        Assert.Equal(7, await AtAsync("stale", _orders, 0));
    }

    private string State => _scratch.PathOf("state");

    private static void Refused(CliResult result, string what, int exit = 3)
    {
        result.MustExit(exit);
        Assert.Contains(what, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("4711", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.Equal("", result.Out);
    }

    private static IReadOnlyList<(string Group, string Topic, int Partition, long Offset)> Planned(JsonElement plan) =>
    [
        .. from row in plan.GetProperty("groups").EnumerateArray()
           from offset in row.GetProperty("partitions").EnumerateArray()
           select (row.GetProperty("group_id").GetString()!, offset.GetProperty("topic").GetString()!, offset.GetProperty("partition").GetInt32(), offset.GetProperty("target_offset").GetInt64()),
    ];

    private IReadOnlyList<string> Snapshots() => [.. Directory.GetDirectories(Path.Combine(_place.Folder, "offset-snapshots")).Select(static path => Path.GetFileName(path))];

    private Task<string> ToolResetAsync(string group, string topic, long offset) =>
        broker.Broker.ToolAsync("consumer-groups", "--group", group, "--topic", topic, "--reset-offsets", "--to-offset", $"{offset}", "--execute");

    private async Task<long> AtAsync(string group, string topic, int partition) => (await CommittedOffsets.ReadAsync(broker.Broker))[group][(topic, partition)];
}
