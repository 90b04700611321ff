using System.Text;
using FsCheck;
using FsCheck.Fluent;
using KafkaRestore.Engine.OffsetMaps;
using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Tests.OffsetMaps.Reports;

public sealed class OffsetReportReaderTests
{
    [Theory]
    [InlineData("""{"detailed_mappings":{"t/0":[{"source_offset":1,"target_offset":2,"timestamp":3}]}}""")]
    [InlineData("""{"format_version":2,"detailed_mappings":{"t/0":[{"source_start":1,"target_start":2,"len":1}]}}""")]
    [InlineData("""{"detailed_mappings":{"t/0":[{"x":{"y":[1,{"z":2}]},"source_offset":1,"more":true,"target_offset":2}]},"entries":null,"new":[[{}]],"later":1.5e300}""")]
    [InlineData("\uFEFF \r\n{\"detailed_mappings\":{\"t/0\":[{\"source_start\":1,\"target_start\":2,\"len\":1,\"timestamp\":null}],\"u/1\":[]},\"format_version\":1}\n")]
    [InlineData("target_topic,target_partition,source_offset,target_offset\nt,0,1,2\n")]
    [InlineData("target_topic,target_partition,source_offset,target_offset\r\nt,0,1,2")]
    [InlineData("remark,\"target_offset\",source_offset,target_topic,length,target_partition\r\n\"a \"\"b\"\",\r\nc\",2,1,\"t\",1,\"0\"\r\n\r\n")]
    public async Task One_record_is_found_in_any_honest_form(string report)
    {
        var imported = await ReportFiles.ImportAsync(report);
        var map = Assert.Single(imported.Maps);
        Assert.Equal(ReportFiles.Pair("t", 0), map.Pair);
        Assert.Equal([new OffsetRun(1, 2, 1)], map.Map.RunsAsync(default).ToBlockingEnumerable());
    }

