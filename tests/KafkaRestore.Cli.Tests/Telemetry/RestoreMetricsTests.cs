using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using KafkaRestore.Cli.Tests.Support;
using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Telemetry;

/// <summary>The page of a single <c>restore</c>.</summary>
public sealed partial class RestoreMetricsTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [KafkaFact]
    public async Task The_page_stays_after_the_run_and_says_what_was_done_and_a_signal_ends_it()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync(partitions: 3);
        var config = Configuration(broker.BootstrapServers, $"topic_mapping: {{orders: {topic}}}\nrestore_id: shown-{topic}", $"{{port: {FreePort()}, path: /of/it, update_interval_ms: 0, keep_alive_seconds: 1h}}");
        await using var program = CliProgram.Start(["restore", "--config", config]);
        await program.SeesAsync("the metrics page stays");

        using var http = new HttpClient();
        var page = await http.GetStringAsync(Address().Match(program.Error).Groups[1].Value);

        var of = $"restore_id=\"shown-{topic}\"";
        Assert.Contains($"\nkafka_restore_records_total{{{of}}} 3000\n", page, StringComparison.Ordinal);
        Assert.Contains($"\nkafka_restore_topic_records_total{{{of},topic=\"{topic}\"}} 3000\n", page, StringComparison.Ordinal);
        Assert.Contains($"\nkafka_restore_partitions_completed_total{{{of}}} 3\n", page, StringComparison.Ordinal);
        Assert.Contains($"\nkafka_restore_progress_percent{{backup_id=\"shop\",{of}}} 100\n", page, StringComparison.Ordinal);
        Assert.Contains("\nkafka_restore_duration_seconds_count{backup_id=\"shop\",status=\"success\"} 1\n", page, StringComparison.Ordinal);
        Assert.Matches("\nkafka_restore_storage_request_duration_seconds_count\\{backend=\"filesystem\"\\} [1-9]", page);
        Assert.Matches($"\nkafka_restore_offset_map_size_bytes\\{{{of}\\}} [1-9]", page);
        Assert.Matches($"\nkafka_restore_acknowledgements_total\\{{{of}\\}} [1-9]", page);

        program.Signal("TERM");
        var result = (await program.EndAsync()).MustExit(0);
        Assert.StartsWith("DONE: ", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_stops_the_start()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var config = Configuration("127.0.0.1:1", "", $"{{port: {((IPEndPoint)taken.LocalEndpoint).Port}}}");

        var result = (await CliProgram.RunAsync("restore", "--config", config)).MustExit(2);

        Assert.StartsWith("CONFIG_INVALID: the address of the metrics page cannot be listened on", result.Error, StringComparison.Ordinal);
        Assert.Contains("metrics.port", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{bind_address: localhost}", "metrics.bind_address")]
    [InlineData("{bind_address: '1'}", "metrics.bind_address")]
    [InlineData("{path: metrics}", "metrics.path")]
    [InlineData("{path: /a?b}", "metrics.path")]
    [InlineData("{port: 0}", "metrics.port")]
    [InlineData("{port: 65536}", "metrics.port")]
    [InlineData("{keep_alive_seconds: -1}", "metrics.keep_alive_seconds")]
    public async Task A_page_that_cannot_be_is_refused_with_its_key(string metrics, string key)
    {
        var result = (await CliProgram.RunAsync("restore", "--config", Configuration("127.0.0.1:1", "", metrics))).MustExit(2);

        Assert.Contains(key, result.Error, StringComparison.Ordinal);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private string Configuration(string bootstrapServers, string restore, string metrics)
    {
        var file = _scratch.Configuration("shop", bootstrapServers, restore, "topics: {include: [orders]}");
        File.AppendAllText(file, $"\nmetrics: {metrics}\n");
        return file;
    }

    [GeneratedRegex(@"metrics at (http://\S+)")]
    private static partial Regex Address();
}
