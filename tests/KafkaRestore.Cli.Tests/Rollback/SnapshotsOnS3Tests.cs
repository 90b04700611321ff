using System.Text.Json;
using System.Text.Json.Nodes;
using KafkaRestore.Cli.Tests.Support;
using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Rollback;

/// <summary>The commands of <c>offset-rollback</c> with the snapshots on a real S3 server.</summary>
public sealed class SnapshotsOnS3Tests
{
    private readonly S3Place _place = new();

    [S3KafkaFact]
    public async Task A_snapshot_is_listed_shown_verified_rolled_back_to_and_deleted()
    {
        await using var stage = await GroupStage.CreateAsync();
        var before = await stage.CommittedAsync();
        var id = await SnapshotAsync(stage);

        Assert.Equal(id, Assert.Single(JsonShape.Parse((await S3Place.RunAsync("offset-rollback", "list", "--path", _place.Url, "--format", "json")).MustExit(0).Out).EnumerateArray()).GetProperty("snapshot_id").GetString());
        Assert.Contains(stage.Topic, (await S3Place.RunAsync("offset-rollback", "show", "--path", _place.Url, "--snapshot-id", id)).MustExit(0).Out, StringComparison.Ordinal);
        (await AtAsync(stage, "verify", "--path", _place.Url, "--snapshot-id", id)).MustExit(0);

        await stage.CommitAsync(15, 16);
        (await AtAsync(stage, "verify", "--path", _place.Url, "--snapshot-id", id)).MustExit(4);
        using var report = JsonDocument.Parse((await AtAsync(stage, "rollback", "--path", _place.Url, "--snapshot-id", id, "--format", "json")).MustExit(0).Out);
        Assert.Equal(before, await stage.CommittedAsync());

        var safety = report.RootElement.GetProperty("result").GetProperty("safety_snapshot_id").GetString()!;
        (await S3Place.RunAsync("offset-rollback", "delete", "--path", _place.Url, "--snapshot-id", id)).MustExit(0);
        Assert.Equal([safety], Directory.GetDirectories(Path.Combine(_place.Folder, "offset-snapshots")).Select(Path.GetFileName));
        Assert.StartsWith("SNAPSHOT_NOT_FOUND: ", (await S3Place.RunAsync("offset-rollback", "delete", "--path", _place.Url, "--snapshot-id", id)).MustExit(3).Error, StringComparison.Ordinal);
    }

    [S3KafkaFact]
    public async Task Pruning_removes_what_is_older_than_the_days_that_are_kept_and_nothing_else()
    {
        await using var stage = await GroupStage.CreateAsync();
        var (old, middle, newest) = (await SnapshotAsync(stage), await SnapshotAsync(stage), await SnapshotAsync(stage));
        Age(old, TimeSpan.FromDays(31));
        Age(middle, TimeSpan.FromDays(29));
        string[] prune = ["offset-rollback", "delete", "--path", _place.Url, "--keep-days", "30", "--format", "json"];

        Assert.Equal((true, old), Deleted((await S3Place.RunAsync(prune)).MustExit(0)));
        Assert.Equal(3, Ids().Count);
        Assert.Equal((false, old), Deleted((await S3Place.RunAsync([.. prune, "--yes"])).MustExit(0)));

        Assert.Equal(new[] { middle, newest }.Order(StringComparer.Ordinal), Ids());
    }

    [S3KafkaTheory]
    [InlineData("snapshot")]
    [InlineData("list")]
    [InlineData("show")]
    [InlineData("verify")]
    [InlineData("rollback")]
    [InlineData("delete")]
    public async Task A_bucket_that_does_not_exist_and_keys_that_are_wrong_are_one_message_and_change_nothing(string command)
    {
        await using var stage = await GroupStage.CreateAsync();
        var before = await stage.CommittedAsync();
        string[] more = command switch
        {
            "list" => [],
            "snapshot" => ["--groups-file", stage.GroupsFile, "--bootstrap-servers", stage.Broker.BootstrapServers],
            "show" or "delete" => ["--snapshot-id", "snap-1"],
            _ => ["--snapshot-id", "snap-1", "--bootstrap-servers", stage.Broker.BootstrapServers],
        };

        Refused(await S3Place.RunAsync(["offset-rollback", command, "--path", _place.UrlOf("no-such-bucket", S3Server.Shared.Endpoint), .. more]), "STORAGE_INVALID: The bucket does not exist (s3://no-such-bucket/", exit: 2);
        Refused(await S3Place.RunWithAsync("wrong-secret-4711", ["offset-rollback", command, "--path", _place.Url, .. more]), "STORAGE_DENIED: ");
        Assert.Equal(before, await stage.CommittedAsync());
    }

    [S3KafkaFact]
    public async Task Where_one_may_read_and_not_write_a_rollback_is_refused_before_it_changes_anything()
    {
        await using var stage = await GroupStage.CreateAsync();
        var id = await SnapshotAsync(stage);
        await stage.CommitAsync(15, 16);
        using var door = new ReadOnlyDoor(S3Server.Shared.Endpoint);
        var url = _place.UrlOf(S3Server.Shared.Bucket, door.Endpoint);

        Assert.Contains("STORAGE_DENIED: ", (await AtAsync(stage, "rollback", "--path", url, "--snapshot-id", id)).MustExit(3).Error, StringComparison.Ordinal);
        Refused(await AtAsync(stage, "snapshot", "--path", url, "--groups-file", stage.GroupsFile), "STORAGE_DENIED: ");
        Refused(await S3Place.RunAsync("offset-rollback", "delete", "--path", url, "--snapshot-id", id), "STORAGE_DENIED: ");
        Assert.Equal([(0, 15L, "words 15"), (1, 16L, "words 16")], await stage.CommittedAsync());
        Assert.Equal([id], Ids());

        (await AtAsync(stage, "rollback", "--path", url, "--snapshot-id", id, "--no-snapshot")).MustExit(0);
        Assert.Equal([(0, 5L, "words 5"), (1, 6L, "words 6")], await stage.CommittedAsync());
    }

    private static Task<CliResult> AtAsync(GroupStage stage, string command, params string[] arguments) =>
        S3Place.RunAsync(["offset-rollback", command, .. arguments, "--bootstrap-servers", stage.Broker.BootstrapServers]);

    private static void Refused(CliResult result, string what, int exit = 3)
    {
        result.MustExit(exit);
        Assert.Contains(what, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("4711", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.Equal("", result.Out);
    }

    private static (bool DryRun, string Ids) Deleted(CliResult result)
    {
        var json = JsonShape.Parse(result.Out);
        return (json.GetProperty("dry_run").GetBoolean(), string.Join(' ', json.GetProperty("deleted").EnumerateArray()));
    }

    private async Task<string> SnapshotAsync(GroupStage stage) =>
        JsonShape.Parse((await AtAsync(stage, "snapshot", "--path", _place.Url, "--groups-file", stage.GroupsFile, "--format", "json")).MustExit(0).Out).GetProperty("snapshot_id").GetString()!;

    private IReadOnlyList<string> Ids() => [.. Directory.GetDirectories(Path.Combine(_place.Folder, "offset-snapshots")).Select(static path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private void Age(string id, TimeSpan age)
    {
        var file = Path.Combine(_place.Folder, "offset-snapshots", id, "metadata.json");
        var summary = JsonNode.Parse(File.ReadAllText(file))!;
        summary["created_at"] = DateTimeOffset.UtcNow.Subtract(age).ToString("O");
        File.WriteAllText(file, summary.ToJsonString());
    }
}
