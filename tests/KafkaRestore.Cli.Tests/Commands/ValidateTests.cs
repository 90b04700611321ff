using KafkaRestore.Cli.Tests.Support;
using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Commands;

public sealed class ValidateTests
{
    private const string Key = "shop/topics/orders/partition=1/segment-00000000000000000300.bin.zst";

    public static TheoryData<string> Archives { get; } = [.. Directory.EnumerateDirectories(Golden.Backups).Select(path => Path.GetFileName(path))];

    [Theory]
    [MemberData(nameof(Archives))]
    public async Task Every_golden_archive_is_whole(string id)
    {
        var result = JsonShape.Parse((await CliProgram.RunAsync("validate", "-p", Golden.Backups, "-b", id, "--deep", "-f", "json")).MustExit(0).Out);
        Assert.True(result.GetProperty("valid").GetBoolean());
        Assert.Equal(result.GetProperty("segments_checked").GetInt64(), result.GetProperty("segments_valid").GetInt64());
        Assert.Equal(result.GetProperty("topics").EnumerateArray().Sum(topic => topic.GetProperty("records").GetInt64()), result.GetProperty("records_validated").GetInt64());
    }

    [Theory]
    [InlineData("missing", false, "SEGMENT_MISSING")]
    [InlineData("truncated", false, "ARCHIVE_CORRUPT")]
    [InlineData("longer", false, "ARCHIVE_CORRUPT")]
    [InlineData("empty", false, "ARCHIVE_CORRUPT")]
    [InlineData("missing", true, "SEGMENT_MISSING")]
    [InlineData("truncated", true, "ARCHIVE_CORRUPT")]
    [InlineData("longer", true, "ARCHIVE_CORRUPT")]
    [InlineData("empty", true, "ARCHIVE_CORRUPT")]
    [InlineData("flipped bit", true, "ARCHIVE_CORRUPT")]
    [InlineData("wrong magic", true, "ARCHIVE_CORRUPT")]
    public async Task Damage_exits_4_and_names_the_object(string way, bool deep, string code)
    {
        using var scratch = new Scratch();
        var storage = scratch.CopyArchive("shop");
        DamagedArchives.Damage(Path.Combine(storage, Key), way);
        string[] arguments = ["validate", "-p", storage, "-b", "shop", .. deep ? ["--deep"] : Array.Empty<string>()];

        var json = JsonShape.Parse((await CliProgram.RunAsync([.. arguments, "-f", "json"])).MustExit(4).Out);
        Assert.False(json.GetProperty("valid").GetBoolean());
        Assert.Equal((18, 17), (json.GetProperty("segments_checked").GetInt32(), json.GetProperty("segments_valid").GetInt32()));
        var problem = Assert.Single(json.GetProperty("problems").EnumerateArray());
        Assert.Equal((Key, code), (problem.GetProperty("object").GetString(), problem.GetProperty("code").GetString()));

        var text = (await CliProgram.RunAsync(arguments)).MustExit(4).Out;
        Assert.StartsWith("INVALID: 1 of 18 segments missing or damaged.\n", text, StringComparison.Ordinal);
        Assert.Contains(Key, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_problem_is_reported_and_not_only_the_first()
    {
        using var scratch = new Scratch();
        var storage = scratch.CopyArchive("shop");
        foreach (var file in Directory.EnumerateFiles(storage, "*.zst", SearchOption.AllDirectories))
        {
            DamagedArchives.Damage(file, "flipped bit");
        }

        var json = JsonShape.Parse((await CliProgram.RunAsync("validate", "-p", storage, "-b", "shop", "--deep", "-f", "json")).MustExit(4).Out);
        Assert.Equal(18, json.GetProperty("problems").GetArrayLength());
        Assert.Equal(18, json.GetProperty("segments_corrupted").GetInt32());
        Assert.Equal(0, json.GetProperty("records_validated").GetInt32());
    }

    [Fact]
    public async Task A_flipped_bit_is_not_seen_without_reading_and_the_text_says_so()
    {
        using var scratch = new Scratch();
        var storage = scratch.CopyArchive("shop");
        DamagedArchives.Damage(Path.Combine(storage, Key), "flipped bit");
        var text = (await CliProgram.RunAsync("validate", "-p", storage, "-b", "shop")).MustExit(0).Out;
        Assert.Contains("what is inside was not read (--deep does)", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Offsets_that_nothing_accounts_for_make_an_archive_invalid()
    {
        using var scratch = new Scratch();
        var storage = scratch.CopyArchive("incremental");
        var path = Path.Combine(storage, "incremental", "manifest.json");
        var manifest = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(path))!;
        foreach (var partition in manifest["topics"]!.AsArray().SelectMany(topic => topic!["partitions"]!.AsArray()))
        {
            partition!.AsObject().Remove("gaps");
        }

        File.WriteAllText(path, manifest.ToJsonString());
        var json = JsonShape.Parse((await CliProgram.RunAsync("validate", "-p", storage, "-b", "incremental", "-f", "json")).MustExit(4).Out);
        var hole = Assert.Single(json.GetProperty("completeness").GetProperty("holes").EnumerateArray());
        Assert.Equal(
            ("inc.events", 2, 200, 259, "unexplained"),
            (hole.GetProperty("topic").GetString(), hole.GetProperty("partition").GetInt32(), hole.GetProperty("start_offset").GetInt32(), hole.GetProperty("end_offset").GetInt32(), hole.GetProperty("cause").GetString()));
    }

    [Fact]
    public async Task A_known_gap_is_shown_and_is_no_problem()
    {
        var text = (await CliProgram.RunAsync("validate", "-p", Golden.Backups, "-b", "incremental")).MustExit(0).Out;
        Assert.StartsWith("VALID: ", text, StringComparison.Ordinal);
        Assert.Contains("inc.events/2: hole 200-259, known gap: offset_out_of_range", text, StringComparison.Ordinal);
    }
}
