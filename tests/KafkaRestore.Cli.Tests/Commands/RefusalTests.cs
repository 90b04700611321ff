using KafkaRestore.Cli.Tests.Support;
using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Commands;

/// <summary>What ends a restore before its first record; none of these needs a broker.</summary>
public sealed class RefusalTests
{
    // Nobody listens on port 1 of loopback.
    private const string NoBroker = "127.0.0.1:1";

    [Fact]
    public async Task An_unknown_key_exits_2_with_its_path_its_line_and_the_nearest_one()
    {
        using var scratch = new Scratch();
        var result = (await CliProgram.RunAsync("restore", "-c", scratch.Configuration("shop", NoBroker, "create_topcis: true"))).MustExit(2);
        Assert.Equal("", result.Out);
        Assert.StartsWith("CONFIG_UNKNOWN_KEY: restore.create_topcis", result.Error, StringComparison.Ordinal);
        Assert.Contains("create_topics", result.Error, StringComparison.Ordinal);
        Assert.Matches(@"restore\.yaml:\d+:\d+", result.Error);
    }

    [Fact]
    public async Task Every_problem_of_a_file_is_listed()
    {
        using var scratch = new Scratch();
        var config = scratch.Configuration("shop", NoBroker, "create_topcis: true\nrewrite_schema_ids: true\nproduce_batch_size: -4");
        var result = (await CliProgram.RunAsync("validate-restore", "-c", config)).MustExit(2);
        Assert.Equal("", result.Out);
        foreach (var key in new[] { "restore.create_topcis", "restore.rewrite_schema_ids", "restore.produce_batch_size" })
        {
            Assert.Contains(key, result.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_file_that_is_not_there_exits_2()
    {
        var result = (await CliProgram.RunAsync("restore", "-c", "no-such-file.yaml")).MustExit(2);
        Assert.Contains("no-such-file.yaml", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_without_effect_is_said_once_on_stderr()
    {
        using var scratch = new Scratch();
        var config = scratch.Configuration("nightly", NoBroker, "header_preflight: full");
        var result = await CliProgram.RunAsync("validate-restore", "-c", config);
        Assert.Single(result.Error.Split('\n'), line => line.Contains("restore.header_preflight", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_broker_a_dry_run_reports_it_as_an_error_with_the_plan_and_exits_3()
    {
        using var scratch = new Scratch();
        var config = scratch.Configuration("shop", NoBroker, "create_topics: true\ntopic_mapping: {orders: orders-restored}\ntime_window_start: 1767230000000\ntime_window_end: 1767240000000");

        // A time index that another test has made would count segments apart.
        await using var program = CliProgram.Start(["validate-restore", "-c", config, "--format", "json"], ("XDG_STATE_HOME", scratch.Root));
        var result = (await program.EndAsync()).MustExit(3);
        var json = JsonShape.Parse(result.Out);
        Assert.False(json.GetProperty("valid").GetBoolean());
        Assert.StartsWith("TARGET_UNREACHABLE: ", Assert.Single(json.GetProperty("errors").EnumerateArray()).GetString(), StringComparison.Ordinal);
        Assert.Equal(18, json.GetProperty("segments_to_process").GetInt32());
        Assert.Equal(4250, json.GetProperty("records_to_restore").GetInt32());

        var existing = JsonShape.Parse(File.ReadAllText(Path.Combine(Golden.Root, "reports", "validate-restore.json")));
        Assert.Empty(JsonShape.Differences(existing, json));
    }

    [Fact]
    public async Task Without_a_broker_a_restore_exits_3_and_its_report_says_refused()
    {
        using var scratch = new Scratch();
        var report = scratch.PathOf("report.json");
        var config = scratch.Configuration("shop", NoBroker, "create_topics: true");
        var result = (await CliProgram.RunAsync("restore", "-c", config, "--report", report)).MustExit(3);
        Assert.StartsWith("REFUSED: ", result.Out, StringComparison.Ordinal);
        Assert.Contains("TARGET_UNREACHABLE: ", result.Error, StringComparison.Ordinal);
        Assert.Contains("nothing was written", result.Error, StringComparison.Ordinal);
        var json = JsonShape.Parse(File.ReadAllText(report));
        Assert.Equal("refused", json.GetProperty("status").GetString());
        Assert.Equal(0, json.GetProperty("records_restored").GetInt64());
        Assert.Single(json.GetProperty("errors").EnumerateArray());
    }

    [Fact]
    public async Task All_findings_are_listed_and_not_only_the_first()
    {
        using var scratch = new Scratch();
        var storage = scratch.CopyArchive("shop");
        DamagedArchives.Damage(Path.Combine(storage, "shop/topics/orders/partition=1/segment-00000000000000000300.bin.zst"), "missing");
        DamagedArchives.Damage(Path.Combine(storage, "shop/topics/customers/partition=0/segment-00000000000000000000.bin.zst"), "truncated");
        var result = (await CliProgram.RunAsync("restore", "-c", scratch.Configuration("shop", NoBroker, storage: storage), "-f", "json")).MustExit(3);
        var errors = JsonShape.Parse(result.Out).GetProperty("errors").EnumerateArray().Select(error => error.GetString()!.Split(':')[0]);
        Assert.Equal(["ARCHIVE_CORRUPT", "SEGMENT_MISSING", "TARGET_UNREACHABLE"], errors.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_finding_stands_in_the_json_with_its_kind_and_what_to_do_and_in_the_text()
    {
        using var scratch = new Scratch();
        var storage = scratch.CopyArchive("shop");
        DamagedArchives.Damage(Path.Combine(storage, "shop/topics/orders/partition=1/segment-00000000000000000300.bin.zst"), "missing");
        var config = scratch.Configuration("shop", NoBroker, storage: storage);

        var json = JsonShape.Parse((await CliProgram.RunAsync("validate-restore", "-c", config, "-f", "json")).MustExit(3).Out);
        var text = (await CliProgram.RunAsync("validate-restore", "-c", config, "--checksums")).MustExit(3).Out;

        var findings = json.GetProperty("findings").EnumerateArray().ToList();
        var errors = findings.Where(finding => finding.GetProperty("severity").GetString() == "error").ToList();
        Assert.Equal(["object_missing", "target_unreachable"], errors.Select(error => error.GetProperty("kind").GetString()!).Order(StringComparer.Ordinal));
        Assert.All(errors, error => Assert.False(string.IsNullOrEmpty(error.GetProperty("what_to_do").GetString())));
        Assert.Equal(
            findings.Count, json.GetProperty("errors").GetArrayLength() + json.GetProperty("warnings").GetArrayLength() + json.GetProperty("information").GetArrayLength());
        Assert.Contains("  [object_missing] SEGMENT_MISSING: ", text, StringComparison.Ordinal);
        Assert.Contains("  [target_unreachable] TARGET_UNREACHABLE: ", text, StringComparison.Ordinal);
        Assert.Contains("  [estimate] ", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nightly", "", "ARCHIVE_NOT_FOUND")]
    [InlineData("shop", "topics: {include: [nothing-like-this]}", "NOTHING_SELECTED")]
    public async Task Where_there_is_no_plan_a_dry_run_still_prints_a_report(string id, string target, string code)
    {
        using var scratch = new Scratch();
        var result = (await CliProgram.RunAsync("validate-restore", "-c", scratch.Configuration(id, NoBroker, target: target), "-f", "yaml")).MustExit(3);
        var yaml = YamlAsJson.Parse(result.Out);
        Assert.False(yaml.GetProperty("valid").GetBoolean());
        Assert.StartsWith(code + ": ", Assert.Single(yaml.GetProperty("errors").EnumerateArray()).GetString(), StringComparison.Ordinal);
        Assert.StartsWith(code + ": ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_that_cannot_be_written_there_is_refused_before_the_run()
    {
        using var scratch = new Scratch();
        var config = scratch.Configuration("shop", NoBroker);
        var result = (await CliProgram.RunAsync("restore", "-c", config, "--report", scratch.PathOf("no/such/report.json"))).MustExit(2);
        Assert.Contains("the directory of the report does not exist", result.Error, StringComparison.Ordinal);
        Assert.Contains("is a directory", (await CliProgram.RunAsync("restore", "-c", config, "--report", scratch.Root)).MustExit(2).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("validate-restore")]
    [InlineData("restore")]
    public async Task Secrets_are_never_shown(string command)
    {
        using var scratch = new Scratch();
        var config = scratch.Configuration("shop", NoBroker, target: """
            security:
              security_protocol: SASL_PLAINTEXT
              sasl_mechanism: PLAIN
              sasl_username: operator-7f3a
              sasl_password: hunter2-4c81
            client:
              debug: all
              socket.timeout.ms: 30000
            """);
        var report = scratch.PathOf("report.json");
        var result = (await CliProgram.RunAsync([command, "-c", config, "-vv", .. command == "restore" ? ["--report", report] : Array.Empty<string>()])).MustExit(3);
        Assert.Contains("kafka client", result.Error, StringComparison.Ordinal);
        foreach (var text in new[] { result.Out, result.Error, File.Exists(report) ? File.ReadAllText(report) : "" })
        {
            Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal);
        }
    }
}
