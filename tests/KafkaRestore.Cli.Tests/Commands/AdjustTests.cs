using System.Text.Json;
using KafkaRestore.Cli.Tests.Support;
using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Commands;

/// <summary>Limits of a restore that runs, changed by a second process.</summary>
public sealed class AdjustTests
{
    [KafkaFact]
    public async Task A_slow_restore_is_let_loose_and_both_say_so()
    {
        using var scratch = new Scratch();
        var config = await SlowAsync(scratch, "rate_limit_records_per_sec: 20");
        await using var restore = CliProgram.Start(["restore", "--config", config, "--format", "json"]);
        await restore.SeesAsync("Restoring ");

        var shown = JsonShape.Parse((await CliProgram.RunAsync("adjust", "--config", config, "--format", "json")).MustExit(0).Out);
        Assert.Equal((restore.Id, false, 20), (shown.GetProperty("process_id").GetInt32(), shown.GetProperty("changed").GetBoolean(), Records(shown, "limits").GetInt64()));
        Assert.Equal(JsonValueKind.Null, shown.GetProperty("limits").GetProperty("rate_limit_bytes_per_sec").ValueKind);
        Assert.Equal(2, shown.GetProperty("limits").GetProperty("max_concurrent_partitions").GetInt32());

        var changed = JsonShape.Parse((await CliProgram.RunAsync(
            "adjust", "--config", config, "--rate-limit-records-per-sec", "none", "--max-concurrent-partitions", "3", "--bytes-per-second", "1GiB", "--format", "json")).MustExit(0).Out);
        Assert.True(changed.GetProperty("changed").GetBoolean());
        Assert.Equal((20, JsonValueKind.Null), (Records(changed, "before").GetInt64(), Records(changed, "limits").ValueKind));
        Assert.Equal(1 << 30, changed.GetProperty("limits").GetProperty("rate_limit_bytes_per_sec").GetInt64());

        var result = (await restore.EndAsync()).MustExit(0);
        Assert.Matches(@"(?m)^limit changed at \S+ \S+: restore\.rate_limit_records_per_sec: 20 records/s -> no limit$", result.Error);
        Assert.Matches(@"(?m)^limit changed at \S+ \S+: restore\.max_concurrent_partitions: 2 partitions at once -> 3 partitions at once$", result.Error);
        var changes = JsonShape.Parse(result.Out).GetProperty("limit_changes").EnumerateArray().ToList();
        Assert.Equal(
            ["restore.rate_limit_records_per_sec", "restore.rate_limit_bytes_per_sec", "restore.max_concurrent_partitions"],
            changes.Select(change => change.GetProperty("limit").GetString()!));
        Assert.Equal((20, JsonValueKind.Null), (changes[0].GetProperty("from").GetInt64(), changes[0].GetProperty("to").ValueKind));
        Assert.True(changes[0].GetProperty("time").GetInt64() > 0);
    }

    [KafkaFact]
    public async Task The_report_for_people_has_a_line_for_each_change()
    {
        using var scratch = new Scratch();
        var config = await SlowAsync(scratch, "rate_limit_records_per_sec: 20");
        await using var restore = CliProgram.Start(["restore", "--config", config]);
        await restore.SeesAsync("Restoring ");

        var adjusted = (await CliProgram.RunAsync("adjust", "--config", config, "--rate-limit-records-per-sec", "100000")).MustExit(0);

        Assert.Matches(@"(?m)^Records/s +100,000 records/s \(was 20 records/s\)$", adjusted.Out);
        Assert.Matches(@"(?m)^Bytes/s +no limit$", adjusted.Out);
        var result = (await restore.EndAsync()).MustExit(0);
        Assert.Matches(@"(?m)^Limits changed:\n  \S+ \S+: restore\.rate_limit_records_per_sec: 20 records/s -> 100,000 records/s$", result.Out);
    }

    [KafkaFact]
    public async Task More_partitions_than_the_memory_budget_allows_are_refused_with_2_and_the_most_that_would_do()
    {
        using var scratch = new Scratch();
        var config = await SlowAsync(scratch, "rate_limit_records_per_sec: 20\nmemory_budget: 12MiB", atOnce: 1);
        await using var restore = CliProgram.Start(["restore", "--config", config]);
        await restore.SeesAsync("Restoring ");

        var refused = (await CliProgram.RunAsync("adjust", "--config", config, "--max-concurrent-partitions", "3")).MustExit(2);

        Assert.Matches(@"^CONFIG_INVALID: this run's memory budget leaves room for 1 partition\(s\) at once, not for 3 ", refused.Error);
        Assert.Equal("", refused.Out);
        restore.Signal("INT");
        var stopped = (await restore.EndAsync()).MustExit(5);
        Assert.Contains("warning: a change of the limits was refused", stopped.Error, StringComparison.Ordinal);
    }

    [KafkaFact]
    public async Task Before_and_after_the_run_there_is_nobody_to_ask_and_the_exit_code_is_3()
    {
        using var scratch = new Scratch();
        var config = await SlowAsync(scratch, "");

        Assert.StartsWith("JOB_NOT_FOUND: ", (await CliProgram.RunAsync("adjust", "--config", config)).MustExit(3).Error, StringComparison.Ordinal);
        (await CliProgram.RunAsync("restore", "--config", config)).MustExit(0);
        var after = (await CliProgram.RunAsync("adjust", "--state", scratch.PathOf("state.json"), "--max-concurrent-partitions", "3")).MustExit(3);

        Assert.StartsWith("JOB_NOT_RUNNING: no run works on this job ", after.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(scratch.Root, "control.json", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("--rate-limit-records-per-sec 0", "--rate-limit-records-per-sec takes a whole number of 1 or more, or none, not '0'")]
    [InlineData("--rate-limit-records-per-sec fast", "not 'fast'")]
    [InlineData("--records-per-second 1.5", "not '1.5'")]
    [InlineData("--rate-limit-bytes-per-sec 5MB/s", "not '5MB/s'")]
    [InlineData("--rate-limit-bytes-per-sec -1", "-1")]
    [InlineData("--max-concurrent-partitions none", "--max-concurrent-partitions takes a whole number from 1 to 10000, not 'none'")]
    [InlineData("--max-concurrent-partitions 10001", "not '10001'")]
    [InlineData("--state other.json", "either --config or --state is needed")]
    public async Task A_limit_that_cannot_be_meant_is_wrong_use(string arguments, string expected)
    {
        var result = (await CliProgram.RunAsync(["adjust", "--config", "x.yaml", .. arguments.Split(' ')])).MustExit(2);

        Assert.StartsWith("USAGE: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    private static JsonElement Records(JsonElement adjustment, string when) => adjustment.GetProperty(when).GetProperty("rate_limit_records_per_sec");

    /// <summary>A restore of 3,000 records in three partitions.</summary>
    private static async Task<string> SlowAsync(Scratch scratch, string restore, int atOnce = 2)
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync(partitions: 3);
        var config = scratch.Configuration(
            "shop", broker.BootstrapServers, $"topic_mapping: {{orders: {topic}}}\ncheckpoint_state: {scratch.PathOf("state.json")}\n{restore}", "topics: {include: [orders]}");
        File.WriteAllText(config, File.ReadAllText(config).Replace("max_concurrent_partitions: 8", $"max_concurrent_partitions: {atOnce}", StringComparison.Ordinal));
        return config;
    }
}
