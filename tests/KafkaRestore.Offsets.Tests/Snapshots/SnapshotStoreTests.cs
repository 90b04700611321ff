using System.Text;
using System.Text.Json;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Archive.Storage.Decorators;
using KafkaRestore.Archive.Storage.FileSystem;
using KafkaRestore.Archive.Storage.InMemory;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Offsets.Snapshots;
using KafkaRestore.Offsets.Tests.Sources;
using KafkaRestore.Records;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;

namespace KafkaRestore.Offsets.Tests.Snapshots;

public sealed class SnapshotStoreTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("kafka-restore-snapshots-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public Task What_was_saved_in_a_directory_is_read_back() => IsReadBackAsync(FileSystemStorage.Open(new FileSystemStorageOptions { Path = _directory.FullName }));

    [Fact]
    public Task What_was_saved_in_memory_is_read_back() => IsReadBackAsync(new InMemoryStorage());

    [S3Fact]
    public Task What_was_saved_on_s3_is_read_back() => IsReadBackAsync(StorageFactory.Open(new S3StorageOptions
    {
        Bucket = S3Server.Shared.Bucket,
        Endpoint = S3Server.Shared.Endpoint,
        Prefix = S3Server.NewPrefix(),
        AccessKey = new Secret(S3Server.Shared.AccessKey),
        SecretKey = new Secret(S3Server.Shared.SecretKey),
    }));

    [Fact]
    public async Task The_files_have_the_fields_of_kafka_backup_in_their_order()
    {
        var storage = new InMemoryStorage();
        await new SnapshotStore(storage).SaveAsync(Snapshot("snap-1-00000001", Noon), CancellationToken.None);

        Assert.Equal(
            """
            {
              "snapshot_id": "snap-1-00000001",
              "created_at": "2026-11-21T12:00:00.000Z",
              "group_offsets": {
                "billing": {
                  "group_id": "billing",
                  "offsets": {
                    "orders": {
                      "0": {
                        "offset": 506,
                        "metadata": "checkpoint-7",
                        "timestamp": null
                      },
                      "1": {
                        "offset": 511,
                        "metadata": null,
                        "timestamp": null
                      }
                    }
                  },
                  "partition_count": 2
                },
                "fresh": {
                  "group_id": "fresh",
                  "offsets": {},
                  "partition_count": 0
                }
              },
              "restore_id": null,
              "cluster_id": "cluster-1",
              "bootstrap_servers": [
                "localhost:9092"
              ],
              "description": "before reset"
            }
            """,
            await TextAsync(storage, "offset-snapshots/snap-1-00000001/snapshot.json"));
        using var golden = JsonDocument.Parse(await File.ReadAllTextAsync(Expected.File("reports", "offset-rollback-list.json")));
        using var ours = JsonDocument.Parse(await TextAsync(storage, "offset-snapshots/snap-1-00000001/metadata.json"));
        Assert.Equal(golden.RootElement[0].EnumerateObject().Select(field => (field.Name, field.Value.ValueKind)), ours.RootElement.EnumerateObject().Select(field => (field.Name, field.Value.ValueKind)));
    }

    [Fact]
    public async Task A_snapshot_of_kafka_backup_is_read()
    {
        const string Id = "snap-1795247379669-23b8aa3a";
        var storage = new InMemoryStorage();
        await PutAsync(storage, $"offset-snapshots/{Id}/metadata.json", File.ReadAllText(Expected.File("reports", "offset-rollback-list.json")).Trim().Trim('[', ']'));
        await PutAsync(storage, $"offset-snapshots/{Id}/snapshot.json", $$$"""
            {"snapshot_id": "{{{Id}}}", "created_at": "2026-11-21T07:49:39.670009341Z", "group_offsets": {
              "billing": {"group_id": "billing", "offsets": {"o17": {"2": {"offset": 483, "metadata": "checkpoint-7", "timestamp": null} } }, "partition_count": 1},
              "analytics": {"group_id": "analytics", "offsets": {"p17": {"0": {"offset": 166, "metadata": null, "timestamp": null} } }, "partition_count": 1} },
             "restore_id": null, "cluster_id": null, "bootstrap_servers": ["127.0.0.1:19401"], "description": "before reset"}
            """);
        var store = new SnapshotStore(storage);

        Assert.Equal(Id, Assert.Single((await store.ListAsync(CancellationToken.None)).Snapshots).SnapshotId);
        var snapshot = await store.ReadAsync(Id, CancellationToken.None);
        Assert.Equal(["analytics", "billing"], snapshot.Groups.Select(group => group.Group));
        Assert.Equal(new CommittedOffset(483, "checkpoint-7"), snapshot.Groups[1].Offsets[new TargetPartition("o17", 2)]);
    }

    [Fact]
    public async Task The_list_is_newest_first_and_names_what_is_unfinished_or_damaged()
    {
        var storage = new InMemoryStorage();
        var store = new SnapshotStore(storage);
        await store.SaveAsync(Snapshot("snap-b", Noon), CancellationToken.None);
        await store.SaveAsync(Snapshot("snap-a", Noon.AddDays(1)), CancellationToken.None);
        await PutAsync(storage, "offset-snapshots/snap-cut/snapshot.json", "{");
        await PutAsync(storage, "offset-snapshots/snap-bad/metadata.json", "{\"snapshot_id\": \"snap-bad\"}");

        var listing = await store.ListAsync(CancellationToken.None);

        Assert.Equal(["snap-a", "snap-b"], listing.Snapshots.Select(snapshot => snapshot.SnapshotId));
        Assert.Contains("snap-cut was not written to its end", listing.Problems);
        Assert.Contains(listing.Problems, problem => problem.StartsWith("snap-bad: the snapshot is damaged", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("snapshot.json", 0)]
    [InlineData("metadata.json", 1)]
    public async Task A_snapshot_whose_writing_breaks_off_is_in_no_list(string failing, int objects)
    {
        var storage = new InMemoryStorage();
        var broken = new BreakingStorage(storage) { Fails = key => key.EndsWith(failing, StringComparison.Ordinal) };

        var failure = await Assert.ThrowsAsync<RestoreException>(() => new SnapshotStore(broken).SaveAsync(Snapshot("snap-a", Noon), CancellationToken.None));

        Assert.Equal(ErrorCodes.DiskFull, failure.Code);
        var listing = await new SnapshotStore(storage).ListAsync(CancellationToken.None);
        Assert.Empty(listing.Snapshots);
        Assert.Equal(objects, listing.Problems.Count);
        await FailsAsync(objects == 0 ? ErrorCodes.SnapshotNotFound : ErrorCodes.GroupFileInvalid, () => new SnapshotStore(storage).ReadAsync("snap-a", CancellationToken.None));
    }

    [Fact]
    public async Task A_storage_that_gives_back_something_else_is_a_failure()
    {
        var storage = new BreakingStorage(new InMemoryStorage()) { Flips = true };

        await FailsAsync(ErrorCodes.StorageUnavailable, () => new SnapshotStore(storage).SaveAsync(Snapshot("snap-a", Noon), CancellationToken.None));
    }

    [Fact]
    public async Task A_second_snapshot_of_one_id_is_refused_and_the_first_stays()
    {
        var store = new SnapshotStore(new InMemoryStorage());
        await store.SaveAsync(Snapshot("snap-a", Noon), CancellationToken.None);

        await FailsAsync(ErrorCodes.StorageConflict, () => store.SaveAsync(new OffsetSnapshot("snap-a", Noon, []), CancellationToken.None));
        Assert.Equal(2, (await store.ReadAsync("snap-a", CancellationToken.None)).Groups.Count);
    }

    [Theory]
    [InlineData("../secrets")]
    [InlineData("a/b")]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("snap-none")]
    public async Task What_is_no_id_of_a_snapshot_is_not_found(string id)
    {
        var store = new SnapshotStore(new InMemoryStorage());

        await FailsAsync(ErrorCodes.SnapshotNotFound, () => store.ReadAsync(id, CancellationToken.None));
        await FailsAsync(ErrorCodes.SnapshotNotFound, () => store.DeleteAsync(id, CancellationToken.None));
    }

    [Fact]
    public async Task A_deleted_snapshot_is_gone_and_an_unfinished_one_can_be_deleted()
    {
        var storage = new InMemoryStorage();
        var store = new SnapshotStore(storage);
        await store.SaveAsync(Snapshot("snap-a", Noon), CancellationToken.None);
        await store.SaveAsync(Snapshot("snap-b", Noon), CancellationToken.None);
        await PutAsync(storage, "offset-snapshots/snap-cut/snapshot.json", "{");

        await store.DeleteAsync("snap-a", CancellationToken.None);
        await store.DeleteAsync("snap-cut", CancellationToken.None);

        var listing = await store.ListAsync(CancellationToken.None);
        Assert.Equal("snap-b", Assert.Single(listing.Snapshots).SnapshotId);
        Assert.Empty(listing.Problems);
    }

    [Fact]
    public void Old_snapshots_are_those_beyond_the_days_and_never_the_newest()
    {
        var listing = new SnapshotListing([.. new[] { 40, 50, 60 }.Select(days => Snapshot($"snap-{days}", Noon.AddDays(-days)).Summarise())], []);

        Assert.Equal(["snap-50", "snap-60"], listing.OlderThan(45, Noon).Select(snapshot => snapshot.SnapshotId));
        Assert.Equal(["snap-50", "snap-60"], listing.OlderThan(0, Noon).Select(snapshot => snapshot.SnapshotId));
        Assert.Empty(listing.OlderThan(60, Noon));
    }

    [Theory]
    [InlineData("{\"snapshot_id\": \"snap-a\", \"created_at\": \"2026-11-21T12:00:00Z\", \"group_offsets\": {\"a\": {\"group_id\": \"b\", \"offsets\": {}}}}", "the group b")]
    [InlineData("{\"snapshot_id\": \"snap-x\", \"created_at\": \"2026-11-21T12:00:00Z\", \"group_offsets\": {}}", "snap-x")]
    [InlineData("{\"snapshot_id\": \"snap-a\", \"created_at\": \"noon\", \"group_offsets\": {}}", "created_at")]
    [InlineData("{\"snapshot_id\": \"snap-a\", \"created_at\": \"2026-11-21T12:00:00Z\"}", "damaged")]
    [InlineData("{\"snapshot_id\": \"snap-a\", \"created_at\": \"2026-11-21T12:00:00Z\", \"group_offsets\": {\"a\": {\"group_id\": \"a\", \"offsets\": {\"t\": {\"0\": {\"offset\": -5}}}}}}", "group_offsets.a.offsets.t.0")]
    [InlineData("nothing", "line 1")]
    public async Task A_damaged_snapshot_is_named_and_never_used(string content, string what)
    {
        var storage = new InMemoryStorage();
        await PutAsync(storage, "offset-snapshots/snap-a/snapshot.json", content);
        await PutAsync(storage, "offset-snapshots/snap-a/metadata.json", "{\"snapshot_id\": \"snap-a\", \"created_at\": \"2026-11-21T12:00:00Z\", \"group_count\": 1, \"offset_count\": 0}");

        var failure = await FailsAsync(ErrorCodes.GroupFileInvalid, () => new SnapshotStore(storage).ReadAsync("snap-a", CancellationToken.None));

        Assert.Contains(what, failure.Message, StringComparison.Ordinal);
        Assert.Contains("snap-a/snapshot.json", failure.Where, StringComparison.Ordinal);
    }

    [Fact]
    public void Ids_have_the_form_of_kafka_backup_and_differ_within_a_millisecond()
    {
        var ids = Enumerable.Range(0, 200).Select(_ => SnapshotId.Create(Noon)).ToList();

        Assert.All(ids, id => Assert.Matches("^snap-1795262400000-[0-9a-f]{8}$", id));
        Assert.Equal(ids.Count, ids.Distinct().Count());
    }

    private static async Task IsReadBackAsync(IArchiveStorage storage)
    {
        await using var _ = storage;
        var store = new SnapshotStore(storage);
        var snapshot = Snapshot("snap-1-00000001", Noon);
        await store.SaveAsync(snapshot, CancellationToken.None);

        var read = await store.ReadAsync(snapshot.Id, CancellationToken.None);
        Assert.Equal((snapshot.CreatedAt, "cluster-1", "before reset"), (read.CreatedAt, read.ClusterId, read.Description));
        Assert.Equal(snapshot.Groups.Select(group => group.Group), read.Groups.Select(group => group.Group));
        Assert.Equal(snapshot.Groups[0].Offsets, read.Groups[0].Offsets);
        Assert.Equal(snapshot.Summarise(), Assert.Single((await store.ListAsync(CancellationToken.None)).Snapshots));

        await store.DeleteAsync(snapshot.Id, CancellationToken.None);
        var listing = await store.ListAsync(CancellationToken.None);
        Assert.Empty(listing.Snapshots);
        Assert.Empty(listing.Problems);
    }

    private static OffsetSnapshot Snapshot(string id, DateTimeOffset createdAt) => new(id, createdAt,
    [
        new GroupOffsets("billing", new Dictionary<TargetPartition, CommittedOffset> { [new("orders", 1)] = new(511), [new("orders", 0)] = new(506, "checkpoint-7") }),
        new GroupOffsets("fresh", new Dictionary<TargetPartition, CommittedOffset>()),
    ])
    {
        ClusterId = "cluster-1",
        BootstrapServers = ["localhost:9092"],
        Description = "before reset",
    };

    private static async Task<RestoreException> FailsAsync(ErrorCode code, Func<Task> action)
    {
        var failure = await Assert.ThrowsAsync<RestoreException>(action);
        Assert.Equal(code, failure.Code);
        return failure;
    }

    private static ValueTask PutAsync(IArchiveStorage storage, string key, string text) => storage.WriteAsync(key, Encoding.UTF8.GetBytes(text), WriteMode.Replace, CancellationToken.None);

    private static async Task<string> TextAsync(IArchiveStorage storage, string key)
    {
        var content = new byte[(await storage.StatAsync(key, CancellationToken.None))!.Size];
        await storage.ReadAsync(key, 0, content, CancellationToken.None);
        return Encoding.UTF8.GetString(content);
    }

    private sealed class BreakingStorage(IArchiveStorage inner) : ForwardingStorage(inner)
    {
        public Func<string, bool> Fails { get; init; } = static _ => false;

        public bool Flips { get; init; }

        public override ValueTask WriteAsync(string key, ReadOnlyMemory<byte> content, WriteMode mode, CancellationToken cancellationToken)
        {
            if (Fails(key))
            {
                return ValueTask.FromException(new RestoreException(ErrorCodes.DiskFull, "No room is left for this file", key));
            }

            var copy = content.ToArray();
            copy[5] ^= (byte)(Flips ? 1 : 0);
            return base.WriteAsync(key, copy, mode, cancellationToken);
        }
    }
}
