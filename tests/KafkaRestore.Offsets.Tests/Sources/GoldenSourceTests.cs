using KafkaRestore.Offsets.Sources;
using KafkaRestore.Testing;

namespace KafkaRestore.Offsets.Tests.Sources;

/// <summary>Files that other programs wrote, against what the clusters really had.</summary>
public sealed class GoldenSourceTests
{
    [Theory]
    [InlineData("modified-committed")]
    [InlineData("modified-listed")]
    public async Task A_file_of_kmap_gives_what_the_cluster_had(string run)
    {
        var groups = await GroupSourceReader.ReadAsync(Expected.File("kmap", run, "consumer-offsets.json"));

        Assert.Equal(Expected.Lines(Expected.Json("kmap", "expected.json").GetProperty("groups")), Expected.Lines(groups));
        Assert.Equal(2026, groups.TakenAt!.Value.Year);
    }

    [Fact]
    public async Task An_offset_of_minus_one_is_a_warning_and_no_offset()
    {
        var groups = await GroupSourceReader.ReadAsync(Expected.File("kmap", "modified-listed", "consumer-offsets.json"));

        Assert.Equal(["partial-reader has committed nothing for orders/1"], groups.Warnings);
        Assert.DoesNotContain(groups.Groups.SelectMany(group => group.Offsets), commit => commit.Offset < 0);
    }

    [Theory]
    [InlineData("released-idle")]
    [InlineData("released-active")]
    public async Task An_empty_file_of_kmap_warns_that_kmap_writes_such_files(string run)
    {
        var groups = await GroupSourceReader.ReadAsync(Expected.File("kmap", run, "consumer-offsets.json"));

        Assert.Empty(groups.Groups);
        Assert.Contains("kmap write empty files", Assert.Single(groups.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("consumer-groups.txt")]
    [InlineData("kafka-backups/offsets/20261121-020000")]
    public async Task The_text_of_kafkas_tool_gives_what_the_cluster_had(string place)
    {
        var groups = await GroupSourceReader.ReadAsync(Expected.File("cluster-text", place));

        var expected = ExpectedOfText().Where(line => place.EndsWith(".txt", StringComparison.Ordinal) || !line.StartsWith("ops eu west ", StringComparison.Ordinal));
        Assert.Equal(expected, Expected.Lines(groups));
        Assert.Contains("partial-reader has committed nothing for orders/1", groups.Warnings);
        Assert.Contains("fresh-reader has committed nothing for events-eu/0, events-eu/1", groups.Warnings);
        Assert.Contains(groups.Groups, group => group is { Group: "fresh-reader", Offsets.Count: 0 });
    }

    [Fact]
    public async Task A_group_that_the_texts_of_a_folder_have_lost_is_named()
    {
        var groups = await GroupSourceReader.ReadAsync(Expected.File("cluster-text", "kafka-backups", "offsets", "20261121-020000"));

        Assert.Contains(groups.Warnings, warning => warning.Contains("'ops eu west'", StringComparison.Ordinal));
        Assert.Contains(groups.Warnings, warning => warning.Contains("offsets-eu.txt: Error:", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("orders-processor")]
    [InlineData("a-group-with-a-rather-long-name.that.goes.on.and.on_0001")]
    public async Task The_text_of_one_group_holds_that_group(string group)
    {
        var groups = await GroupSourceReader.ReadAsync(Expected.File("cluster-text", "kafka-backups", "offsets", "20261121-020000", $"offsets-{group}.txt"));

        Assert.Equal(ExpectedOfText().Where(line => line.StartsWith(group + " ", StringComparison.Ordinal)), Expected.Lines(groups));
        Assert.Empty(groups.Warnings);
    }

    [Theory]
    [InlineData("edges")]
    [InlineData("edges-0.17")]
    [InlineData("edges-verbatim")]
    public async Task An_archives_snapshot_gives_what_the_cluster_had(string backupId)
    {
        await using var storage = Golden.OpenStorage();
        var groups = await GroupSourceReader.ReadArchiveAsync(storage, backupId);

        var all = Expected.Lines(Expected.Json("expected", "cluster.json").GetProperty("groups"));
        Assert.Equal(all.Where(line => line.StartsWith("edge.", StringComparison.Ordinal)), Expected.Lines(groups));
        Assert.Equal(Expected.Lines(groups), Expected.Lines(await GroupSourceReader.ReadAsync(Path.Combine(Golden.Backups, backupId))));
        Assert.NotNull(groups.TakenAt);
    }

    private static IEnumerable<string> ExpectedOfText() =>
        (from entry in Expected.Json("cluster-text", "expected-groups.json").GetProperty("groups").EnumerateArray()
         from topic in entry.GetProperty("offsets").EnumerateObject()
         from partition in topic.Value.EnumerateObject()
         select Expected.Line(entry.GetProperty("group").GetString()!, $"{topic.Name}/{partition.Name}", partition.Value.GetInt64())).Order(StringComparer.Ordinal);
}
