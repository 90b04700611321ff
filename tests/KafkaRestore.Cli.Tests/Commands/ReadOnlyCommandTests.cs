using System.Text.Json;
using KafkaRestore.Cli.Tests.Support;
using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Commands;

public sealed class ReadOnlyCommandTests
{
    private static string Report(string name) => File.ReadAllText(Path.Combine(Golden.Root, "reports", name));

    [Fact]
    public async Task List_shows_every_archive_in_order()
    {
        var ids = Directory.EnumerateDirectories(Golden.Backups).Select(Path.GetFileName).Order(StringComparer.Ordinal).ToList();
        var text = (await CliProgram.RunAsync("list", "--path", Golden.Backups)).MustExit(0).Out;
        Assert.Equal($"Available backups:\n{string.Concat(ids.Select(id => $"  - {id}\n"))}", text);

        var json = JsonShape.Parse((await CliProgram.RunAsync("list", "-p", Golden.Backups, "--format", "json")).MustExit(0).Out);
        Assert.Equal(ids, json.GetProperty("backups").EnumerateArray().Select(id => id.GetString()));
    }

    [Fact]
    public async Task List_of_one_archive_counts_its_topics()
    {
        var json = JsonShape.Parse((await CliProgram.RunAsync("list", "-p", Golden.Backups, "-b", "shop", "-f", "json")).MustExit(0).Out);
        Assert.Equal("shop", json.GetProperty("backup_id").GetString());
        Assert.Equal(1795247214046, json.GetProperty("created_at").GetInt64());
        Assert.Equal(
            [("customers", 1, 1, 200), ("orders", 3, 12, 3000), ("orders-dlq", 1, 1, 50), ("payments", 2, 4, 1000)],
            json.GetProperty("topics").EnumerateArray().Select(topic => (
                topic.GetProperty("name").GetString()!, topic.GetProperty("partitions").GetInt32(), topic.GetProperty("segments").GetInt32(), topic.GetProperty("records").GetInt32())));
    }

    [Fact]
    public async Task An_empty_storage_has_no_archives_and_that_is_no_failure()
    {
        using var scratch = new Scratch();
        var result = (await CliProgram.RunAsync("list", "-p", scratch.Root)).MustExit(0);
        Assert.Equal($"No archives in {scratch.Root}.\n", result.Out);
    }

    [Theory]
    [InlineData("shop")]
    [InlineData("incremental")]
    [InlineData("edges-0.17")]
    public async Task Describe_gives_the_whole_manifest_as_JSON_and_as_YAML(string id)
    {
        var manifest = JsonShape.Parse(File.ReadAllText(Path.Combine(Golden.Backups, id, "manifest.json")));
        var json = JsonShape.Parse((await CliProgram.RunAsync("describe", "-p", Golden.Backups, "-b", id, "--format", "json")).MustExit(0).Out);
        Assert.True(JsonElement.DeepEquals(manifest, json));
        var yaml = YamlAsJson.Parse((await CliProgram.RunAsync("describe", "-p", Golden.Backups, "-b", id, "--format", "yaml")).MustExit(0).Out);
        Assert.True(JsonElement.DeepEquals(manifest, yaml));
    }

    [Fact]
    public async Task Describe_has_what_the_existing_program_prints()
    {
        var json = JsonShape.Parse((await CliProgram.RunAsync("describe", "-p", Golden.Backups, "-b", "shop", "-f", "json")).MustExit(0).Out);
        Assert.Empty(JsonShape.ValueDifferences(JsonShape.Parse(Report("describe.json")), json));
        var yaml = YamlAsJson.Parse((await CliProgram.RunAsync("describe", "-p", Golden.Backups, "-b", "shop", "-f", "yaml")).MustExit(0).Out);
        Assert.Empty(JsonShape.ValueDifferences(YamlAsJson.Parse(Report("describe.yaml")), yaml));
    }

