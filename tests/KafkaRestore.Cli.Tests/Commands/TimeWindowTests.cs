using System.Text.Json;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Cli.Tests.Support;
using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Commands;

/// <summary>Time windows over an archive of disordered times: the index, and what slack loses.</summary>
public sealed class TimeWindowTests
{
    // Nobody listens on port 1 of loopback.
    private const string NoBroker = "127.0.0.1:1";
    private const string Shuffled = "topics: {include: [edge.shuffled]}";

    // Every segment of edge.shuffled holds a record of this hour; the first and last records of 13 of the 16 do not say so.
    private const string LastHour = "time_window_start: 2026-01-01T09:00:00Z";

    [Fact]
    public async Task The_index_needs_no_target_and_is_complete_after_one_run()
    {
        using var scratch = new Scratch();
        var config = scratch.Configuration("edges", NoBroker);
        var state = scratch.PathOf("state");
        string[] arguments = ["index", "--config", config, "--state-dir", state];

        var before = JsonShape.Parse((await CliProgram.RunAsync([.. arguments, "--show", "--format", "json"])).MustExit(0).Out);
        Assert.Equal(("incomplete", 0L), Known(before));
        Assert.False(Directory.Exists(state));

        var first = (await CliProgram.RunAsync([.. arguments, "--max-concurrent", "3"])).MustExit(0);
        Assert.StartsWith("COMPLETE: ", first.Out, StringComparison.Ordinal);
        Assert.Contains("0 of 48 segments known", first.Error, StringComparison.Ordinal);

        var second = JsonShape.Parse((await CliProgram.RunAsync([.. arguments, "--format", "json"])).MustExit(0).Out);
        Assert.Equal(("complete", 48L), Known(second));
        Assert.Equal((0, 48), (second.GetProperty("segments_read").GetInt32(), second.GetProperty("segments_known_before").GetInt32()));
        var shuffled = second.GetProperty("topics").EnumerateArray().Single(topic => topic.GetProperty("topic").GetString() == "edge.shuffled");
        Assert.Equal((16, 498 * 60_000L), (shuffled.GetProperty("segments_disordered").GetInt32(), shuffled.GetProperty("slack_needed_ms").GetInt64()));

        static (string?, long) Known(JsonElement report) => (report.GetProperty("status").GetString(), report.GetProperty("segments_known").GetInt64());
    }

    [Fact]
    public async Task A_damaged_segment_exits_4_with_its_name_and_the_rest_is_noted()
    {
        using var scratch = new Scratch();
        var storage = scratch.CopyArchive("edges");
        var segment = Directory.EnumerateFiles(Path.Combine(storage, "edges", "topics", "edge.shuffled", "partition=0")).Order(StringComparer.Ordinal).First();
        DamagedArchives.Damage(segment, "flipped bit");
        var result = (await CliProgram.RunAsync("index", "-c", scratch.Configuration("edges", NoBroker, target: Shuffled, storage: storage), "--state-dir", scratch.PathOf("s"), "-f", "json")).MustExit(4);
        var json = JsonShape.Parse(result.Out);
        Assert.Equal((15, "ARCHIVE_CORRUPT"), (json.GetProperty("segments_known").GetInt32(), Assert.Single(json.GetProperty("problems").EnumerateArray()).GetProperty("code").GetString()));
    }

