using KafkaRestore.Cli.Tests.Support;

namespace KafkaRestore.Cli.Tests.Commands.OffsetMaps;

/// <summary>The commands that read an offset report, without a broker.</summary>
public sealed class OffsetMapTests : IDisposable
{
    private const string Report = """
        {"format_version": 2,
         "entries": {
           "t/0 from a/0": {"topic": "t", "partition": 0, "source_first_offset": 0, "source_last_offset": 4, "target_first_offset": 0, "target_last_offset": 4, "source_topic": "a", "source_partition": 0},
           "t/0 from b/0": {"topic": "t", "partition": 0, "source_first_offset": 0, "source_last_offset": 4, "target_first_offset": 5, "target_last_offset": 9, "source_topic": "b", "source_partition": 0},
           "u/3": {"topic": "u", "partition": 3, "source_first_offset": 10, "source_last_offset": 29, "target_first_offset": 1, "target_last_offset": 11, "source_topic": "c", "source_partition": 3}},
         "detailed_mappings": {
           "t/0 from a/0": [{"source_start": 0, "target_start": 0, "len": 5}],
           "t/0 from b/0": [{"source_start": 0, "target_start": 5, "len": 5}],
           "u/3": [{"source_start": 10, "target_start": 1, "len": 10}, {"source_start": 29, "target_start": 11, "len": 1}]}}
        """;

    private readonly Scratch _scratch = new();
    private readonly string _file;

