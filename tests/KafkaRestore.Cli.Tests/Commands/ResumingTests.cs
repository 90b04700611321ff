using System.Text.Json;
using KafkaRestore.Cli.Tests.Support;
using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Commands;

/// <summary>The state of a restore: what a second run does with it, and what <c>status</c> shows of it.</summary>
public sealed class ResumingTests
{
    private const string NoBroker = "127.0.0.1:1";

    [KafkaFact]
    public async Task A_second_run_says_that_the_restore_is_finished_and_writes_nothing()
    {
        using var job = await Job.CreateAsync();
        var first = JsonShape.Parse((await job.RestoreAsync("--format", "json")).MustExit(0).Out);
        Assert.Equal((3000, 0, 0), Counts(first));
        Assert.Equal(("done", 3000), (Word(job.State, "status"), Number(job.State, "records_restored")));
        var ends = await job.EndsAsync();

        var second = (await job.RestoreAsync()).MustExit(0);

        Assert.StartsWith("FINISHED: ", second.Out, StringComparison.Ordinal);
        var said = Assert.Single(second.Error.Split('\n'), line => line.StartsWith("this restore is finished since ", StringComparison.Ordinal));
        Assert.All(["3,000 records", job.StateFile, "--again"], part => Assert.Contains(part, said, StringComparison.Ordinal));
        Assert.Equal(ends, await job.EndsAsync());
    }

    [KafkaFact]
    public async Task A_finished_restore_is_told_as_json_with_the_fields_of_its_state()
    {
        using var job = await Job.CreateAsync();
        (await job.RestoreAsync()).MustExit(0);

        var json = JsonShape.Parse((await job.RestoreAsync("--format", "json")).MustExit(0).Out);

        Assert.Equal(("done", 3000), (Word(json, "status"), Number(json, "records_restored")));
    }

    [KafkaFact]
    public async Task Again_is_refused_while_the_target_holds_records_and_leaves_the_finished_job_as_it_is()
    {
        using var job = await Job.CreateAsync();
        (await job.RestoreAsync()).MustExit(0);
        var state = File.ReadAllText(job.StateFile);

        var again = (await job.RestoreAsync("--again")).MustExit(3);

        Assert.Contains("TARGET_NOT_EMPTY: ", again.Error, StringComparison.Ordinal);
        Assert.StartsWith("REFUSED: ", again.Out, StringComparison.Ordinal);
        Assert.Equal(state, File.ReadAllText(job.StateFile));
        Assert.StartsWith("FINISHED: ", (await job.RestoreAsync()).MustExit(0).Out, StringComparison.Ordinal);
    }

    [KafkaFact]
    public async Task Again_begins_a_new_job_where_the_target_takes_it()
    {
        using var job = await Job.CreateAsync();
        (await job.RestoreAsync()).MustExit(0);
        job.Configure("into_existing: append");

        var again = JsonShape.Parse((await job.RestoreAsync("--again", "--format", "json")).MustExit(0).Out);

        Assert.Equal((3000, 0, 0), Counts(again));
        Assert.Equal((2, 3000), (Number(job.State, "run"), Number(job.State, "records_restored")));
        Assert.Equal(6000, await job.CountAsync());
    }

    [KafkaFact]
    public async Task Another_selection_is_refused_with_the_key_and_writes_nothing()
    {
        using var job = await Job.CreateAsync();
        (await job.RestoreAsync()).MustExit(0);
        var state = File.ReadAllText(job.StateFile);
        job.Configure("time_window_end: 2026-01-01T02:00:00Z");

        var result = (await job.RestoreAsync()).MustExit(3);

        Assert.StartsWith("JOB_DIFFERS: ", result.Error, StringComparison.Ordinal);
        Assert.Contains("selection.time_window_end: was nothing / is 2026-01-01T02:00:00", result.Error, StringComparison.Ordinal);
        Assert.Equal("", result.Out);
        Assert.Equal(state, File.ReadAllText(job.StateFile));
        Assert.Equal(3000, await job.CountAsync());
    }

