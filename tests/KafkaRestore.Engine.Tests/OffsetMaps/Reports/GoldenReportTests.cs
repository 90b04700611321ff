using System.Text;
using System.Text.Json;
using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.OffsetMaps.Reports;

public sealed class GoldenReportTests
{
    [Theory]
    [InlineData("0.17")]
    [InlineData("0.25")]
    public async Task Every_pair_entry_and_group_offset_is_read(string version)
    {
        var report = ReportFiles.Golden(version);
        using var json = JsonDocument.Parse(report);
        var (summary, runs) = await ReportFiles.ReadAsync(report);

        Assert.Equal(
            json.RootElement.GetProperty("detailed_mappings").EnumerateObject().SelectMany(mapping => mapping.Value.EnumerateArray()
                .Select(pair => $"{mapping.Name} {Number(pair, "source_offset")} {Number(pair, "target_offset")} {Number(pair, "timestamp")}")),
            runs.Select(run => $"{run.Pair} {run.Run.Run.Source} {run.Run.Run.Target} {run.Run.FirstTimestamp}"));
        Assert.Equal(4250, runs.Count);
        Assert.All(runs, run => Assert.Equal((1, run.Run.FirstTimestamp), (run.Run.Run.Length, run.Run.LastTimestamp)));

        Assert.Equal(
            json.RootElement.GetProperty("entries").EnumerateObject().Select(entry => $"{entry.Name} {string.Join(' ', entry.Value.EnumerateObject().Skip(2).Select(field => field.Value.GetInt64()))}"),
            summary.Entries.Select(entry => $"{entry.Pair} {entry.SourceFirstOffset} {entry.SourceLastOffset} {entry.TargetFirstOffset} {entry.TargetLastOffset} {entry.FirstTimestamp} {entry.LastTimestamp}"));

        Assert.Equal(
            json.RootElement.GetProperty("consumer_groups").EnumerateObject().SelectMany(group => group.Value.GetProperty("offsets").EnumerateObject()
                .SelectMany(topic => topic.Value.EnumerateObject()
                    .Select(offset => $"{group.Name} {topic.Name} {offset.Name} {Number(offset.Value, "source_offset")} {Number(offset.Value, "target_offset")} {Number(offset.Value, "timestamp")}"))),
            summary.Groups.SelectMany(group => group.Offsets
                .Select(offset => $"{group.GroupId} {offset.Topic} {offset.Partition} {offset.SourceOffset} {offset.TargetOffset} {offset.Timestamp}")));
        Assert.Equal(Number(json.RootElement, "created_at"), summary.CreatedAt);
        Assert.Equal((null, null), (summary.SourceClusterId, summary.TargetClusterId));
    }

    [Theory]
    [InlineData("0.17")]
    [InlineData("0.25")]
    public async Task Written_again_it_is_the_same_file_byte_for_byte(string version)
    {
        var report = ReportFiles.Golden(version);
        var (summary, runs) = await ReportFiles.ReadAsync(report);
        var maps = runs.GroupBy(run => run.Pair).Select(map => ReportFiles.Map(map.Key, map.Select(run => run.Run)));
        Assert.Equal(Encoding.UTF8.GetString(report), await ReportFiles.TextAsync(OffsetReportFormat.JsonPairs, summary, [.. maps]));
    }

    [Theory]
    [InlineData("0.17")]
    [InlineData("0.25")]
    public async Task Its_maps_translate_the_groups_as_it_says(string version)
    {
        var imported = await ReportFiles.ImportAsync(ReportFiles.Golden(version));
        Assert.Equal(7, imported.Maps.Count);
        var checkedOffsets = 0;
        foreach (var offset in imported.Summary.Groups.SelectMany(group => group.Offsets))
        {
            var map = imported.Maps.Single(map => map.Pair.Target == new PartitionName(offset.Topic, offset.Partition)).Map;
            Assert.Equal(offset.TargetOffset, (await map.TranslateAsync(offset.SourceOffset, default)).TargetOffset);
            checkedOffsets++;
        }

        Assert.Equal(14, checkedOffsets);
    }

    [Fact]
    public async Task A_mapping_without_targets_is_read()
    {
        var (summary, runs) = await ReportFiles.ReadAsync(await File.ReadAllBytesAsync(Path.Combine(Golden.Root, "reports", "show-offset-mapping.json")));
        Assert.Empty(runs);
        Assert.Equal(7, summary.Entries.Count);
        Assert.All(summary.Entries, entry => Assert.Equal((null, null), (entry.TargetFirstOffset, entry.TargetLastOffset)));
    }

    private static long Number(JsonElement element, string name) => element.GetProperty(name).GetInt64();
}
