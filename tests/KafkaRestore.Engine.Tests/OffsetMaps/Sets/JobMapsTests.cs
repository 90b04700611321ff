using KafkaRestore.Engine.OffsetMaps;
using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Engine.OffsetMaps.Sets;
using KafkaRestore.Engine.Tests.OffsetMaps.Reports;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Tests.OffsetMaps.Sets;

public sealed class JobMapsTests : IDisposable
{
    private readonly StoredJobMaps _stored = new();

    public void Dispose() => _stored.Dispose();

    [Fact]
    public async Task What_several_runs_have_mapped_is_one_map()
    {
        using (var job = _stored.Open())
        {
            await _stored.AppendAsync(job, 0, [new(0, 1, 100)]);
        }

        using (var job = _stored.Open())
        {
            await _stored.AppendAsync(job, 0, [new(100, 102, 50), new(200, 152, 1)]);
        }

        using var maps = JobMaps.Read(_stored.Location);
        var map = Assert.Single(maps.Maps);
        Assert.Equal(new MapPair(new PartitionName("a", 0), new PartitionName("a", 0)), map.Pair);
        Assert.Equal((0, 200, 1, 152), (map.Ends!.SourceFirstOffset, map.Ends.SourceLastOffset, map.Ends.TargetFirstOffset, map.Ends.TargetLastOffset));
        Assert.Equal([new(0, 1, 100), new(100, 102, 50), new(200, 152, 1)], await RunsAsync(await map.OpenAsync(default)));
        Assert.Equal("cluster-1", maps.About.TargetClusterId);
    }

    [Fact]
    public async Task The_state_is_read_while_another_process_works_on_it()
    {
        using var job = _stored.Open();
        await _stored.AppendAsync(job, 0, [new(0, 0, 10)]);
        using var maps = JobMaps.Read(_stored.Location);
        Assert.Equal(9, Assert.Single(maps.Maps).Ends!.SourceLastOffset);
    }

    [Fact]
    public async Task A_report_ends_where_its_entry_says_although_the_restore_has_gone_on()
    {
        using var job = _stored.Open();
        await _stored.AppendAsync(job, 0, [new(0, 0, 10), new(20, 10, 5)]);
        using var maps = JobMaps.Read(_stored.Location);
        await _stored.AppendAsync(job, 0, [new(25, 15, 5), new(100, 20, 5)]);

        var (summary, runs) = await ReportFiles.ReadAsync(await ReportFiles.WriteAsync(OffsetReportFormat.JsonRuns, maps.Summarise(5), [.. maps.Report()]));

        Assert.Equal([new(new(0, 0, 10), 1_000, -1), new(new(20, 10, 5), -1, 2_000)], runs.Select(run => run.Run));
        Assert.Equal((24, 14), (summary.Entries[0].SourceLastOffset, summary.Entries[0].TargetLastOffset));
        Assert.Equal(("cluster-1", 5), (summary.TargetClusterId, summary.CreatedAt));
    }

    [Fact]
    public async Task Sources_that_share_a_target_have_a_map_each_and_one_without_a_record_has_no_ends()
    {
        using var job = _stored.Open(merged: true);
        await _stored.AppendAsync(job, 0, [new(0, 0, 10)]);
        using (var before = JobMaps.Read(_stored.Location))
        {
            Assert.Equal(["all/0 from a/0", "all/0 from b/0"], before.Maps.Select(map => map.Pair.ToString()));
            Assert.Equal([true, false], before.Maps.Select(map => map.Ends is not null));
            Assert.Equal("all/0 from a/0", Assert.Single(before.Report()).Pair.ToString());
        }

        await _stored.AppendAsync(job, 0, [new(7, 10, 3)], source: 1);
        using var after = JobMaps.Read(_stored.Location);
        Assert.Equal([new(7, 10, 3)], await RunsAsync(await after.Maps[1].OpenAsync(default)));
    }

    [Fact]
    public void A_state_that_is_not_there_is_no_map()
    {
        var missing = Assert.Throws<RestoreException>(() => JobMaps.Read(_stored.Location));
        Assert.Equal((ErrorCodes.JobNotFound, _stored.Location.SummaryFile), (missing.Code, missing.Where));
    }