    [Fact]
    public async Task A_first_interrupt_exits_5_and_the_same_command_goes_on()
    {
        using var scratch = new Scratch();
        const int Segments = 8_000;
        var archive = new ArchiveBuilder("many");
        for (var i = 0; i < Segments; i++)
        {
            archive.Segment("t", 0, SegmentCompression.None, TestRecords.Ordinary(2, firstOffset: i * 2));
        }

        Directory.CreateDirectory(scratch.PathOf("storage"));
        await archive.WriteAsync(StorageFactory.Open(new FileSystemStorageOptions { Path = scratch.PathOf("storage") }));
        string[] arguments = ["index", "-c", scratch.Configuration("many", NoBroker, storage: scratch.PathOf("storage")), "--state-dir", scratch.PathOf("s"), "--format", "json", "--max-concurrent", "1"];
        await using var program = CliProgram.Start(arguments);
        await program.SeesAsync("0 of 8,000 segments known");
        program.Signal("INT");

        var stopped = (await program.EndAsync()).MustExit(5);
        var first = JsonShape.Parse(stopped.Out);
        Assert.Equal("stopped", first.GetProperty("status").GetString());
        Assert.Contains("Run the same command again", stopped.Error, StringComparison.Ordinal);

        var second = JsonShape.Parse((await CliProgram.RunAsync(arguments)).MustExit(0).Out);
        Assert.Equal(first.GetProperty("segments_known").GetInt64(), second.GetProperty("segments_known_before").GetInt64());
        Assert.Equal(Segments, second.GetProperty("segments_known_before").GetInt64() + second.GetProperty("segments_read").GetInt64());
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1001")]
    [InlineData("many")]
    public async Task A_wrong_number_at_once_exits_2(string number)
    {
        var result = (await CliProgram.RunAsync("index", "-c", "any.yaml", "--max-concurrent", number)).MustExit(2);
        Assert.Contains("--max-concurrent takes", result.Error, StringComparison.Ordinal);
    }

    [KafkaFact]
    public async Task A_window_restores_the_same_with_and_without_the_index()
    {
        using var scratch = new Scratch();
        var broker = await KafkaBroker.SharedAsync();
        var state = scratch.PathOf("state");
        var expected = Golden.Expected("edges", "edge.time", 0).Where(record => record.Timestamp >= 1767225605002).ToList();
        var reports = new List<JsonElement>();
        for (var run = 0; run < 2; run++)
        {
            var topic = await broker.CreateTopicAsync(partitions: 1);
            var config = scratch.Configuration("edges", broker.BootstrapServers, $"topic_mapping: {{edge.time: {topic}}}\ntime_window_start: 1767225605002", "topics: {include: [edge.time]}");
            reports.Add(JsonShape.Parse((await CliProgram.RunAsync("restore", "-c", config, "--state-dir", state, "-f", "json")).MustExit(0).Out));
            (await CliProgram.RunAsync("verify", "-c", config, "--state-dir", state)).MustExit(0);
            Assert.Equal(expected.Count, reports[^1].GetProperty("records_restored").GetInt32());
        }

        Assert.Equal(
            [120 - expected.Count, 120 - expected.Count],
            reports.Select(report => report.GetProperty("records_skipped_by_window").GetInt32()));
    }

    [KafkaFact]
    public async Task Segments_outside_the_window_are_left_out_by_the_index_and_the_dry_run_says_so()
    {
        using var scratch = new Scratch();
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync(partitions: 3);
        var state = scratch.PathOf("state");
        const string First = "time_window_end: 2026-01-01T00:05:57Z";
        var config = scratch.Configuration("incremental", broker.BootstrapServers, $"topic_mapping: {{inc.events: {topic}}}\n{First}", "topics: {include: [inc.events]}");
        (await CliProgram.RunAsync("index", "-c", config, "--state-dir", state)).MustExit(0);

        var foreseen = JsonShape.Parse((await CliProgram.RunAsync("validate-restore", "-c", config, "--state-dir", state, "-f", "json")).MustExit(0).Out);
        var (read, spared) = (foreseen.GetProperty("segments_to_process").GetInt32(), foreseen.GetProperty("segments_outside_window").GetInt32());
        Assert.Equal((3, 9), (read, spared));

        var result = (await CliProgram.RunAsync("restore", "-c", config, "--state-dir", state, "-f", "json")).MustExit(0);
        Assert.Contains("9 of 12 segment(s) are not read", result.Error, StringComparison.Ordinal);
        var report = JsonShape.Parse(result.Out);
        Assert.Equal((9, 12), (report.GetProperty("segments_not_read").GetInt32(), report.GetProperty("segments_processed").GetInt32()));
        Assert.Equal(
            report.GetProperty("records_planned").GetInt64(),
            report.GetProperty("records_restored").GetInt64() + report.GetProperty("records_skipped_by_window").GetInt64());
        (await CliProgram.RunAsync("verify", "-c", config, "--state-dir", state)).MustExit(0);
    }

    [KafkaFact]
    public async Task Slack_that_is_too_small_loses_records_and_every_run_says_so()
    {
        using var scratch = new Scratch();
        var broker = await KafkaBroker.SharedAsync();
        var inWindow = Enumerable.Range(0, 2).Sum(partition => Golden.Expected("edges", "edge.shuffled", partition).Count(record => record.Timestamp >= 1767258000000));

        var (small, smallConfig) = await RestoreAsync("0s");
        Assert.StartsWith("DONE: every record that was to be read", small.Out, StringComparison.Ordinal);
        foreach (var said in new[] { small.Out, small.Error })
        {
            Assert.Contains("time_window_slack leaves out 13 segment(s) with 480 record(s)", Unwrapped(said), StringComparison.Ordinal);
            Assert.Contains("may be missing", Unwrapped(said), StringComparison.Ordinal);
        }

        var (large, _) = await RestoreAsync("9h");
        Assert.DoesNotContain("may be missing", large.Out + large.Error, StringComparison.Ordinal);
        Assert.Contains($"{inWindow} restored of 600", large.Out, StringComparison.Ordinal);

        // What was lost is missing in the target, and a comparison that knows better says so.
        var state = scratch.PathOf("0s");
        var comparison = (await CliProgram.RunAsync("verify", "-c", smallConfig, "--state-dir", state)).MustExit(0);
        Assert.Contains("may be missing", Unwrapped(comparison.Out), StringComparison.Ordinal);
        (await CliProgram.RunAsync("index", "-c", smallConfig, "--state-dir", state)).MustExit(0);
        Assert.Contains("missing in the target", (await CliProgram.RunAsync("verify", "-c", smallConfig, "--state-dir", state)).MustExit(4).Out, StringComparison.Ordinal);

        async Task<(CliResult Result, string Configuration)> RestoreAsync(string slack)
        {
            var topic = await broker.CreateTopicAsync(partitions: 2);
            var text = File.ReadAllText(scratch.Configuration("edges", broker.BootstrapServers, $"topic_mapping: {{edge.shuffled: {topic}}}\n{LastHour}\ntime_window_slack: {slack}", Shuffled));
            var config = scratch.Write($"{slack}.yaml", text);
            return ((await CliProgram.RunAsync("restore", "-c", config, "--state-dir", scratch.PathOf(slack))).MustExit(0), config);
        }

        static string Unwrapped(string text) => string.Join(' ', text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
    }
}
