using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using KafkaRestore.Cli.Tests.Support;
using KafkaRestore.Service.Testing;
using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Telemetry;

/// <summary>The numbers of <c>serve</c>: who may read them, and where else they go.</summary>
public sealed partial class ServiceMetricsTests : IDisposable
{
    private const string Token = "0123456789abcdef-token";
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task On_loopback_without_a_token_the_page_is_for_everybody_but_web_pages()
    {
        await using var program = await StartAsync([]);
        using var http = ClientOf(program);

        using var page = await http.GetAsync("/metrics");
        using var foreign = new HttpRequestMessage(HttpMethod.Get, "/metrics") { Headers = { { "Origin", "https://evil.example" } } };
        using var refused = await http.SendAsync(foreign);

        Assert.Contains("\nkafka_restore_jobs{state=\"running\"} 0\n", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
    }

    [Fact]
    public async Task With_a_token_the_page_is_for_those_who_show_it()
    {
        await using var program = await StartAsync(["--token-file", _scratch.Write("token", Token)]);
        using var http = ClientOf(program);

        using var refused = await http.GetAsync("/metrics");
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        using var page = await http.GetAsync("/metrics");

        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.DoesNotContain("kafka_restore", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    [Fact]
    public async Task The_page_can_be_opened_and_nothing_else_is_by_that()
    {
        await using var program = await StartAsync(["--token-file", _scratch.Write("token", Token), "--metrics-without-token"]);
        using var http = ClientOf(program);

        using var page = await http.GetAsync("/metrics");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        foreach (var path in new[] { "/v1/jobs", "/metrics/", "/metrics/x", "/v1/cluster" })
        {
            using var refused = await http.GetAsync(path);
            Assert.True(refused.StatusCode == HttpStatusCode.Unauthorized, $"{path}: {refused.StatusCode}");
        }
    }

    [KafkaLauncherFact]
    public async Task A_job_is_shown_under_its_id()
    {
        var restore = await SubmittedRestore.CreateAsync(100);
        await using var program = await StartAsync([]);
        using var http = ClientOf(program);
        var file = _scratch.Write("restore.yaml", restore.Submission().Document);
        var submitted = (await CliProgram.RunAsync("submit", "--config", file, "--wait", "--server", http.BaseAddress!.ToString())).MustExit(0);

        var page = await http.GetStringAsync("/metrics");

        var shown = JobRecords().Match(page);
        Assert.Equal("100", shown.Groups[2].Value);
        Assert.Contains(shown.Groups[1].Value, submitted.Out + submitted.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_collector_that_is_named_gets_the_numbers()
    {
        using var collector = new Collector();
        await using var program = await StartAsync([], ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_METRIC_EXPORT_INTERVAL", "200"));

        var (path, body) = await collector.ReceivedAsync("kafka.restore.jobs");

        Assert.Equal("/v1/metrics", path);
        Assert.Contains("dotnet.process.cpu.time", body, StringComparison.Ordinal);
        Assert.Contains("kafka-restore", body, StringComparison.Ordinal);
        program.Signal("TERM");
        (await program.EndAsync()).MustExit(0);
    }

    [Fact]
    public async Task A_collector_that_is_away_holds_nobody_up()
    {
        await using var program = await StartAsync([], ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"));

        program.Signal("TERM");

        (await program.EndAsync()).MustExit(0);
    }

    private static HttpClient ClientOf(CliProgram program) => new() { BaseAddress = new Uri(Listening().Match(program.Error).Groups[1].Value) };

    private async Task<CliProgram> StartAsync(string[] arguments, params (string, string?)[] environment)
    {
        var program = CliProgram.Start(["serve", "--data", _scratch.PathOf("data"), "--listen", "127.0.0.1:0", .. arguments], environment);
        await program.SeesAsync("listening on ");
        return program;
    }

    [GeneratedRegex(@"listening on (http://[^\s,;]+)")]
    private static partial Regex Listening();

    [GeneratedRegex("(?m)^kafka_restore_records_total\\{job_id=\"([^\"]+)\",restore_id=\"[^\"]+\"\\} (\\d+)$")]
    private static partial Regex JobRecords();

    /// <summary>Takes what is sent to it.</summary>
    private sealed class Collector : IDisposable
    {
        private readonly HttpListener _listener = new();

        public Collector()
        {
            using (var free = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
            {
                free.Start();
                Address = $"http://{free.LocalEndpoint}";
            }

            _listener.Prefixes.Add($"{Address}/");
            _listener.Start();
        }

        public string Address { get; }

        public void Dispose() => _listener.Close();

        /// <summary>Waits for something that names a metric.</summary>
        public async Task<(string Path, string Body)> ReceivedAsync(string metric)
        {
            while (true)
            {
                var request = await _listener.GetContextAsync().WaitAsync(TimeSpan.FromMinutes(1));
                using var body = new MemoryStream();
                await request.Request.InputStream.CopyToAsync(body);
                request.Response.Close();
                var text = Encoding.Latin1.GetString(body.ToArray());
                if (text.Contains(metric, StringComparison.Ordinal))
                {
                    return (request.Request.Url!.AbsolutePath, text);
                }
            }
        }
    }
}