    public OffsetMapTests() => _file = _scratch.Write("report.json", Report);

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("c:3:0", "u,3,1")]
    [InlineData("c:3:15", "u,3,6")]
    [InlineData("c:3:20", "u,3,11")]
    [InlineData("c:3:30", "u,3,12")]
    [InlineData("b:0:2", "t,0,7")]
    [InlineData("--group a:0:3 b:0:4", "t,0,3")]
    [InlineData("--topic c --partition 3 --offset 15", "u,3,6")]
    public async Task Offsets_are_translated(string asked, string expected)
    {
        var result = (await CliProgram.RunAsync(["offset-map", "translate", "--from", _file, "--format", "csv", .. asked.Split(' ')])).MustExit(0);
        Assert.Equal((expected + "\n", ""), (result.Out, result.Error));
    }

    [Theory]
    [InlineData("# offsets of billing\na:0:3\r\n\nb,0,4")]
    [InlineData("b:0:4\na:0:3\n")]
    public async Task A_groups_offsets_come_from_a_file_or_from_stdin(string list)
    {
        var file = _scratch.Write("group.csv", list);
        var byName = (await CliProgram.RunAsync("offset-map", "translate", "--from", _file, "--group", "--offsets", file, "--format", "json")).MustExit(0);
        var byStdin = (await CliProgram.BashAsync($"cat '{file}' | $KAFKA_RESTORE offset-map translate --from '{_file}' --group --offsets - --format json")).MustExit(0);
        Assert.Equal(byName.Out, byStdin.Out);
        var row = Assert.Single(JsonShape.Parse(byName.Out).GetProperty("translations").EnumerateArray());
        Assert.Equal((3, "bounded", 4), (row.GetProperty("target_offset").GetInt64(), row.GetProperty("label").GetString(), row.GetProperty("read_again").GetInt64()));
        Assert.Equal(2, row.GetProperty("sources").GetArrayLength());
    }

    [Fact]
    public async Task What_has_no_answer_is_named_and_exits_4()
    {
        var result = (await CliProgram.RunAsync("offset-map", "translate", "--from", _file, "c:3:15", "nothing:0:1", "--format", "json")).MustExit(4);
        Assert.Equal("nothing:0:1 has no answer: no map leads from this partition\n", result.Error);
        var json = JsonShape.Parse(result.Out);
        Assert.Equal((1, 1), (json.GetProperty("translations").GetArrayLength(), json.GetProperty("unknown").GetArrayLength()));
    }

    [Fact]
    public async Task The_text_names_record_label_and_the_sources_that_were_not_asked_about()
    {
        var result = (await CliProgram.RunAsync("offset-map", "translate", "--from", _file, "c:3:20", "c:3:30", "b:0:2")).MustExit(0);
        Assert.Matches(@"(?m)^  c:3:20 +29 +u/3 +11  exact$", result.Out);
        Assert.Matches(@"(?m)^  c:3:30 +end +u/3 +12  exact, end$", result.Out);
        Assert.Matches(@"(?m)^  b:0:2 +2 +t/0 +7  bounded$", result.Out);
        Assert.Matches(@"(?m)^ +also fed by a/0$", result.Out);
    }

    [Fact]
    public async Task A_sound_report_is_told_in_text_and_in_json()
    {
        Assert.StartsWith("SOUND: ", (await CliProgram.RunAsync("offset-map", "import", _file)).MustExit(0).Out, StringComparison.Ordinal);
        var maps = JsonShape.Parse((await CliProgram.RunAsync("offset-map", "import", _file, "--format", "json")).MustExit(0).Out).GetProperty("maps");
        Assert.Equal((21, 3), (maps.GetProperty("records").GetInt64(), maps.GetProperty("maps").GetArrayLength()));
        Assert.Equal(2, maps.GetProperty("maps")[2].GetProperty("runs").GetInt64());
    }

    [Fact]
    public async Task A_report_that_contradicts_itself_exits_4_and_a_damaged_one_3()
    {
        var odd = _scratch.Write("odd.json", Report.Replace("\"target_last_offset\": 11", "\"target_last_offset\": 500", StringComparison.Ordinal));
        var result = (await CliProgram.RunAsync("offset-map", "import", odd)).MustExit(4);
        Assert.StartsWith("CONTRADICTORY: ", result.Out, StringComparison.Ordinal);
        Assert.Contains("1-500", result.Out, StringComparison.Ordinal);

        var cut = _scratch.Write("cut.json", Report[..^40]);
        var damaged = (await CliProgram.RunAsync("offset-map", "translate", "--from", cut, "c:3:20")).MustExit(3);
        Assert.StartsWith("STATE_CORRUPT: ", damaged.Error, StringComparison.Ordinal);
        Assert.Contains(cut, damaged.Error, StringComparison.Ordinal);
        Assert.Equal("", damaged.Out);
    }

    [Fact]
    public async Task A_list_with_a_line_that_is_no_offset_is_refused_with_the_line()
    {
        var list = _scratch.Write("list.txt", "c:3:1\nc:3\n");
        var result = (await CliProgram.RunAsync("offset-map", "translate", "--from", _file, "--offsets", list)).MustExit(2);
        Assert.StartsWith($"CONFIG_INVALID: 'c:3' is no offset of a partition ({list}:2)", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_export_to_a_file_is_told_as_json()
    {
        var path = _scratch.PathOf("out.csv");
        var json = JsonShape.Parse((await CliProgram.RunAsync("offset-map", "export", "--from", _file, "--output", path, "--format", "json")).MustExit(0).Out);
        Assert.Equal((path, "csv", 3), (json.GetProperty("file").GetString(), json.GetProperty("format").GetString(), json.GetProperty("maps").GetInt32()));
        Assert.Equal(new FileInfo(path).Length, json.GetProperty("bytes").GetInt64());
    }

    [Fact]
    public async Task A_report_without_a_record_is_not_exported_over_another()
    {
        var empty = _scratch.Write("empty.json", """{"entries": {}, "detailed_mappings": {}}""");
        var path = _scratch.Write("out.json", "good");
        var result = (await CliProgram.RunAsync("offset-map", "export", "--from", empty, "--output", path)).MustExit(3);
        Assert.StartsWith("JOB_NOT_FOUND: ", result.Error, StringComparison.Ordinal);
        Assert.Equal("good", File.ReadAllText(path));
    }

    [Theory]
    [InlineData("offset-map", "a command is needed")]
    [InlineData("offset-map exprot", "did you mean 'export'?")]
    [InlineData("offset-map show", "--config, --state and --from")]
    [InlineData("offset-map show --state a --from b", "--config, --state and --from")]
    [InlineData("offset-map show --from b --state-dir c", "--state-dir goes with --config")]
    [InlineData("offset-map translate --from b", "what is to be translated")]
    [InlineData("offset-map translate --from b --topic c --offset 3", "--topic, --partition and --offset go together")]
    [InlineData("offset-map translate --from b --topic c --partition -1 --offset 3", "--partition takes a whole number")]
    [InlineData("offset-map translate --from b c:3", "TOPIC:PARTITION:OFFSET")]
    [InlineData("offset-map translate --from b --group c:3:1 c:3:2", "c/3 is given 2 times")]
    [InlineData("offset-map export --from b --format json", "--format goes with --output")]
    [InlineData("offset-map export --from b --report-format v3", "--report-format takes v1, v2 or csv")]
    [InlineData("offset-map rebuild --config a", "--output")]
    [InlineData("offset-map import", "FILE")]
    public async Task Wrong_use_is_told(string arguments, string named)
    {
        var result = (await CliProgram.RunAsync(arguments.Split(' '))).MustExit(2);
        Assert.StartsWith("USAGE: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(named, result.Error, StringComparison.Ordinal);
        Assert.Equal("", result.Out);
    }

    [Theory]
    [InlineData("show --from")]
    [InlineData("import")]
    public async Task A_file_that_is_not_there_exits_3(string command)
    {
        var missing = _scratch.PathOf("missing.json");
        var result = (await CliProgram.RunAsync(["offset-map", .. command.Split(' '), missing])).MustExit(3);
        Assert.Contains(missing, result.Error, StringComparison.Ordinal);
    }
}
