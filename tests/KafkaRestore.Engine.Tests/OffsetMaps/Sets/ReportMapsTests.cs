using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Engine.OffsetMaps.Sets;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Tests.OffsetMaps.Sets;

public sealed class ReportMapsTests : IDisposable
{
    private readonly DirectoryInfo _scratch = Directory.CreateTempSubdirectory("kafka-restore-report-");

    public void Dispose() => _scratch.Delete(recursive: true);

    [Fact]
    public async Task An_entry_without_runs_is_a_map_with_known_ends_only()
    {
        using var report = await ReadAsync("""
            {"entries": {
               "t/0": {"topic": "t", "partition": 0, "source_first_offset": 10, "source_last_offset": 20, "target_first_offset": 0, "target_last_offset": 5},
               "t/1": {"topic": "t", "partition": 1, "source_first_offset": 10, "source_last_offset": 20, "target_first_offset": null, "target_last_offset": null}},
             "detailed_mappings": {}}
            """);
        Assert.Equal([(true, false), (false, false)], report.Set.Maps.Select(map => (map.Ends is not null, map.HasRuns)));
        await Assert.ThrowsAsync<InvalidOperationException>(() => report.Set.Maps[0].OpenAsync(default));
        Assert.Empty(report.Set.Report());
    }

    [Fact]
    public async Task An_entry_that_says_something_else_than_its_runs_is_named_and_the_runs_count()
    {
        using var report = await ReadAsync("""
            {"format_version": 2,
             "entries": {"t/0": {"topic": "t", "partition": 0, "source_first_offset": 0, "source_last_offset": 99, "target_first_offset": 0, "target_last_offset": 99}},
             "detailed_mappings": {"t/0": [{"source_start": 60, "target_start": 60, "len": 40}]}}
            """);
        Assert.Contains("t/0: the entry says source offsets 0-99", Assert.Single(report.Contradictions), StringComparison.Ordinal);
        Assert.Equal(60, Assert.Single(report.Set.Maps).Ends!.SourceFirstOffset);
        Assert.Equal(OffsetReportFormat.JsonRuns, report.Format);
    }

    [Fact]
    public async Task Several_mappings_into_one_target_of_which_one_has_no_name_are_refused()
    {
        var refused = await Assert.ThrowsAsync<RestoreException>(() => ReadAsync("""
            {"detailed_mappings": {"t/0": [{"source_start": 0, "target_start": 0, "len": 4}], "t/0 from s/1": [{"source_start": 0, "target_start": 4, "len": 4}]}}
            """));
        Assert.Equal(ErrorCodes.StateCorrupt, refused.Code);
        Assert.Contains("t/0", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_set_keeps_on_disk_ends_with_it()
    {
        var report = await ReadAsync("""{"detailed_mappings": {"t/0": [{"source_start": 0, "target_start": 0, "len": 4}]}}""");
        var map = await report.Set.Maps[0].OpenAsync(default);
        report.Dispose();
        Assert.Equal(4, map.Records);
    }

    private Task<ReportMaps> ReadAsync(string json)
    {
        var path = Path.Combine(_scratch.FullName, "report.json");
        File.WriteAllText(path, json);
        return ReportMaps.ReadAsync(path, default);
    }
}