    [Fact]
    public async Task A_damaged_checkpoint_is_named_and_half_the_truth_is_not_told()
    {
        using (var job = _stored.Open())
        {
            await _stored.AppendAsync(job, 0, [new(0, 0, 10)]);
            await _stored.AppendAsync(job, 1, [new(0, 0, 10)]);
        }

        var checkpoint = Path.Combine(_stored.RunFolder, "lanes", "1.ckpt");
        File.WriteAllText(checkpoint, File.ReadAllText(checkpoint).Replace("\"b\"", "\"c\"", StringComparison.Ordinal));
        var damaged = Assert.Throws<RestoreException>(() => JobMaps.Read(_stored.Location));
        Assert.Equal((ErrorCodes.StateCorrupt, checkpoint), (damaged.Code, damaged.Where));

        File.Delete(checkpoint);
        Assert.Equal(ErrorCodes.StateCorrupt, Assert.Throws<RestoreException>(() => JobMaps.Read(_stored.Location)).Code);
    }

    [Theory]
    [InlineData(OffsetReportFormat.JsonPairs)]
    [InlineData(OffsetReportFormat.JsonRuns)]
    [InlineData(OffsetReportFormat.Csv)]
    public async Task A_report_of_a_job_leads_to_the_same_maps(OffsetReportFormat format)
    {
        using var job = _stored.Open();
        await _stored.AppendAsync(job, 0, [new(3, 1, 4), new(9, 5, 1)]);
        await _stored.AppendAsync(job, 1, [new(0, 0, 7)]);
        var path = _stored.PathOf("report");

        Assert.Equal(2, await JobOffsetReport.WriteAsync(_stored.Location, path, format, TimeProvider.System, default));

        using var read = await ReportMaps.ReadAsync(path, default);
        Assert.Equal((format, 0, 0), (read.Format, read.Repeated, read.Contradictions.Count));
        Assert.Equal(["a/0", "b/0"], read.Set.Maps.Select(map => map.Pair.Target.ToString()));
        Assert.Equal([new(3, 1, 4), new(9, 5, 1)], await RunsAsync(await read.Set.Maps[0].OpenAsync(default)));
        Assert.Equal((1_000, 2_000), format == OffsetReportFormat.Csv ? (1_000, 2_000) : (read.Set.Maps[0].Ends!.FirstTimestamp, read.Set.Maps[0].Ends!.LastTimestamp));
    }

    [Fact]
    public async Task A_job_without_a_record_leaves_a_report_that_is_there_as_it_is()
    {
        using var job = _stored.Open();
        var path = _stored.PathOf("report.json");
        File.WriteAllText(path, "good");
        Assert.Null(await JobOffsetReport.WriteAsync(_stored.Location, path, OffsetReportFormat.JsonPairs, TimeProvider.System, default));
        Assert.Equal("good", File.ReadAllText(path));

        File.Delete(path);
        Assert.Equal(0, await JobOffsetReport.WriteAsync(_stored.Location, path, OffsetReportFormat.JsonPairs, TimeProvider.System, default));
        Assert.True(File.Exists(path));
    }

    [Fact]
    public async Task A_report_that_cannot_be_finished_leaves_the_old_one()
    {
        using (var job = _stored.Open())
        {
            await _stored.AppendAsync(job, 0, [new(0, 0, 1)]);
            await _stored.AppendAsync(job, 1, Sparse(200_000));
        }

        var chunk = Directory.EnumerateFiles(Path.Combine(_stored.RunFolder, "maps", "1.0")).Order(StringComparer.Ordinal).First();
        var bytes = File.ReadAllBytes(chunk);
        bytes[^1] ^= 1;
        File.WriteAllBytes(chunk, bytes);
        var path = _stored.PathOf("report.json");
        File.WriteAllText(path, "good");

        var damaged = await Assert.ThrowsAsync<RestoreException>(() => JobOffsetReport.WriteAsync(_stored.Location, path, OffsetReportFormat.JsonRuns, TimeProvider.System, default));

        Assert.Equal((ErrorCodes.StateCorrupt, chunk), (damaged.Code, damaged.Where));
        Assert.Equal("good", File.ReadAllText(path));
        Assert.DoesNotContain(Directory.EnumerateFiles(Path.GetDirectoryName(path)!), file => file.Contains("kr-tmp", StringComparison.Ordinal));
    }

    internal static IEnumerable<OffsetRun> Sparse(int runs) => Enumerable.Range(0, runs).Select(i => new OffsetRun(2L * i, i, 1));

    private static async Task<List<OffsetRun>> RunsAsync(OffsetMap map)
    {
        var runs = new List<OffsetRun>();
        await foreach (var run in map.RunsAsync(default))
        {
            runs.Add(run);
        }

        return runs;
    }
}