    [Theory]
    [InlineData("", "byte 0")]
    [InlineData("  \n", "byte 0")]
    [InlineData("{", "line 1, byte 2")]
    [InlineData("{}x", "line 1, byte 3")]
    [InlineData("""{"format_version":3}""", "byte 19")]
    [InlineData("""{"format_version":"2"}""", "byte 21")]
    [InlineData("""{"created_at":1.5}""", "byte 14")]
    [InlineData("""{"entries":5}""", "byte 11")]
    [InlineData("""{"entries":[]}""", "byte 11")]
    [InlineData("""{"entries":{},"entries":{}}""", "byte 24")]
    [InlineData("""{"created_at":{}}""", "byte 14")]
    [InlineData("""{"entries":{"t":{"partition":0}}}""", "byte 16")]
    [InlineData("""{"entries":{"t/0":{"topic":"t","partition":0}}}""", "byte 44, entries['t/0']")]
    [InlineData("""{"entries":{"t/0":{"topic":"u","partition":0,"source_first_offset":0,"source_last_offset":0}}}""", "byte 91, entries['t/0']")]
    [InlineData("""{"detailed_mappings":{"t/0":{}}}""", "byte 28")]
    [InlineData("""{"detailed_mappings":{"t/0":[5]}}""", "byte 29, detailed_mappings['t/0'][0]")]
    [InlineData("""{"detailed_mappings":{"t/0":[{"source_offset":1,"target_offset":2},{}]}}""", "byte 68, detailed_mappings['t/0'][1]")]
    [InlineData("""{"detailed_mappings":{"t/0":[{"source_offset":1}]}}""", "byte 47, detailed_mappings['t/0'][0]")]
    [InlineData("""{"detailed_mappings":{"t/0":[{"source_offset":1,"source_offset":1}]}}""", "byte 64, detailed_mappings['t/0'][0]")]
    [InlineData("""{"detailed_mappings":{"t/0":[{"source_offset":-1,"target_offset":2}]}}""", "byte 66, detailed_mappings['t/0'][0]")]
    [InlineData("""{"detailed_mappings":{"t/0":[{"source_offset":9223372036854775807,"target_offset":2}]}}""", "byte 83, detailed_mappings['t/0'][0]")]
    [InlineData("""{"detailed_mappings":{"t/0":[{"source_start":1,"target_start":2,"len":0}]}}""", "byte 71, detailed_mappings['t/0'][0]")]
    [InlineData("""{"detailed_mappings":{"t/0":[],"t/0":[]}}""", "byte 37, detailed_mappings['t/0'][0]")]
    [InlineData("""{"consumer_groups":{"g":{"offsets":{"t":{"x":{"source_offset":1}}}}}}""", "byte 45")]
    [InlineData("""{"consumer_groups":{"g":{"offsets":{"t":{"1":{}}}}}}""", "byte 46, consumer_groups['g'].offsets['t']['1']")]
    [InlineData("""{"consumer_groups":{"g":{"offsets":7}}}""", "byte 36")]
    [InlineData("""{"source_cluster_id":"\ud800"}""", "byte 21")]
    [InlineData("topic,partition,source_first_offset\r\n", "line 1")]
    [InlineData("target_topic,target_partition,source_offset,target_offset,length,length\n", "line 1")]
    [InlineData("target_topic,target_partition,source_offset,target_offset\nt,0,1,2\nt,0,1\n", "line 3")]
    [InlineData("target_topic,target_partition,source_offset,target_offset\n\"t\n\",0,1,2\nt,0,x,2\n", "line 4")]
    [InlineData("target_topic,target_partition,source_offset,target_offset\nt,0,1,\n", "line 2")]
    [InlineData("target_topic,target_partition,source_offset,target_offset\nt,-1,1,2\n", "line 2")]
    [InlineData("target_topic,target_partition,source_offset,target_offset\nt,0,99999999999999999999,2\n", "line 2")]
    [InlineData("target_topic,target_partition,source_offset,target_offset\n\"t,0,1,2\n", "line 2")]
    [InlineData("target_topic,target_partition,source_offset,target_offset\nt\"t,0,1,2\n", "line 2")]
    [InlineData("target_topic,target_partition,source_offset,target_offset\n\"t\"t,0,1,2\n", "line 2")]
    [InlineData("target_topic,target_partition,source_offset,target_offset\nt/0,0,1,2\n", "line 2")]
    public async Task Damage_is_told_with_its_place(string report, string place)
    {
        var failure = await Assert.ThrowsAsync<RestoreException>(() => ReportFiles.ImportAsync(report));
        Assert.Equal(ErrorCodes.StateCorrupt, failure.Code);
        Assert.StartsWith($"report, {place}", failure.Where, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"detailed_mappings":{"t/0":[{"source_offset":5,"target_offset":2},{"source_offset":4,"target_offset":3}]}}""")]
    [InlineData("""{"detailed_mappings":{"t/0":[{"source_offset":5,"target_offset":2},{"source_offset":6,"target_offset":2}]}}""")]
    [InlineData("""{"detailed_mappings":{"t/0":[{"source_start":5,"target_start":2,"len":5},{"source_start":9,"target_start":20,"len":5}]}}""")]
    public async Task What_does_not_ascend_makes_no_map(string report)
    {
        var failure = await Assert.ThrowsAsync<RestoreException>(() => ReportFiles.ImportAsync(report));
        Assert.Equal((ErrorCodes.StateCorrupt, "report, t/0"), (failure.Code, failure.Where));
    }

    [Fact]
    public async Task A_record_that_was_written_twice_keeps_its_first_target()
    {
        var imported = await ReportFiles.ImportAsync(
            """{"detailed_mappings":{"t/0":[{"source_offset":5,"target_offset":2},{"source_offset":6,"target_offset":3},{"source_offset":5,"target_offset":4},{"source_offset":6,"target_offset":5},{"source_offset":7,"target_offset":6}]}}""");
        var map = Assert.Single(imported.Maps);
        Assert.Equal([new OffsetRun(5, 2, 2), new OffsetRun(7, 6, 1)], map.Map.RunsAsync(default).ToBlockingEnumerable());
        Assert.Equal(2, map.Repeated);
    }

    [Theory]
    [InlineData("""{"x":"LONG"}""")]
    [InlineData("""{"LONG":1}""")]
    [InlineData("""{"entries":{"LONG/0":{}}}""")]
    [InlineData("target_topic,LONG\n")]
    [InlineData("\"LONG")]
    public async Task A_value_beyond_the_limit_is_refused(string report)
    {
        var failure = await Assert.ThrowsAsync<RestoreException>(() => ReportFiles.ImportAsync(report.Replace("LONG", new string('x', 300_000), StringComparison.Ordinal)));
        Assert.Equal(ErrorCodes.StateCorrupt, failure.Code);
        Assert.Contains("more than 262144 bytes", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"entries":{"t/0":{"source_first_offset":0,"source_last_offset":0},"t/1":{"source_first_offset":0,"source_last_offset":0}}}""")]
    [InlineData("""{"detailed_mappings":{"t/0":[],"t/1":[]}}""")]
    [InlineData("""{"consumer_groups":{"g":{"offsets":{"t":{"1":{"source_offset":1},"2":{"source_offset":1}}}}}}""")]
    [InlineData("""{"consumer_groups":{"g":{},"h":{},"i":{}}}""")]
    [InlineData("target_topic,target_partition,source_offset,target_offset\nt,0,1,2\nt,1,1,2\n")]
    public async Task More_than_the_limits_is_refused(string report)
    {
        var limits = new OffsetReportLimits { Maps = 1, GroupOffsets = 2 };
        var failure = await Assert.ThrowsAsync<RestoreException>(() => ReportFiles.ReadAsync(Encoding.UTF8.GetBytes(report), limits));
        Assert.Equal(ErrorCodes.StateCorrupt, failure.Code);
        Assert.Contains("holds more than", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(OffsetReportFormat.JsonRuns)]
    [InlineData(OffsetReportFormat.Csv)]
    public async Task Random_damage_is_told_or_read_and_never_a_crash(OffsetReportFormat format)
    {
        var (map, _, _) = await RandomRuns.FromSeed(3, 100, maxGap: 3, maxLength: 5).WriteAsync();
        var whole = await ReportFiles.WriteAsync(format, new OffsetReportSummary { SourceClusterId = "id" }, ReportedMap.Of(ReportFiles.Pair("t", 0, "s"), map));
        var damage = from at in Gen.Choose(0, whole.Length - 1) from cut in Gen.Choose(0, 3) from value in Gen.Elements(Encoding.ASCII.GetBytes("{}[]\",:0-9x\\\n\r\0\xff")) select (at, cut, value);
        Prop.ForAll(damage.ToArbitrary(), drawn =>
        {
            var bytes = drawn.cut == 0 ? whole[..drawn.at] : whole.ToArray();
            if (drawn.cut > 0)
            {
                bytes[drawn.at] = drawn.value;
            }

            var failure = Record.Exception(() => ReportFiles.ImportAsync(bytes).GetAwaiter().GetResult());
            Assert.True(failure is null || (failure is RestoreException told && told.Code == ErrorCodes.StateCorrupt), failure?.ToString());
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    [Fact]
    public async Task Buffer_ends_fall_anywhere_without_harm()
    {
        // Longer than several buffers, read in pieces of every size.
        var runs = Enumerable.Range(0, 4_000).Select(i => new TimedRun(new OffsetRun(i * 3, i, 1), i, i)).ToArray();
        foreach (var format in Enum.GetValues<OffsetReportFormat>())
        {
            var report = await ReportFiles.WriteAsync(format, new(), ReportFiles.Map(ReportFiles.Pair("with \"quote\"", 0), runs));
            await using var reader = new OffsetReportReader(new TricklingStream(report), "report");
            var read = await OffsetReportImport.ReadAsync(reader, "report", null, default);
            Assert.Equal(runs.Select(run => run.Run), Assert.Single(read.Maps).Map.RunsAsync(default).ToBlockingEnumerable());
        }
    }

    [Fact]
    public async Task The_summary_is_not_given_before_the_end()
    {
        await using var reader = ReportFiles.Open("{}");
        Assert.Throws<InvalidOperationException>(() => reader.Summary);
        await foreach (var _ in reader.ReadRunsAsync(default))
        {
        }

        Assert.Empty(reader.Summary.Entries);
        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (var _ in reader.ReadRunsAsync(default))
            {
            }
        });
    }

    private sealed class TricklingStream(byte[] bytes) : MemoryStream(bytes)
    {
        private readonly Random _random = new(4);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, _random.Next(1, 5_000))], cancellationToken);
    }
}
