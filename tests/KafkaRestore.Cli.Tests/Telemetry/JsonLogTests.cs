using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using KafkaRestore.Cli.Tests.Support;
using KafkaRestore.Records.Errors;
using KafkaRestore.Service.Testing;
using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Telemetry;

/// <summary>The log as one object a line.</summary>
public sealed class JsonLogTests : IDisposable
{
    private static readonly DateTimeOffset Moment = new(2026, 1, 2, 3, 4, 5, 67, TimeSpan.FromHours(2));
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void A_line_is_one_object_whatever_stands_in_it() => Prop.ForAll<string, string>(static (text, lane) =>
    {
        // Halves of characters cannot be written in UTF-8.
        var (said, where) = (Whole(text), Whole(lane));
        var line = JsonLogLine.Of(new LogLine(LineLevel.Warning, said) { Lane = where, Job = "j\n\u001b[31m" }, Moment);

        Assert.DoesNotContain('\n', line);
        Assert.DoesNotContain('\u001b', line);
        var read = JsonDocument.Parse(line).RootElement;
        Assert.Equal((said, where, "warning", "2026-01-02T01:04:05.067Z"), (Of(read, "message"), Of(read, "lane"), Of(read, "level"), Of(read, "time")));

        static string Whole(string? any) => string.Concat((any ?? "").EnumerateRunes());
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_failure_is_told_in_its_parts_and_what_is_not_known_is_left_out()
    {
        var failure = new RestoreException(ErrorCodes.TargetUnreachable, "nobody answers", "kafka-1:9092");

        var read = JsonDocument.Parse(JsonLogLine.Of(new LogLine(LineLevel.Error, failure.Describe()) { Failure = failure, Causes = ["IOException: gone"] }, Moment)).RootElement;

        Assert.Equal(["time", "level", "message", "code", "where", "hint", "causes"], read.EnumerateObject().Select(static member => member.Name));
        Assert.Equal(("nobody answers", "TARGET_UNREACHABLE", "kafka-1:9092", ErrorCodes.TargetUnreachable.Remedy), (Of(read, "message"), Of(read, "code"), Of(read, "where"), Of(read, "hint")));
    }

    [KafkaFact]
    public async Task Every_line_of_a_restore_is_an_object_and_every_partition_says_when_it_is_done()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync(partitions: 3);
        var config = _scratch.Configuration("shop", broker.BootstrapServers, $"topic_mapping: {{orders: {topic}}}\nrestore_id: logged-{topic}", "topics: {include: [orders]}");

        var result = (await CliProgram.RunAsync("restore", "--config", config, "--log-format", "json", "-v")).MustExit(0);

        var lines = Lines(result.Error);
        Assert.All(lines, static line => Assert.True(DateTimeOffset.TryParse(Of(line, "time"), out _) && Of(line, "level") is "info" or "warning" && Of(line, "message")!.Length > 0));
        Assert.Equal([$"{topic}/0", $"{topic}/1", $"{topic}/2"], lines.Select(static line => Of(line, "lane")).OfType<string>().Order(StringComparer.Ordinal));
        Assert.All(lines.Where(static line => Of(line, "lane") is not null), line => Assert.Equal($"logged-{topic}", Of(line, "job")));
        Assert.Contains(lines, static line => Of(line, "message")!.StartsWith("Restoring 3,000 records", StringComparison.Ordinal));
        Assert.StartsWith("DONE: ", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_of_the_program_is_an_object_with_its_code()
    {
        var result = (await CliProgram.RunAsync("--log-format", "json", "list", "--path", _scratch.PathOf("nowhere"))).MustExit(2);

        var line = Assert.Single(Lines(result.Error));
        Assert.Equal("error", Of(line, "level"));
        Assert.Contains(Of(line, "code"), ErrorCodes.All.Select(static code => code.Word));
        Assert.NotEmpty(Of(line, "hint")!);
    }

    [Fact]
    public async Task A_wrong_command_line_is_told_in_the_format_that_it_asks_for()
    {
        var wrong = (await CliProgram.RunAsync("restore", "--log-format", "json")).MustExit(2);
        var unknown = (await CliProgram.RunAsync("restore", "--log-format", "xml", "--config", "x")).MustExit(2);

        Assert.StartsWith("USAGE: ", Of(Assert.Single(Lines(wrong.Error)), "message"), StringComparison.Ordinal);
        Assert.StartsWith("USAGE: --log-format takes text or json, not 'xml'", unknown.Error, StringComparison.Ordinal);
    }

    [KafkaLauncherFact]
    public async Task What_a_service_says_of_a_job_names_it()
    {
        var restore = await SubmittedRestore.CreateAsync(100);
        await using var serve = CliProgram.Start(["serve", "--data", _scratch.PathOf("data"), "--listen", "127.0.0.1:0", "--log-format", "json"]);
        await serve.SeesAsync("listening on ");
        var address = System.Text.RegularExpressions.Regex.Match(serve.Error, "listening on (http://[^\\s,;]+)").Groups[1].Value;
        var file = _scratch.Write("restore.yaml", restore.Submission().Document);
        (await CliProgram.RunAsync("submit", "--config", file, "--wait", "--server", address)).MustExit(0);
        serve.Signal("TERM");
        var result = (await serve.EndAsync()).MustExit(0);

        var lines = Lines(result.Error).Where(static line => Of(line, "job") is not null).ToList();
        Assert.Single(lines.Select(static line => Of(line, "job")).Distinct());
        Assert.Equal(["accepted: ", "running", "done"], lines.Where(static line => Of(line, "level") == "info").Select(static line => Of(line, "message")!.Split(' ') is [var word, _] ? $"{word} " : Of(line, "message")));
    }

    private static List<JsonElement> Lines(string text) => [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonDocument.Parse(line).RootElement)];

    private static string? Of(JsonElement line, string member) => line.TryGetProperty(member, out var value) ? value.GetString() : null;
}