    [Fact]
    public async Task Describe_keeps_fields_that_nobody_knows()
    {
        using var scratch = new Scratch();
        var storage = scratch.CopyArchive("shop");
        var path = Path.Combine(storage, "shop", "manifest.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"compression\"", "\"from_tomorrow\": {\"a\": [1.50, 12345678901234567890, \"ünï\"], \"b\": {}}, \"compression\"", StringComparison.Ordinal));
        var result = (await CliProgram.RunAsync("describe", "-p", storage, "-b", "shop", "-f", "json")).MustExit(0);
        var unknown = JsonShape.Parse(result.Out).GetProperty("from_tomorrow");
        Assert.Equal(["1.50", "12345678901234567890", "\"ünï\""], unknown.GetProperty("a").EnumerateArray().Select(value => value.GetRawText()));
        Assert.Contains("ünï", (await CliProgram.RunAsync("describe", "-p", storage, "-b", "shop", "-f", "yaml")).MustExit(0).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Describe_says_what_can_be_known_of_completeness()
    {
        var incremental = (await CliProgram.RunAsync("describe", "-p", Golden.Backups, "-b", "incremental")).MustExit(0).Out;
        Assert.Contains("4 partitions proven", incremental, StringComparison.Ordinal);
        Assert.Contains("hole 200-259, known gap: offset_out_of_range", incremental, StringComparison.Ordinal);
        var old = (await CliProgram.RunAsync("describe", "-p", Golden.Backups, "-b", "shop-0.17")).MustExit(0).Out;
        Assert.Contains("7 partitions not provable", old, StringComparison.Ordinal);
        Assert.Contains("2026-01-01 00:00:00Z to 2026-01-01 16:39:40Z", old, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Control_characters_in_a_manifest_do_not_reach_the_terminal()
    {
        using var scratch = new Scratch();
        var storage = scratch.CopyArchive("shop");
        var path = Path.Combine(storage, "shop", "manifest.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"compact\"", "\"\\u001b]0;owned\\u0007\"", StringComparison.Ordinal));
        foreach (var format in new[] { "text", "json", "yaml" })
        {
            var result = (await CliProgram.RunAsync("describe", "-p", storage, "-b", "shop", "-f", format)).MustExit(0);
            Assert.Contains("owned", result.Out, StringComparison.Ordinal);
            Assert.DoesNotContain(result.Out, c => char.IsControl(c) && c != '\n');
        }
    }

    [Theory]
    [InlineData("names")]
    [InlineData("wide")]
    [InlineData("odd-times")]
    public async Task Describe_copes_with_long_names_many_partitions_and_odd_times(string id)
    {
        var result = (await CliProgram.RunAsync("describe", "-p", Golden.Backups, "-b", id)).MustExit(0);
        Assert.Equal("", result.Error);

        // A name of 240 characters stands alone on its line; everything else fits.
        Assert.All(result.Out.Split('\n').Where(line => line.StartsWith("  ", StringComparison.Ordinal)), line => Assert.True(line.Length <= 100, line));
    }

    [Fact]
    public async Task A_configuration_file_can_name_the_archive()
    {
        using var scratch = new Scratch();
        var config = scratch.Configuration("shop", "localhost:1");
        var named = (await CliProgram.RunAsync("describe", "--config", config)).MustExit(0);
        var direct = (await CliProgram.RunAsync("describe", "-p", Golden.Backups, "-b", "shop")).MustExit(0);
        Assert.Equal(direct.Out, named.Out);
    }

    [Fact]
    public async Task A_damaged_manifest_is_told_before_anything_is_printed()
    {
        using var scratch = new Scratch();
        var storage = scratch.CopyArchive("shop");
        var path = Path.Combine(storage, "shop", "manifest.json");
        File.WriteAllText(path, File.ReadAllText(path)[..3000]);
        foreach (var format in new[] { "text", "json", "yaml" })
        {
            var result = (await CliProgram.RunAsync("describe", "-p", storage, "-b", "shop", "-f", format)).MustExit(3);
            Assert.Equal("", result.Out);
            Assert.StartsWith("MANIFEST_INVALID: ", result.Error, StringComparison.Ordinal);
            Assert.Contains("shop/manifest.json", result.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("json")]
    [InlineData("yaml")]
    public async Task The_offset_mapping_is_the_existing_program_s(string format)
    {
        Func<string, JsonElement> parse = format == "json" ? JsonShape.Parse : YamlAsJson.Parse;
        var actual = parse((await CliProgram.RunAsync("show-offset-mapping", "-p", Golden.Backups, "-b", "shop", "-f", format)).MustExit(0).Out);
        var expected = parse(Report($"show-offset-mapping.{format}"));
        Assert.Equal(["$.created_at"], JsonShape.ValueDifferences(expected, actual).Select(difference => difference.Split(':')[0]));
        Assert.Empty(JsonShape.Differences(expected, actual));
        Assert.Equal(expected.EnumerateObject().Count(), actual.EnumerateObject().Count());
    }

    [Fact]
    public async Task The_offset_mapping_as_CSV_is_the_existing_program_s()
    {
        var csv = (await CliProgram.RunAsync("show-offset-mapping", "-p", Golden.Backups, "-b", "shop", "-f", "csv")).MustExit(0).Out;
        Assert.Equal(Report("show-offset-mapping.csv").TrimEnd(), csv.TrimEnd());
    }

    [Fact]
    public async Task The_offset_mapping_as_text_shows_ranges_and_the_official_tool()
    {
        var text = (await CliProgram.RunAsync("show-offset-mapping", "-p", Golden.Backups, "-b", "shop")).MustExit(0).Out;
        Assert.Contains("0-1011", text, StringComparison.Ordinal);
        Assert.Contains("--topic orders:2 \\\n  --reset-offsets --to-datetime 2026-01-01T00:00:40.000 --execute", text, StringComparison.Ordinal);
    }
}
