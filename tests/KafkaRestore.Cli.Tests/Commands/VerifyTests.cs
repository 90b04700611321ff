using System.Text.Json;
using KafkaRestore.Cli.Tests.Support;
using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Commands;

public sealed class VerifyTests
{
    // Nobody listens on port 1 of loopback.
    private const string NoBroker = "127.0.0.1:1";

    [Theory]
    [InlineData("--level", "bytes", "--level takes counts, hashes or records, not 'bytes'")]
    [InlineData("--start-at", "orders=5", "--start-at takes TOPIC/PARTITION=OFFSET, for example orders/0=1200, not 'orders=5'")]
    [InlineData("--start-at", "orders/0=-1", "not 'orders/0=-1'")]
    [InlineData("--start-at", "/0=1", "not '/0=1'")]
    [InlineData("--format", "csv", "--format takes text, json or yaml")]
    public async Task A_wrong_value_exits_2_and_says_what_is_taken(string option, string value, string message)
    {
        var result = (await CliProgram.RunAsync("verify", "--config", "any.yaml", option, value)).MustExit(2);
        Assert.Equal("", result.Out);
        Assert.StartsWith("USAGE: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_partition_named_twice_exits_2() =>
        Assert.Contains("--start-at names orders/0 twice", (await CliProgram.RunAsync("verify", "-c", "any.yaml", "--start-at", "orders/0=1", "--start-at", "orders/0=2")).MustExit(2).Error, StringComparison.Ordinal);

    [Fact]
    public async Task Without_a_configuration_it_exits_2() =>
        Assert.StartsWith("USAGE: ", (await CliProgram.RunAsync("verify")).MustExit(2).Error, StringComparison.Ordinal);

    [Fact]
    public async Task A_partition_that_the_restore_does_not_write_exits_2()
    {
        using var scratch = new Scratch();
        var result = (await CliProgram.RunAsync("verify", "-c", scratch.Configuration("shop", NoBroker), "--start-at", "nothing/7=1")).MustExit(2);
        Assert.Contains("the restore writes nothing into nothing/7", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no json")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"topics_restored": [{"target_topic": null, "partitions": []}]}""")]
    [InlineData("""{"topics_restored": [{"target_topic": "t", "partitions": [{"target_first_offset": "5", "target_partition": 0}]}]}""")]
    [InlineData("""{"topics_restored": [{"target_topic": "t", "partitions": [{"target_first_offset": 5}]}]}""")]
    public async Task A_file_that_is_no_report_exits_2_with_its_name(string text)
    {
        using var scratch = new Scratch();
        var report = scratch.Write("other.json", text);
        var result = (await CliProgram.RunAsync("verify", "-c", scratch.Configuration("shop", NoBroker), "--report", report)).MustExit(2);
        Assert.StartsWith("CONFIG_INVALID: the file is not the report of a restore", result.Error, StringComparison.Ordinal);
        Assert.Contains(report, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_that_is_not_there_exits_2()
    {
        using var scratch = new Scratch();
        Assert.StartsWith("CONFIG_INVALID: the report cannot be read", (await CliProgram.RunAsync("verify", "-c", scratch.Configuration("shop", NoBroker), "--report", scratch.PathOf("none.json"))).MustExit(2).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_broker_it_exits_3()
    {
        using var scratch = new Scratch();
        var result = (await CliProgram.RunAsync("verify", "-c", scratch.Configuration("shop", NoBroker))).MustExit(3);
        Assert.Contains("TARGET_UNREACHABLE: ", result.Error, StringComparison.Ordinal);
    }

    [KafkaFact]
    public async Task Topics_that_do_not_exist_exit_3_and_every_partition_is_named()
    {
        using var scratch = new Scratch();
        var broker = await KafkaBroker.SharedAsync();
        var config = scratch.Configuration("shop", broker.BootstrapServers, $"topic_mapping: {{orders: {KafkaBroker.NewTopicName("absent")}}}", "topics: {include: [orders]}");
        var result = (await CliProgram.RunAsync("verify", "-c", config, "-f", "json")).MustExit(3);
        var json = JsonShape.Parse(result.Out);
        Assert.Equal("refused", json.GetProperty("status").GetString());
        Assert.Equal(3, json.GetProperty("errors").EnumerateArray().Count(error => error.GetString()!.Contains("TARGET_TOPIC_MISSING", StringComparison.Ordinal)));
    }

    [KafkaFact]
    public async Task A_restore_is_verified_with_0_and_the_same_records_once_more_are_found_with_4()
    {
        using var scratch = new Scratch();
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync(partitions: 3);
        var restore = $"topic_mapping: {{orders: {topic}}}";
        const string Selection = "topics: {include: [orders]}";
        var report = scratch.PathOf("report.json");
        var config = scratch.Configuration("shop", broker.BootstrapServers, restore, Selection);
        (await CliProgram.RunAsync("restore", "-c", config)).MustExit(0);

        var text = (await CliProgram.RunAsync("verify", "-c", config)).MustExit(0);
        Assert.StartsWith("EQUAL: 3 partitions hold every record", text.Out, StringComparison.Ordinal);
        Assert.Contains("3,000 in the target, 3,000 expected", text.Out, StringComparison.Ordinal);
        Assert.StartsWith("Comparing 3 partitions of 1 topic", text.Error, StringComparison.Ordinal);
        foreach (var level in new[] { "counts", "records" })
        {
            Assert.StartsWith("EQUAL: ", (await CliProgram.RunAsync("verify", "-c", config, "--level", level)).MustExit(0).Out, StringComparison.Ordinal);
        }

        // A second copy behind the first one.
        config = scratch.Configuration("shop", broker.BootstrapServers, $"{restore}\ninto_existing: append", Selection);
        (await CliProgram.RunAsync("restore", "-c", config, "--again", "--report", report)).MustExit(0);

        var json = JsonShape.Parse((await CliProgram.RunAsync("verify", "-c", config, "-f", "json")).MustExit(4).Out);
        Assert.Equal("different", json.GetProperty("status").GetString());
        foreach (var partition in json.GetProperty("partitions").EnumerateArray())
        {
            Assert.Equal("extra_in_target", partition.GetProperty("difference").GetProperty("kind").GetString());
            Assert.Equal(partition.GetProperty("records_expected").GetInt64(), partition.GetProperty("difference").GetProperty("records").GetInt64());
        }

        Assert.StartsWith("DIFFERENT: 3 of 3 partitions differ", (await CliProgram.RunAsync("verify", "-c", config)).MustExit(4).Out, StringComparison.Ordinal);
        (await CliProgram.RunAsync("verify", "-c", config, "--allow-newer")).MustExit(0);

        var second = JsonShape.Parse((await CliProgram.RunAsync("verify", "-c", config, "--report", report, "-f", "json")).MustExit(0).Out);
        Assert.Equal(
            StartOffsets(File.ReadAllText(report)),
            second.GetProperty("partitions").EnumerateArray().Select(partition => partition.GetProperty("target_start_offset").GetInt64()));
        var one = second.GetProperty("partitions")[1].GetProperty("target_start_offset").GetInt64();
        json = JsonShape.Parse((await CliProgram.RunAsync("verify", "-c", config, "--report", report, "--start-at", $"{topic}/1={one + 1}", "-f", "json")).MustExit(4).Out);
        Assert.Equal("missing_in_target", json.GetProperty("partitions")[1].GetProperty("difference").GetProperty("kind").GetString());
        Assert.Equal(JsonValueKind.Null, json.GetProperty("partitions")[0].GetProperty("difference").ValueKind);
    }

    private static IEnumerable<long> StartOffsets(string report) =>
        JsonShape.Parse(report).GetProperty("topics_restored")[0].GetProperty("partitions").EnumerateArray().Select(partition => partition.GetProperty("target_first_offset").GetInt64());
}
