using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using KafkaRestore.Engine.OffsetMaps;
using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Tests.OffsetMaps.Reports;

public sealed class OffsetReportRoundTripTests : IDisposable
{
    private static readonly MapPair s_pair = ReportFiles.Pair("orders", 3, "old-orders");
    private readonly DirectoryInfo _scratch = Directory.CreateTempSubdirectory("kafka-restore-report-");

    [Theory]
    [InlineData(OffsetReportFormat.JsonPairs)]
    [InlineData(OffsetReportFormat.JsonRuns)]
    [InlineData(OffsetReportFormat.Csv)]
    public void A_map_comes_back_from_every_form(OffsetReportFormat format)
    {
        Prop.ForAll(RandomRuns.Generator.ToArbitrary(), drawn =>
        {
            var (map, _, _) = drawn.WriteAsync().GetAwaiter().GetResult();
            var report = ReportFiles.WriteAsync(format, new OffsetReportSummary(), ReportedMap.Of(s_pair, map)).GetAwaiter().GetResult();
            var imported = ReportFiles.ImportAsync(report).GetAwaiter().GetResult();
            Assert.Equal(drawn.Longest, imported.Maps.SelectMany(read => read.Map.RunsAsync(default).ToBlockingEnumerable()));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100).WithEndSize(150));
    }

    [Theory]
    [InlineData(OffsetReportFormat.JsonRuns)]
    [InlineData(OffsetReportFormat.Csv)]
    public async Task Runs_keep_their_times_and_are_as_long_as_can_be(OffsetReportFormat format)
    {
        var report = await ReportFiles.WriteAsync(format, new OffsetReportSummary(), ReportFiles.Map(s_pair, Run(1, 5, 1, 70), Run(2, 6, 1, 71), Run(3, 7, 2, 72, 73), Run(5, 10, 1, 74)));
        var (_, runs) = await ReportFiles.ReadAsync(report);
        Assert.Equal([Run(1, 5, 4, 70, 73), Run(5, 10, 1, 74)], runs.Select(run => run.Run));
    }

    [Fact]
    public async Task Pairs_have_the_times_that_are_known_and_else_minus_one()
    {
        var report = await ReportFiles.WriteAsync(OffsetReportFormat.JsonPairs, new OffsetReportSummary(), ReportFiles.Map(s_pair, Run(1, 5, 3, 70, 73), Run(9, 9, 1, 80)));
        var (_, runs) = await ReportFiles.ReadAsync(report);
        Assert.Equal([Run(1, 5, 1, 70), Run(2, 6, 1, -1), Run(3, 7, 1, 73), Run(9, 9, 1, 80)], runs.Select(run => run.Run));
    }

    [Theory]
    [InlineData(OffsetReportFormat.JsonPairs)]
    [InlineData(OffsetReportFormat.JsonRuns)]
    public async Task The_summary_comes_back(OffsetReportFormat format)
    {
        var summary = new OffsetReportSummary
        {
            Entries = [Entry(ReportFiles.Pair("a", 1)), Entry(ReportFiles.Pair("b", 0)) with { TargetFirstOffset = null, TargetLastOffset = null }],
            Groups =
            [
                new OffsetReportGroup("g \"quoted\" ü", [new("a", 1, 5, 6, 7, "läuft\n"), new("b", 0, 1, null, 3, null), new("a", 2, 9, 9, 9, "")]),
                new OffsetReportGroup("idle", []),
            ],
            SourceClusterId = "source-id",
            TargetClusterId = null,
            CreatedAt = 1_700_000_000_000,
        };
        var (read, _) = await ReportFiles.ReadAsync(await ReportFiles.WriteAsync(format, summary));
        Assert.Equal(summary.Entries, read.Entries);
        Assert.Equal(["g \"quoted\" ü", "idle"], read.Groups.Select(group => group.GroupId));
        Assert.Equal(summary.Groups[0].Offsets.OrderBy(offset => offset.Topic).ThenBy(offset => offset.Partition), read.Groups[0].Offsets);
        Assert.Empty(read.Groups[1].Offsets);
        Assert.Equal(("source-id", null, 1_700_000_000_000), (read.SourceClusterId, read.TargetClusterId, read.CreatedAt));
    }

