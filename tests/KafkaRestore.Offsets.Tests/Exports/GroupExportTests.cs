using System.Text;
using System.Text.Json;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Offsets.Exports;
using KafkaRestore.Offsets.Sources;
using KafkaRestore.Offsets.Tests.Sources;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;

namespace KafkaRestore.Offsets.Tests.Exports;

public sealed class GroupExportTests : IDisposable
{
    private readonly InMemoryGroups _cluster = new();
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("kafka-restore-export-");

    public GroupExportTests()
    {
        _cluster.Commit("audit", ("orders", 0, 9));
        _cluster.Commit("billing", ("orders", 0, 10), ("orders", 1, 20));
        _cluster.Committed["billing"][new TargetPartition("orders", 1)] = new CommittedOffset(20, "checkpoint-7", 4);
        _cluster.Ranges[new TargetPartition("orders", 0)] = new PartitionRange(5, 12);
        _cluster.Ranges[new TargetPartition("orders", 1)] = new PartitionRange(0, 100);
    }

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task A_file_of_kmap_that_is_read_and_written_is_the_same_byte_for_byte()
    {
        var file = Expected.File("kmap", "modified-committed", "consumer-offsets.json");
        var source = await GroupSourceReader.ReadAsync(file);
        var export = new GroupExport(source.TakenAt!.Value, "127.0.0.1:19501", [.. source.Groups.Select(group => new GroupOffsets(
            group.Group, group.Offsets.ToDictionary(commit => new TargetPartition(commit.Partition.Topic, commit.Partition.Partition), commit => new CommittedOffset(commit.Offset))))]);

        Assert.Equal(await File.ReadAllTextAsync(file), await TextAsync(export));
    }

    [Fact]
    public async Task An_export_is_read_back_with_its_metadata()
    {
        var text = await TextAsync(await ReadAsync(new ExportOptions { WithMetadata = true, WithLag = true }));
        var read = await GroupSourceReader.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), "test");

        Assert.Equal(["audit orders/0 9", "billing orders/0 10", "billing orders/1 20"], Expected.Lines(read));
        Assert.Equal("checkpoint-7", read.Groups[1].Offsets[1].Metadata);
        Assert.Empty(read.Warnings);
    }

    [Fact]
    public async Task Metadata_epoch_end_and_lag_are_written_when_asked_for()
    {
        _cluster.Commit("billing", ("gone", 0, 3), ("orders", 0, 2));
        using var json = JsonDocument.Parse(await TextAsync(await ReadAsync(new ExportOptions { WithMetadata = true, WithLag = true })));

        Assert.Equal("in-memory", json.RootElement.GetProperty("cluster_id").GetString());
        var topics = json.RootElement.GetProperty("consumer_groups")[1].GetProperty("topics");
        Assert.Equal("""{"partition":1,"offset":20,"log_end_offset":100,"lag":80,"metadata":"checkpoint-7","leader_epoch":4}""", Compact(topics.GetProperty("orders")[1]));
        Assert.Equal("""{"partition":0,"offset":2,"log_end_offset":12,"lag":7,"metadata":"","leader_epoch":null}""", Compact(topics.GetProperty("orders")[0]));
        Assert.Equal("""{"partition":0,"offset":3,"log_end_offset":null,"lag":null,"metadata":"","leader_epoch":null}""", Compact(topics.GetProperty("gone")[0]));
    }

    [Fact]
    public async Task A_group_without_offsets_is_left_out_and_named()
    {
        _cluster.Members["idle"] = [new GroupMember("m", "idle-1", "/10.0.0.7")];

        var export = await ReadAsync(new ExportOptions());

        Assert.Equal(["audit", "billing"], export.Groups.Select(group => group.Group));
        Assert.Equal(["without a committed offset, and left out: idle"], export.Warnings);
    }

    [Fact]
    public async Task Against_an_earlier_file_only_what_changed_is_written_and_what_is_gone_is_named()
    {
        _cluster.Commit("old", ("orders", 1, 5));
        var earlier = await SourceAsync(await ReadAsync(new ExportOptions()));
        _cluster.Committed.TryRemove("old", out _);
        _cluster.Committed["billing"].TryRemove(new TargetPartition("orders", 0), out _);
        _cluster.Commit("billing", ("orders", 1, 21), ("orders", 2, 1));
        _cluster.Commit("new", ("orders", 0, 1));

        var export = await ReadAsync(new ExportOptions { Earlier = earlier });

        Assert.Equal(["billing orders/1 21", "billing orders/2 1", "new orders/0 1"], Expected.Lines(await SourceAsync(export)));
        Assert.Equal([new RemovedOffset("billing", "orders", 0), new RemovedOffset("old", "orders", 1)], export.Since!.Removed);
    }

    [Fact]
    public async Task A_differential_export_warns_whoever_reads_it()
    {
        var earlier = await SourceAsync(await ReadAsync(new ExportOptions()));
        _cluster.Committed.TryRemove("audit", out _);
        _cluster.Commit("billing", ("orders", 0, 11));

        var read = await SourceAsync(await ReadAsync(new ExportOptions { Earlier = earlier }));

        Assert.Equal(2, read.Warnings.Count);
        Assert.Contains("only what has changed since", read.Warnings[0], StringComparison.Ordinal);
        Assert.Contains("1 offset of the earlier file had been removed", read.Warnings[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_metadata_counts_as_a_change_where_metadata_is_written()
    {
        var earlier = await SourceAsync(await ReadAsync(new ExportOptions { WithMetadata = true }));
        _cluster.Commit("billing", ("orders", 1, 20));

        Assert.Equal(0, (await ReadAsync(new ExportOptions { Earlier = earlier })).OffsetCount);
        Assert.Equal(1, (await ReadAsync(new ExportOptions { Earlier = earlier, WithMetadata = true })).OffsetCount);
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_leaves_the_older_one()
    {
        var path = Path.Combine(_directory.FullName, "offsets.json");
        await GroupExportWriter.WriteAsync(path, await ReadAsync(new ExportOptions()), CancellationToken.None);
        var before = await File.ReadAllTextAsync(path);
        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await GroupExportWriter.WriteAsync(path, await ReadAsync(new ExportOptions { WithLag = true }), stopped.Token));

        Assert.Equal(before, await File.ReadAllTextAsync(path));
        Assert.Single(_directory.EnumerateFileSystemInfos());
        var failure = await Assert.ThrowsAsync<RestoreException>(async () =>
            await GroupExportWriter.WriteAsync(Path.Combine(_directory.FullName, "missing", "offsets.json"), await ReadAsync(new ExportOptions()), CancellationToken.None));
        Assert.Equal(ErrorCodes.OutputNotWritten, failure.Code);
    }

    private Task<GroupExport> ReadAsync(ExportOptions options) => GroupExporter.ReadAsync(_cluster, "localhost:9092", options, TimeProvider.System, CancellationToken.None);

    private static async Task<SourceGroups> SourceAsync(GroupExport export) => await GroupSourceReader.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(await TextAsync(export))), "earlier.json");

    private static async Task<string> TextAsync(GroupExport export)
    {
        var stream = new MemoryStream();
        await GroupExportWriter.WriteAsync(stream, export, CancellationToken.None);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static string Compact(JsonElement element) => JsonSerializer.Serialize(element);
}
