using System.Text.Json;
using KafkaRestore.Cli.Tests.Support;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Commands;

/// <summary>Restores into a cluster: a real one where there is one, else the mock.</summary>
public sealed class RestoreTests
{
    [KafkaFact]
    public async Task An_archive_is_restored_and_the_report_says_what_stands_in_the_target()
    {
        using var scratch = new Scratch();
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync(partitions: 3);
        var report = scratch.PathOf("report.json");
        var config = scratch.Configuration("shop", broker.BootstrapServers, $"topic_mapping: {{orders: {topic}}}\nreport: {report}", "topics: {include: [orders]}");

        var result = (await CliProgram.RunAsync("restore", "--config", config, "--format", "json")).MustExit(0);

        Assert.Equal(File.ReadAllText(report), result.Out);
        Assert.Equal([report], Directory.EnumerateFiles(scratch.Root, "report*"));
        var json = JsonShape.Parse(result.Out);
        Assert.Equal("done", json.GetProperty("status").GetString());
        Assert.Equal(3000, json.GetProperty("records_restored").GetInt64());
        Assert.Empty(json.GetProperty("errors").EnumerateArray());
        var row = Assert.Single(json.GetProperty("topics_restored").EnumerateArray());
        Assert.Equal(("orders", topic), (row.GetProperty("source_topic").GetString(), row.GetProperty("target_topic").GetString()));
        foreach (var partition in row.GetProperty("partitions").EnumerateArray())
        {
            await MustHoldAsync(broker, topic, partition);
        }
    }