    [Fact]
    public async Task Runs_say_their_version_first_and_name_the_source()
    {
        var summary = new OffsetReportSummary { Entries = [Entry(s_pair)] };
        using var json = JsonDocument.Parse(await ReportFiles.WriteAsync(OffsetReportFormat.JsonRuns, summary, ReportFiles.Map(s_pair, Run(1, 5, 3, 70, 73))));
        Assert.Equal(
            ["format_version", "entries", "detailed_mappings", "consumer_groups", "source_cluster_id", "target_cluster_id", "created_at"],
            json.RootElement.EnumerateObject().Select(field => field.Name));
        Assert.Equal(2, json.RootElement.GetProperty("format_version").GetInt32());
        Assert.Equal(
            """{"source_start":1,"target_start":5,"len":3,"first_timestamp":70,"last_timestamp":73}""",
            JsonSerializer.Serialize(json.RootElement.GetProperty("detailed_mappings").GetProperty("orders/3")[0]));
        var (read, runs) = await ReportFiles.ReadAsync(await ReportFiles.WriteAsync(OffsetReportFormat.JsonRuns, summary, ReportFiles.Map(s_pair, Run(1, 5, 3, 70, 73))));
        Assert.Equal(s_pair, Assert.Single(read.Entries).Pair);
        Assert.Equal(s_pair, Assert.Single(runs).Pair);
    }

    [Theory]
    [InlineData(OffsetReportFormat.JsonPairs)]
    [InlineData(OffsetReportFormat.JsonRuns)]
    [InlineData(OffsetReportFormat.Csv)]
    public async Task Several_sources_of_one_target_stay_apart(OffsetReportFormat format)
    {
        var target = new PartitionName("all", 0);
        var (eu, us) = (new MapPair(new PartitionName("eu", 0), target), new MapPair(new PartitionName("us", 4), target));
        var summary = new OffsetReportSummary { Entries = [Entry(eu), Entry(us)] };
        var imported = await ReportFiles.ImportAsync(await ReportFiles.WriteAsync(format, summary, ReportFiles.Map(eu, Run(0, 0, 5, -1)), ReportFiles.Map(us, Run(0, 5, 5, -1))));
        Assert.Equal([eu, us], imported.Maps.Select(map => map.Pair));
        Assert.Equal([0L, 5L], imported.Maps.Select(map => map.Map.FirstTarget!.Value));
    }

