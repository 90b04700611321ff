using System.Text.Json;
using KafkaRestore.Cli.Tests.Support;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Commands;

/// <summary>Damaged copies of golden archives, and records that a topic does not take: left out when asked, and said so.</summary>
public sealed class SkippingTests
{
    private const string Lost = "topics/orders/partition=0/segment-00000000000000000300.bin.zst";
    private const string LeaveOut = "on_damaged_segment: skip\non_unwritable_record: skip";

    [RealKafkaTheory]
    [InlineData("flipped bit", 4, "ARCHIVE_CORRUPT")]
    [InlineData("wrong magic", 4, "ARCHIVE_CORRUPT")]
    [InlineData("truncated", 3, "ARCHIVE_CORRUPT")]
    [InlineData("empty", 3, "ARCHIVE_CORRUPT")]
    [InlineData("missing", 3, "SEGMENT_MISSING")]
    public async Task A_damaged_segment_stops_the_restore_and_is_left_out_when_asked(string way, int exitWhenNotAsked, string code)
    {
        using var job = await Job.CreateAsync("shop", "orders", 3);
        job.Damage(Lost, way);
        job.Configure("");
        var refused = (await job.RestoreAsync()).MustExit(exitWhenNotAsked);
        Assert.Contains(code, refused.Out, StringComparison.Ordinal);
        job.Configure(LeaveOut);

        var report = JsonShape.Parse((await job.RestoreAsync("--format", "json")).MustExit(4).Out);

        Assert.Equal(("partial", 2_700, 300, 0), (report.GetProperty("status").GetString(), Number(report, "records_restored"), Number(report, "records_in_damaged_segments"), Number(report, "unwritable_records")));
        Assert.Empty(report.GetProperty("errors").EnumerateArray());
        var skip = Assert.Single(report.GetProperty("skips").GetProperty("listed").EnumerateArray());
        Assert.Equal(
            ("orders", 0, 300, 599, 300, $"shop/{Lost}", code),
            (skip.GetProperty("topic").GetString(), Number(skip, "partition"), Number(skip, "first_offset"), Number(skip, "last_offset"), Number(skip, "records"), skip.GetProperty("object").GetString(), skip.GetProperty("code").GetString()));
        await job.MustHoldAsync(0, record => record.Offset is < 300 or > 599);
        await job.MustHoldAsync(1, static _ => true);
        await job.MustHoldAsync(2, static _ => true);
    }

    [KafkaFact]
    public async Task A_finished_job_says_what_it_has_left_out_with_4_and_stays_so_when_the_object_is_back()
    {
        using var job = await Job.CreateAsync("shop", "orders", 3);
        var whole = File.ReadAllBytes(job.PathOf(Lost));
        job.Damage(Lost, "missing");
        job.Configure(LeaveOut);
        var first = (await job.RestoreAsync()).MustExit(4);
        Assert.StartsWith("PARTIAL: what cannot be read or written was left out", first.Out, StringComparison.Ordinal);
        Assert.Contains($"orders/0, source offsets 300-599, 300 records: SEGMENT_MISSING: ", first.Out, StringComparison.Ordinal);
        Assert.Contains("it is left out (on_damaged_segment: skip)", first.Error, StringComparison.Ordinal);
        File.WriteAllBytes(job.PathOf(Lost), whole);

        var second = (await job.RestoreAsync()).MustExit(4);
        var status = (await CliProgram.RunAsync("status", "--config", job.Config)).MustExit(0);

        Assert.StartsWith("DIFFERENT: ", (await CliProgram.RunAsync("verify", "--config", job.Config)).MustExit(4).Out, StringComparison.Ordinal);
        var verified = (await CliProgram.RunAsync("verify", "--config", job.Config, "--state", job.StateFile)).MustExit(0);
        Assert.StartsWith("EQUAL: ", verified.Out, StringComparison.Ordinal);
        Assert.Contains("what the restore has left out: 1 segment or single record, 300 record(s) in all", verified.Out, StringComparison.Ordinal);
        Assert.StartsWith("FINISHED: ", second.Out, StringComparison.Ordinal);
        Assert.Contains("300 left out", second.Error, StringComparison.Ordinal);
        Assert.StartsWith("DONE: what can be read and written was restored", status.Out, StringComparison.Ordinal);
        Assert.Matches("(?m)^Left out +1 segment or single record that cannot be read or written, 300 records in all$", status.Out);
        await job.MustHoldAsync(0, record => record.Offset is < 300 or > 599);
    }