    [KafkaFact]
    public async Task A_restore_that_another_process_works_on_is_refused()
    {
        using var job = await Job.CreateAsync();
        Directory.CreateDirectory(job.StateFile + ".d");
        using (new FileStream(Path.Combine(job.StateFile + ".d", "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
        {
            var result = (await job.RestoreAsync()).MustExit(3);

            Assert.StartsWith("JOB_LOCKED: ", result.Error, StringComparison.Ordinal);
            Assert.Contains(job.StateFile, result.Error, StringComparison.Ordinal);
        }

        Assert.Equal(0, await job.CountAsync());
    }

    [KafkaFact]
    public async Task A_stopped_restore_goes_on_with_the_same_command_and_says_from_where()
    {
        using var job = await Job.CreateAsync("rate_limit_records_per_sec: 50");
        long before;
        await using (var program = CliProgram.Start(["restore", "--config", job.Config, "--format", "json"]))
        {
            await job.UntilSomeAsync();
            program.Signal("INT");
            var stopped = (await program.EndAsync()).MustExit(5);
            Assert.Contains("Run the same command again to go on.", stopped.Error, StringComparison.Ordinal);
            before = JsonShape.Parse(stopped.Out).GetProperty("records_restored").GetInt64();
        }

        Assert.Equal(("stopped", before), (Word(job.State, "status"), Number(job.State, "records_restored")));
        job.Configure("");

        var result = (await job.RestoreAsync("--format", "json")).MustExit(0);

        Assert.Matches($"(?m)^going on with job .+: 0 of 3 partitions done, [1-3] begun, {before:N0} records? restored so far", result.Error);
        Assert.Equal((3000, before, 0), Counts(JsonShape.Parse(result.Out)));
        Assert.Equal(3000, await job.CountAsync());
    }

    [KafkaFact]
    public async Task Adopt_compares_the_target_and_sends_nothing_that_stands_there()
    {
        using var job = await Job.CreateAsync();
        (await job.RestoreAsync()).MustExit(0);
        var before = await job.CountAsync();

        var result = (await job.RestoreAsync("--adopt", "--format", "json")).MustExit(0);

        Assert.Contains("--adopt: ", result.Error, StringComparison.Ordinal);
        Assert.Equal((3000, 0, 3000), Counts(JsonShape.Parse(result.Out)));
        Assert.Equal(before, await job.CountAsync());
    }

    [KafkaFact]
    public async Task Without_a_named_file_the_state_is_in_the_state_directory_and_status_finds_it()
    {
        using var job = await Job.CreateAsync();
        var directory = job.Scratch.PathOf("states");
        (await job.RestoreAsync("--state-dir", directory)).MustExit(0);

        var file = Assert.Single(Directory.EnumerateFiles(directory, "job.json", SearchOption.AllDirectories));
        Assert.False(File.Exists(job.StateFile));
        var status = (await CliProgram.RunAsync("status", "--config", job.Config, "--state-dir", directory)).MustExit(0);
        Assert.StartsWith("DONE: ", status.Out, StringComparison.Ordinal);
        Assert.Contains(file, status.Out, StringComparison.Ordinal);
        Assert.Matches("(?m)^Records +3,000 restored$", status.Out);
        Assert.Matches("(?m)^Partitions +3 done of 3, 0 begun, 0 failed in the last run$", status.Out);
    }

    [KafkaFact]
    public async Task The_json_of_status_is_the_state_itself_by_configuration_and_by_file()
    {
        using var job = await Job.CreateAsync();
        (await job.RestoreAsync()).MustExit(0);

        foreach (var place in new string[][] { ["--config", job.Config], ["--state", job.StateFile] })
        {
            var json = JsonShape.Parse((await CliProgram.RunAsync(["status", .. place, "--format", "json"])).MustExit(0).Out);
            Assert.True(JsonElement.DeepEquals(job.State, json), json.ToString());
        }
    }

    [KafkaFact]
    public async Task A_dry_run_keeps_no_state_and_says_that_its_flags_have_no_effect()
    {
        using var job = await Job.CreateAsync("dry_run: true");

        var result = (await job.RestoreAsync("--again", "--state-dir", job.Scratch.PathOf("states"))).MustExit(0);

        Assert.Equal(2, result.Error.Split('\n').Count(line => line.EndsWith("has no effect: a dry run keeps no state", StringComparison.Ordinal)));
        Assert.Equal([job.Config], Directory.EnumerateFileSystemEntries(job.Scratch.Root));
    }

    [Fact]
    public async Task The_demo_keeps_no_state()
    {
        using var scratch = new Scratch();
        await using var demo = CliProgram.Start(["demo", "--archive", Path.Combine(Golden.RepositoryRoot(), "samples", "archive")], ("XDG_STATE_HOME", scratch.Root));

        (await demo.EndAsync()).MustExit(0);

        Assert.Empty(Directory.EnumerateFileSystemEntries(scratch.Root));
    }

    [Fact]
    public async Task Without_a_state_status_exits_3_and_names_the_place()
    {
        using var scratch = new Scratch();
        var missing = scratch.PathOf("none.json");

        var result = (await CliProgram.RunAsync("status", "--state", missing)).MustExit(3);

        Assert.StartsWith("JOB_NOT_FOUND: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(missing, result.Error, StringComparison.Ordinal);
        Assert.Equal("", result.Out);
        Assert.Empty(Directory.EnumerateFileSystemEntries(scratch.Root));
    }

    [Fact]
    public async Task A_file_of_another_program_is_no_state()
    {
        using var scratch = new Scratch();
        var file = scratch.Write("checkpoint.json", """{"segments": []}""");

        (await CliProgram.RunAsync("status", "--state", file)).MustExit(3);

        Assert.Equal("""{"segments": []}""", File.ReadAllText(file));
    }

    [Fact]
    public async Task A_target_that_does_not_answer_leaves_no_state()
    {
        using var scratch = new Scratch();

        (await CliProgram.RunAsync("restore", "-c", scratch.Configuration("shop", NoBroker), "--state-dir", scratch.PathOf("states"))).MustExit(3);

        Assert.False(Directory.Exists(scratch.PathOf("states")));
    }

    [Theory]
    [InlineData("restore --config x.yaml --again --adopt", "--again")]
    [InlineData("restore --config x.yaml --state-dir=", "--state-dir")]
    [InlineData("status", "--config or --state")]
    [InlineData("status --config x.yaml --state y.json", "--config or --state")]
    [InlineData("status --state y.json --state-dir z", "--state-dir")]
    public async Task Flags_that_contradict_each_other_are_wrong_use(string arguments, string named)
    {
        var result = (await CliProgram.RunAsync(arguments.Split(' '))).MustExit(2);

        Assert.StartsWith("USAGE: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(named, result.Error, StringComparison.Ordinal);
    }

    private static string Word(JsonElement json, string name) => json.GetProperty(name).GetString()!;

    private static long Number(JsonElement json, string name) => json.GetProperty(name).GetInt64();

    private static (long Restored, long Before, long Recognised) Counts(JsonElement report) =>
        (Number(report, "records_restored"), Number(report, "records_restored_before"), Number(report, "records_recognised"));

    /// <summary>A restore of 3,000 records into a topic of its own, whose state has a file of its own.</summary>
    private sealed class Job : IDisposable
    {
        private const int Partitions = 3;
        private readonly KafkaBroker _broker;
        private readonly string _topic;

        private Job(KafkaBroker broker, string topic)
        {
            _broker = broker;
            _topic = topic;
        }

        public Scratch Scratch { get; } = new();

        public string Config { get; private set; } = "";

        public string StateFile => Scratch.PathOf("state.json");

        public JsonElement State => JsonShape.Parse(File.ReadAllText(StateFile));

        public static async Task<Job> CreateAsync(string restore = "")
        {
            var broker = await KafkaBroker.SharedAsync();
            var job = new Job(broker, await broker.CreateTopicAsync(Partitions));
            job.Configure(restore);
            return job;
        }

        public void Configure(string restore) => Config = Scratch.Configuration(
            "shop", _broker.BootstrapServers, $"topic_mapping: {{orders: {_topic}}}\ncheckpoint_state: {StateFile}\n{restore}", "topics: {include: [orders]}");

        public Task<CliResult> RestoreAsync(params string[] flags) => CliProgram.RunAsync(["restore", "--config", Config, .. flags]);

        public async Task<long> CountAsync() => (await ReadAsync()).Sum(partition => (long)partition.Count);

        /// <summary>The last offset of each partition: no control marker is added either.</summary>
        public async Task<List<long>> EndsAsync() => [.. (await ReadAsync()).Select(partition => partition[^1].Offset)];

        public async Task UntilSomeAsync()
        {
            var patience = System.Diagnostics.Stopwatch.StartNew();
            while (await CountAsync() == 0)
            {
                Assert.True(patience.Elapsed < TimeSpan.FromMinutes(1), $"no record arrived in {_topic}");
            }
        }

        public void Dispose() => Scratch.Dispose();

        private async Task<List<IReadOnlyList<ConsumedRecord>>> ReadAsync()
        {
            var partitions = new List<IReadOnlyList<ConsumedRecord>>();
            for (var partition = 0; partition < Partitions; partition++)
            {
                partitions.Add(await _broker.ReadAsync(_topic, partition));
            }

            return partitions;
        }
    }
}