    [Fact]
    public async Task Maps_that_cannot_be_told_apart_are_refused()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => ReportFiles.WriteAsync(OffsetReportFormat.JsonRuns, new(), ReportFiles.Map(s_pair), ReportFiles.Map(s_pair)));
        await Assert.ThrowsAsync<ArgumentException>(() => ReportFiles.WriteAsync(OffsetReportFormat.JsonRuns, new(), ReportFiles.Map(s_pair), ReportFiles.Map(s_pair with { Source = null })));
    }

    [Fact]
    public async Task Csv_is_as_rfc_4180_has_it()
    {
        var odd = new MapPair(new PartitionName("with,comma", 1), new PartitionName("with \"quote\"\r\nand line", 2));
        var text = await ReportFiles.TextAsync(OffsetReportFormat.Csv, new(), ReportFiles.Map(ReportFiles.Pair("plain", 0), Run(1, 2, 3, 4, 5)), ReportFiles.Map(odd, Run(1, 2, 3, 4, 5)));
        Assert.Equal(
            "source_topic,source_partition,target_topic,target_partition,source_offset,target_offset,length,first_timestamp,last_timestamp\r\n"
            + ",,plain,0,1,2,3,4,5\r\n"
            + "\"with,comma\",1,\"with \"\"quote\"\"\r\nand line\",2,1,2,3,4,5\r\n",
            text);
        var imported = await ReportFiles.ImportAsync(text);
        Assert.Equal([ReportFiles.Pair("plain", 0), odd], imported.Maps.Select(map => map.Pair));
        Assert.Equal([(1L, 3L, 2L, 4L, 4L, 5L), (1, 3, 2, 4, 4, 5)], imported.Summary.Entries.Select(entry =>
            (entry.SourceFirstOffset, entry.SourceLastOffset, entry.TargetFirstOffset!.Value, entry.TargetLastOffset!.Value, entry.FirstTimestamp, entry.LastTimestamp)));
    }

    [Fact]
    public async Task A_file_is_replaced_as_a_whole()
    {
        var path = Path.Combine(_scratch.FullName, "report.json");
        await OffsetReportWriter.WriteAsync(path, OffsetReportFormat.JsonRuns, new(), [ReportFiles.Map(s_pair, Run(1, 1, 1, 1))], default);
        var before = await File.ReadAllBytesAsync(path);
        var failing = new ReportedMap(s_pair, FailingAfter(100_000));
        await Assert.ThrowsAsync<RestoreException>(() => OffsetReportWriter.WriteAsync(path, OffsetReportFormat.JsonPairs, new(), [failing], default));
        Assert.Equal(before, await File.ReadAllBytesAsync(path));
        Assert.Equal([path], Directory.GetFiles(_scratch.FullName));

        await using var reader = OffsetReportReader.Open(path);
        Assert.Single((await OffsetReportImport.ReadAsync(reader, path, null, default)).Maps);
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_or_opened_is_told()
    {
        var path = Path.Combine(_scratch.FullName, "missing", "report.json");
        Assert.Equal(ErrorCodes.OutputNotWritten, (await Assert.ThrowsAsync<RestoreException>(() => OffsetReportWriter.WriteAsync(path, OffsetReportFormat.Csv, new(), [], default))).Code);
        Assert.Equal(ErrorCodes.StorageUnavailable, Assert.Throws<RestoreException>(() => OffsetReportReader.Open(path)).Code);
        Assert.Equal(ErrorCodes.StorageDenied, Assert.Throws<RestoreException>(() => OffsetReportReader.Open(_scratch.FullName)).Code);
    }

    [Theory]
    [InlineData(OffsetReportFormat.JsonPairs)]
    [InlineData(OffsetReportFormat.JsonRuns)]
    [InlineData(OffsetReportFormat.Csv)]
    public async Task A_report_is_written_and_read_as_it_goes(OffsetReportFormat format)
    {
        const int most = 256 << 10;
        const int runs = 50_000;
        using var file = new MemoryStream();
        var given = 0;
        await OffsetReportWriter.WriteAsync(file, format, new(), [new ReportedMap(s_pair, Watched())], default);
        Assert.True(file.Length > most * 4);

        file.Position = 0;
        await using var reader = new OffsetReportReader(file, "report");
        var read = 0;
        await foreach (var _ in reader.ReadRunsAsync(default))
        {
            Assert.InRange(file.Position, 0, (file.Length * read++ / runs) + most);
        }

        async IAsyncEnumerable<TimedRun> Watched()
        {
            await Task.CompletedTask;
            for (; given < runs; given++)
            {
                // No form needs fewer bytes for a run.
                Assert.True(file.Length >= (given * 20L) - most, $"{given} runs were taken, {file.Length} bytes written");
                yield return Run(given * 2L, given, 1, -1);
            }
        }
    }

    public void Dispose() => _scratch.Delete(recursive: true);

    private static async IAsyncEnumerable<TimedRun> FailingAfter(int count)
    {
        await Task.CompletedTask;
        yield return Run(0, 0, count, -1);
        throw new RestoreException(ErrorCodes.StateCorrupt, "a chunk is damaged");
    }

    private static TimedRun Run(long source, long target, long length, long first, long? last = null) => new(new OffsetRun(source, target, length), first, last ?? first);

    private static OffsetReportEntry Entry(MapPair pair) => new()
    {
        Pair = pair,
        SourceFirstOffset = 1,
        SourceLastOffset = 2,
        TargetFirstOffset = 3,
        TargetLastOffset = 4,
        FirstTimestamp = 5,
        LastTimestamp = 6,
    };
}
