using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using KafkaRestore.Metrics.Hosting;
using KafkaRestore.Metrics.Otlp;
using KafkaRestore.Metrics.Tests.Support;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Metrics.Tests.Hosting;

public sealed class MetricsPageTests : IAsyncLifetime
{
    private readonly RestoreMetrics _metrics = new();
    private MetricsPage? _page;
    private MetricsListener? _listener;
    private HttpClient? _http;

    public async Task InitializeAsync()
    {
        _page = new MetricsPage(_metrics);
        _listener = await MetricsListener.StartAsync(_page, new IPEndPoint(IPAddress.Loopback, 0), "/of/the/restore", default);
        _http = new HttpClient { BaseAddress = _listener.Address };
    }

    public async Task DisposeAsync()
    {
        _http!.Dispose();
        await _listener!.DisposeAsync();
        _page!.Dispose();
        await _metrics.DisposeAsync();
    }

    [Theory]
    [InlineData("/metrics")]
    [InlineData("/of/the/restore")]
    public async Task The_page_is_where_it_was_asked_for_and_where_it_always_is(string path)
    {
        using var response = await _http!.GetAsync(path);

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        var page = PageText.Read(await response.Content.ReadAsStringAsync());
        Assert.Single(page.Series, static series => series.Key.StartsWith("kafka_restore_build_info{version=", StringComparison.Ordinal));
        Assert.Contains("dotnet_process_cpu_time_seconds_total", page.Kinds.Keys);
        Assert.Contains("dotnet_process_memory_working_set_bytes", page.Kinds.Keys);
        Assert.All(page.Helps.Where(static help => help.Key.StartsWith("kafka_", StringComparison.Ordinal)), static help => Assert.NotEmpty(help.Value));
    }

    [Fact]
    public async Task A_scraper_that_asks_for_open_metrics_gets_it()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.Accept.ParseAdd("application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2");

        using var response = await _http!.SendAsync(request);

        Assert.Equal("application/openmetrics-text; version=1.0.0; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        PageText.Read(await response.Content.ReadAsStringAsync(), isOpen: true);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("*/*", false)]
    [InlineData("not a media type;;", false)]
    [InlineData("application/json", false)]
    [InlineData("application/openmetrics-text", true)]
    [InlineData("application/openmetrics-text; version=0.0.1", true)]
    [InlineData("application/openmetrics-text; version=9.9", false)]
    [InlineData("application/openmetrics-text;q=0, text/plain", false)]
    [InlineData("text/plain;q=0.9, application/openmetrics-text;q=0.1", false)]
    [InlineData("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=1.0.0;q=0.4", true)]
    public void The_format_is_the_one_that_is_preferred_among_those_that_are_there(string accept, bool isOpen) =>
        Assert.Equal(isOpen, MetricsPage.FormatFor([accept]).ContentType.StartsWith("application/openmetrics-text", StringComparison.Ordinal));

    [Fact]
    public async Task What_else_is_asked_for_is_not_there()
    {
        using var health = await _http!.GetAsync("/health");
        using var other = await _http.GetAsync("/");
        using var post = await _http.PostAsync("/metrics", null);
        using var body = new StringContent(new string('x', 10_000), new MediaTypeHeaderValue("text/plain"));
        using var large = await _http.PostAsync("/metrics", body);

        Assert.Equal("""{"status":"healthy"}""", await health.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, large.StatusCode);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named_with_its_key()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();

        var failure = await Assert.ThrowsAsync<RestoreException>(() => MetricsListener.StartAsync(_page!, (IPEndPoint)taken.LocalEndpoint, "/metrics", default));

        Assert.Equal(ErrorCodes.ConfigInvalid, failure.Code);
        Assert.Contains($"metrics.port: {taken.LocalEndpoint}", failure.Where, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_is_not_this_machines_is_refused()
    {
        var failure = await Assert.ThrowsAsync<RestoreException>(() => MetricsListener.StartAsync(_page!, new IPEndPoint(IPAddress.Parse("192.0.2.1"), 19_801), "/metrics", default));

        Assert.Equal(ErrorCodes.ConfigInvalid, failure.Code);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(false, "OTEL_SERVICE_NAME", "x")]
    [InlineData(true, "OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4317")]
    [InlineData(true, "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://collector:4317")]
    [InlineData(false, "OTEL_EXPORTER_OTLP_ENDPOINT", " ")]
    [InlineData(false, "OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4317", "OTEL_SDK_DISABLED", "TRUE")]
    [InlineData(false, "OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4317", "OTEL_METRICS_EXPORTER", "none")]
    [InlineData(true, "OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4317", "OTEL_METRICS_EXPORTER", "otlp")]
    public void A_collector_is_sent_to_only_where_the_variables_name_one(bool expected, params string[] variables)
    {
        var known = variables.Chunk(2).ToDictionary(static pair => pair[0], static pair => pair[1]);

        Assert.Equal(expected, OtlpExport.IsAskedBy(known.GetValueOrDefault));
    }
}