    [RealKafkaTheory]
    [InlineData("batch", "lz4", 950_000)]
    [InlineData("batch", "none", 300_000)]
    [InlineData("client", "lz4", 950_000)]
    [InlineData("client", "none", 300_000)]
    public async Task Records_too_large_for_the_topic_stop_the_restore_and_are_left_out_when_asked(string sink, string codec, int smallest)
    {
        // What the topic takes is what is left after compression.
        using var job = await Job.CreateAsync("edges", "edge.big", 2, ("max.message.bytes", "230000"));

        // The client sink waits until no request of the first run can be alive any more.
        var how = $"sink: {sink}\nproduce_codec: {codec}\nproduce_timeout_ms: 1000";
        job.Configure(how);

        // Without compression it is known before the first write.
        (await job.RestoreAsync()).MustExit(codec == "none" ? 3 : 4);
        job.Configure($"{how}\n{LeaveOut}");

        var report = JsonShape.Parse((await job.RestoreAsync("--format", "json")).MustExit(4).Out);

        var tooLarge = Golden.Expected("edges", "edge.big", 1).Where(record => record.Value!.Length >= smallest).ToList();
        Assert.Equal(("partial", tooLarge.Count), (report.GetProperty("status").GetString(), Number(report, "unwritable_records")));
        Assert.Empty(report.GetProperty("errors").EnumerateArray());
        Assert.Equal(
            tooLarge.Select(record => (record.Offset, "RECORD_TOO_LARGE")),
            report.GetProperty("skips").GetProperty("listed").EnumerateArray().Select(skip => (Number(skip, "first_offset"), skip.GetProperty("code").GetString()!)));
        await job.MustHoldAsync(0, static _ => true);
        await job.MustHoldAsync(1, record => record.Value!.Length < smallest);
    }

    [RealKafkaFact]
    public async Task Killed_right_behind_the_decision_the_next_run_leaves_out_the_same_and_sends_the_rest_once()
    {
        using var job = await Job.CreateAsync("shop", "orders", 3);
        job.Damage(Lost, "flipped bit");
        job.Configure($"{LeaveOut}\nrate_limit_records_per_sec: 600");
        await using (var program = CliProgram.Start(["restore", "--config", job.Config]))
        {
            await job.UntilSkippedAsync();
            program.Signal("KILL");
            await program.EndAsync();
        }

        var noted = File.ReadAllText(Assert.Single(job.SkipFiles()));
        job.Configure(LeaveOut);

        var report = JsonShape.Parse((await job.RestoreAsync("--format", "json")).MustExit(4).Out);

        Assert.Equal((2_700, 1), (Number(report, "records_restored"), Number(report.GetProperty("skips"), "total")));
        Assert.Equal(noted, File.ReadAllText(Assert.Single(job.SkipFiles())));
        await job.MustHoldAsync(0, record => record.Offset is < 300 or > 599);
        await job.MustHoldAsync(1, static _ => true);
        await job.MustHoldAsync(2, static _ => true);
    }

    private static long Number(JsonElement json, string name) => json.GetProperty(name).GetInt64();

    /// <summary>A restore of a copy of a golden archive's topic into a topic of its own.</summary>
    private sealed class Job : IDisposable
    {
        private readonly Scratch _scratch = new();
        private readonly KafkaBroker _broker;
        private readonly string _archive;
        private readonly string _source;
        private readonly string _target;
        private readonly string _storage;

        private Job(KafkaBroker broker, string archive, string source, string target)
        {
            (_broker, _archive, _source, _target) = (broker, archive, source, target);
            _storage = _scratch.CopyArchive(archive);
        }

        public string Config { get; private set; } = "";

        public string StateFile => _scratch.PathOf("state.json");

        public static async Task<Job> CreateAsync(string archive, string topic, int partitions, params (string Name, string Value)[] settings)
        {
            var broker = await KafkaBroker.SharedAsync();
            return new Job(broker, archive, topic, await broker.CreateTopicAsync(partitions, settings.ToDictionary(setting => setting.Name, setting => setting.Value)));
        }

        public string PathOf(string key) => Path.Combine(_storage, _archive, key);

        public void Damage(string key, string way) => DamagedArchives.Damage(PathOf(key), way);

        public void Configure(string restore) => Config = _scratch.Configuration(
            _archive,
            _broker.BootstrapServers,
            $"topic_mapping: {{{_source}: {_target}}}\nstrip_offset_headers: true\ncheckpoint_state: {StateFile}\n{restore}",
            $"topics: {{include: [{_source}]}}",
            _storage);

        public Task<CliResult> RestoreAsync(params string[] flags) => CliProgram.RunAsync(["restore", "--config", Config, .. flags]);

        /// <summary>A partition holds what the source held, as far as it was not left out.</summary>
        public async Task MustHoldAsync(int partition, Func<RecordData, bool> kept)
        {
            var log = await _broker.ReadAsync(_target, partition);
            var expected = Golden.Expected(Golden.ExpectedSet(_archive), _source, partition).Where(kept);
            Assert.Equal(expected.Select(ConsumedRecord.ContentOf), log.Select(record => record.Content));
        }

        public IEnumerable<string> SkipFiles() =>
            Directory.Exists(StateFile + ".d") ? Directory.EnumerateFiles(StateFile + ".d", "*.skips", SearchOption.AllDirectories) : [];

        public async Task UntilSkippedAsync()
        {
            var patience = System.Diagnostics.Stopwatch.StartNew();
            while (!SkipFiles().Any(file => File.ReadLines(file).Count() > 1))
            {
                Assert.True(patience.Elapsed < TimeSpan.FromMinutes(1), "nothing was left out");
                await Task.Yield();
            }
        }

        public void Dispose() => _scratch.Dispose();
    }
}