    [KafkaFact]
    public async Task The_text_begins_with_how_it_went_and_progress_goes_to_stderr()
    {
        using var scratch = new Scratch();
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync(partitions: 3);
        var config = scratch.Configuration("shop", broker.BootstrapServers, $"topic_mapping: {{orders: {topic}}}\ntime_window_start: 2026-01-01T01:00:00Z\ntime_window_end: 2026-01-01T02:00:00Z", "topics: {include: [orders]}");
        var result = (await CliProgram.RunAsync("restore", "--config", config, "-v")).MustExit(0);
        Assert.StartsWith("DONE: ", result.Out, StringComparison.Ordinal);
        Assert.Contains($"orders -> {topic}", result.Out, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^Written by +(batch sink, fenced \(the target allows it\)|client sink, idempotent \(not the batch sink: .+\))$", result.Out);
        Assert.Contains("outside the time window", result.Out, StringComparison.Ordinal);
        Assert.Contains("Not checked:", result.Out, StringComparison.Ordinal);
        Assert.Contains("Restoring 3,000 records", result.Error, StringComparison.Ordinal);
        Assert.Contains("100.0 %", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Restoring", result.Out, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', result.Out + result.Error);
        Assert.DoesNotContain('\r', result.Out + result.Error);
    }

    [KafkaFact]
    public async Task A_target_that_holds_records_is_refused_with_3_and_left_as_it_is()
    {
        using var scratch = new Scratch();
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync(partitions: 3);
        var config = scratch.Configuration("shop", broker.BootstrapServers, $"topic_mapping: {{orders: {topic}}}", "topics: {include: [orders]}");
        (await CliProgram.RunAsync("restore", "--config", config)).MustExit(0);

        var again = (await CliProgram.RunAsync("restore", "--config", config, "--state-dir", scratch.PathOf("another"))).MustExit(3);
        Assert.Equal(3, again.Error.Split('\n').Count(line => line.StartsWith("TARGET_NOT_EMPTY: ", StringComparison.Ordinal)));
        Assert.Contains("nothing was written", again.Error, StringComparison.Ordinal);
        Assert.Equal(3000, await CountAsync(broker, topic, 3));
    }

    [KafkaFact]
    public async Task A_dry_run_writes_nothing_whether_by_command_or_by_configuration()
    {
        using var scratch = new Scratch();
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync(partitions: 3);
        var config = scratch.Configuration("shop", broker.BootstrapServers, $"topic_mapping: {{orders: {topic}}}\ndry_run: true", "topics: {include: [orders]}");
        foreach (var command in new[] { "restore", "validate-restore", "three-phase-restore" })
        {
            var result = (await CliProgram.RunAsync(command, "--config", config, "--format", "json")).MustExit(0);
            var json = JsonShape.Parse(result.Out);
            Assert.True(json.GetProperty("valid").GetBoolean());
            Assert.Equal(json.GetProperty("sink").GetString() == "batch" ? "fenced" : "idempotent", json.GetProperty("delivery").GetString());
            Assert.NotEmpty(json.GetProperty("sink_reason").GetString()!);
        }

        Assert.Equal(0, await CountAsync(broker, topic, 3));
    }

    [KafkaFact]
    public async Task The_client_sink_writes_where_it_is_asked_for_and_the_report_says_so()
    {
        using var scratch = new Scratch();
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync(partitions: 3);
        var config = scratch.Configuration("shop", broker.BootstrapServers, $"topic_mapping: {{orders: {topic}}}\nsink: client", "topics: {include: [orders]}");

        var json = JsonShape.Parse((await CliProgram.RunAsync("restore", "--config", config, "--format", "json")).MustExit(0).Out);

        Assert.Equal(("client", "idempotent", "sink: client"), (json.GetProperty("sink").GetString(), json.GetProperty("delivery").GetString(), json.GetProperty("sink_reason").GetString()));
        Assert.Equal(3000, await CountAsync(broker, topic, 3));
    }

    [Fact]
    public async Task A_fence_that_cannot_be_had_refuses_dry_run_and_run_alike_before_anything_is_written()
    {
        // The mock cluster speaks only old versions of the protocol, so only the client sink can write there.
        using var scratch = new Scratch();
        await using var mock = new MockCluster();
        var topic = await mock.CreateTopicAsync(partitions: 3);
        var config = scratch.Configuration("shop", mock.BootstrapServers, $"topic_mapping: {{orders: {topic}}}\ndelivery: fenced", "topics: {include: [orders]}");

        foreach (var command in new[] { "validate-restore", "restore" })
        {
            var json = JsonShape.Parse((await CliProgram.RunAsync(command, "--config", config, "--format", "json")).MustExit(3).Out);
            Assert.Contains("(restore.delivery)", Assert.Single(json.GetProperty("errors").EnumerateArray()).GetString(), StringComparison.Ordinal);
            Assert.Equal(JsonValueKind.Null, json.GetProperty("sink").ValueKind);
        }

        Assert.Equal(0, await CountAsync(mock, topic, 3));
    }

    [KafkaFact]
    public async Task A_damaged_segment_makes_the_run_partial_with_4_and_leaves_the_other_partitions_whole()
    {
        using var scratch = new Scratch();
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync(partitions: 3);
        var storage = scratch.CopyArchive("shop");
        const string Key = "shop/topics/orders/partition=1/segment-00000000000000000300.bin.zst";
        DamagedArchives.Damage(Path.Combine(storage, Key), "flipped bit");
        var config = scratch.Configuration("shop", broker.BootstrapServers, $"topic_mapping: {{orders: {topic}}}", "topics: {include: [orders]}", storage);
        var result = (await CliProgram.RunAsync("restore", "--config", config, "--format", "json")).MustExit(4);
        var json = JsonShape.Parse(result.Out);
        Assert.Equal("partial", json.GetProperty("status").GetString());
        Assert.Contains(Key, Assert.Single(json.GetProperty("errors").EnumerateArray()).GetString(), StringComparison.Ordinal);
        var states = json.GetProperty("topics_restored")[0].GetProperty("partitions").EnumerateArray().Select(partition => partition.GetProperty("state").GetString());
        Assert.Equal(["done", "failed", "done"], states);
        Assert.Equal(json.GetProperty("records_restored").GetInt64(), await CountAsync(broker, topic, 3));
    }

    [KafkaFact]
    public async Task Ctrl_C_stops_with_5_and_the_report_counts_what_stands_in_the_target()
    {
        using var scratch = new Scratch();
        var (broker, topic, config) = await SlowAsync(scratch);
        await using var program = CliProgram.Start(["restore", "--config", config, "--format", "json"]);
        await UntilSomeAsync(broker, topic);
        program.Signal("INT");
        var result = (await program.EndAsync()).MustExit(5);
        Assert.Contains("Stopping.", result.Error, StringComparison.Ordinal);
        var json = JsonShape.Parse(result.Out);
        Assert.Equal("stopped", json.GetProperty("status").GetString());
        var restored = json.GetProperty("records_restored").GetInt64();
        Assert.InRange(restored, 1, 2999);
        Assert.Equal(restored, await CountAsync(broker, topic, 3));
    }

    [KafkaFact]
    public async Task SIGTERM_stops_as_Ctrl_C_does()
    {
        using var scratch = new Scratch();
        var (broker, topic, config) = await SlowAsync(scratch);
        await using var program = CliProgram.Start(["restore", "--config", config]);
        await UntilSomeAsync(broker, topic);
        program.Signal("TERM");
        var result = (await program.EndAsync()).MustExit(5);
        Assert.StartsWith("STOPPED: ", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stop_before_the_first_record_exits_5_and_says_that_nothing_was_written()
    {
        using var scratch = new Scratch();

        // Nobody answers there: the check waits for its deadline.
        using var silent = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        var config = scratch.Configuration("shop", silent.LocalEndpoint.ToString()!);
        await using var program = CliProgram.Start(["restore", "--config", config, "-v"]);
        await program.SeesAsync("plan ");
        program.Signal("INT");
        var result = (await program.EndAsync()).MustExit(5);
        Assert.Contains("STOPPED: ", result.Error, StringComparison.Ordinal);
        Assert.Contains("nothing was written", result.Error, StringComparison.Ordinal);
    }

    private static async Task<(KafkaBroker Broker, string Topic, string Config)> SlowAsync(Scratch scratch)
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync(partitions: 3);
        return (broker, topic, scratch.Configuration("shop", broker.BootstrapServers, $"topic_mapping: {{orders: {topic}}}\nrate_limit_records_per_sec: 50", "topics: {include: [orders]}"));
    }

    private static async Task UntilSomeAsync(KafkaBroker broker, string topic)
    {
        var patience = System.Diagnostics.Stopwatch.StartNew();
        while (await CountAsync(broker, topic, 3) == 0)
        {
            Assert.True(patience.Elapsed < TimeSpan.FromMinutes(1), $"no record arrived in {topic}");
        }
    }

    private static async Task<long> CountAsync(KafkaBroker broker, string topic, int partitions)
    {
        long count = 0;
        for (var partition = 0; partition < partitions; partition++)
        {
            count += (await broker.ReadAsync(topic, partition)).Count;
        }

        return count;
    }

    private static async Task MustHoldAsync(KafkaBroker broker, string topic, JsonElement report)
    {
        var source = report.GetProperty("source_partition").GetInt32();
        var expected = Golden.Expected("shop", "orders", source);
        var actual = await broker.ReadAsync(topic, report.GetProperty("target_partition").GetInt32());
        Assert.Equal(expected.Count, report.GetProperty("records").GetInt32());
        Assert.Equal((actual[0].Offset, actual[^1].Offset), (report.GetProperty("target_first_offset").GetInt64(), report.GetProperty("target_last_offset").GetInt64()));
        RecordComparison.AssertEqual(
            expected,
            [.. actual.Select(record => new RecordData(record.Offset, record.Timestamp, record.Key, record.Value, [.. record.Headers.Take(record.Headers.Count - 3)]))],
            $"{topic}/{source}",
            offsets: false);
    }
}
