using System.Globalization;
using KafkaRestore.Offsets.Scripts;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Offsets.Tests.Scripts;

/// <summary>What a script does with whatever the tool says; the tool here is a few lines of shell.</summary>
public sealed class ResetScriptTests
{
    // Prints what the real one prints: a table of what it was asked for.
    private const string Obeys = """
        for argument in "$@"; do case "$argument" in --group=*) group=${argument#--group=} ;; esac; done
        while [ $# -gt 0 ]; do [ "$1" != --from-file ] || file=$2; shift; done
        printf '\n%-20s %-15s %-10s %s\n' GROUP TOPIC PARTITION NEW-OFFSET
        while IFS=, read -r topic partition offset; do
          printf '%-20s %-15s %-10s %s\n' "$group" "$topic" "$partition" "$offset"
        done <"$file"
        """;

    public static TheoryData<string> OddNames => ["ops/eu west $HOME", "it's \"q\"", "-x", "--execute", "`id`", "$(touch pwned)", "a;b|c&d>e", "back\\slash", "*", " lead", "OFFSETS", "%s%n"];

    [UnixTheory]
    [MemberData(nameof(OddNames))]
    public async Task A_name_reaches_the_tool_as_it_is(string group)
    {
        using var run = new ScriptRun(new ScriptOffset(group, "orders", 0, 5, "12\n`rm -rf ~`"));

        var (exit, output, error) = await run.RunAsync(run.Tool($"""printf '%s\0' "$@" >"$OUT/arguments"{"\n"}{Obeys}"""));

        Assert.Equal((0, ""), (exit, error));
        Assert.Contains("1 offsets are set, 0 are not.", output, StringComparison.Ordinal);
        Assert.Contains($"--group={group}", (await File.ReadAllTextAsync(run.PathOf("arguments"))).Split('\0'));
        Assert.False(File.Exists(run.PathOf("pwned")));
    }

    [UnixFact]
    public async Task A_tool_that_says_nothing_and_exits_with_0_has_set_nothing()
    {
        using var run = new ScriptRun(new ScriptOffset("a", "orders", 0, 5), new ScriptOffset("b", "orders", 0, 6));

        var (exit, output, error) = await run.RunAsync(run.Tool("exit 0"));

        Assert.Equal(1, exit);
        Assert.Contains("0 offsets are set, 2 are not.", output, StringComparison.Ordinal);
        Assert.Contains("NOT SET: a, orders,0,5\n", error, StringComparison.Ordinal);
        Assert.Contains("NOT SET: b, orders,0,6\n", error, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_failure_of_one_group_does_not_keep_the_others_back()
    {
        using var run = new ScriptRun(new ScriptOffset("a", "orders", 0, 5), new ScriptOffset("b", "orders", 0, 6), new ScriptOffset("c", "orders", 0, 7));

        var (exit, output, error) = await run.RunAsync(run.Tool($"""case "$*" in *--group=b*) echo; echo 'Error: Assignments can only be reset if the group is inactive'; exit 0 ;; esac{"\n"}{Obeys}"""));

        Assert.Equal(1, exit);
        Assert.Contains("2 offsets are set, 1 are not.", output, StringComparison.Ordinal);
        Assert.Contains("Error: Assignments can only be reset if the group is inactive", error, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task An_offset_that_the_tool_changed_is_not_set()
    {
        using var run = new ScriptRun(new ScriptOffset("a", "orders", 0, 5), new ScriptOffset("a", "orders", 1, 500));

        var (exit, output, error) = await run.RunAsync(run.Tool(Obeys.Replace("\"$offset\"", "\"${offset/500/99}\"", StringComparison.Ordinal)));

        Assert.Equal(1, exit);
        Assert.Contains("1 offsets are set, 1 are not.", output, StringComparison.Ordinal);
        Assert.Contains("NOT SET: a, orders,1,500 (the tool took 99)", error, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_tool_that_prints_a_table_and_fails_all_the_same_has_set_nothing()
    {
        using var run = new ScriptRun(new ScriptOffset("a", "orders", 0, 5));

        var (exit, output, _) = await run.RunAsync(run.Tool($"{Obeys}\nexit 1"));

        Assert.Equal(1, exit);
        Assert.Contains("0 offsets are set, 1 are not.", output, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task The_table_of_another_group_confirms_nothing()
    {
        using var run = new ScriptRun(new ScriptOffset("café", "orders", 0, 5));

        Assert.Equal(1, (await run.RunAsync(run.Tool(Obeys.Replace("group=${argument#--group=}", "group='caf?'", StringComparison.Ordinal)))).Exit);
    }

    [UnixFact]
    public async Task One_topic_that_fails_does_not_keep_the_others_of_its_group_back()
    {
        using var run = new ScriptRun(new ScriptOffset("a", "gone", 0, 1), new ScriptOffset("a", "gone.too", 0, 1), new ScriptOffset("a", "orders", 0, 5), new ScriptOffset("a", "orders", 1, 6));

        var (exit, output, error) = await run.RunAsync(run.Tool($"""for f in "$@"; do [ ! -f "$f" ] || ! grep -q gone "$f" || exit 0; done{"\n"}{Obeys}"""));

        Assert.Equal(1, exit);
        Assert.Contains("2 offsets are set, 2 are not.", output, StringComparison.Ordinal);
        Assert.Equal(1, error.Split("NOT SET: a, gone,0,1").Length - 1);
        Assert.DoesNotContain("NOT SET: a, orders", error, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_dry_run_asks_the_tool_for_one()
    {
        using var run = new ScriptRun(new ScriptOffset("a", "orders", 0, 5));

        var (exit, output, _) = await run.RunAsync(run.Tool($"""printf '%s\n' "$@" >"$OUT/arguments"{"\n"}{Obeys}"""), "localhost:9092", "--dry-run");

        Assert.Equal(0, exit);
        Assert.Contains("Nothing was changed.", output, StringComparison.Ordinal);
        var arguments = await File.ReadAllLinesAsync(run.PathOf("arguments"));
        Assert.Contains("--dry-run", arguments);
        Assert.DoesNotContain("--execute", arguments);
    }

    [UnixTheory]
    [InlineData("no-such-tool", "localhost:9092", "no-such-tool is not there")]
    [InlineData("true", "", "BOOTSTRAP_SERVERS is not set")]
    public async Task A_script_that_cannot_run_says_why_and_exits_with_2(string tool, string servers, string why)
    {
        using var run = new ScriptRun(new ScriptOffset("a", "orders", 0, 5));

        var (exit, _, error) = await run.RunAsync(tool, servers);

        Assert.Equal(2, exit);
        Assert.Contains(why, error, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_wrong_argument_is_refused()
    {
        using var run = new ScriptRun(new ScriptOffset("a", "orders", 0, 5));

        Assert.Equal(2, (await run.RunAsync(run.Tool(Obeys), "localhost:9092", "--dryrun")).Exit);
    }

    [Theory]
    [InlineData("", "orders")]
    [InlineData("a\nb", "orders")]
    [InlineData("a\0", "orders")]
    [InlineData("SURROGATE", "orders")]
    [InlineData("a", "or ders")]
    [InlineData("a", "orders\nOFFSETS")]
    public void A_name_that_the_tool_cannot_take_is_refused(string group, string topic)
    {
        group = group.Replace("SURROGATE", "a\ud800", StringComparison.Ordinal); // test cases do not carry half a character
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        var failure = Assert.Throws<RestoreException>(() => ResetScript.Write(text, new ScriptHeader("test", DateTimeOffset.UnixEpoch), [new ScriptOffset(group, topic, 0, 1)]));

        Assert.Equal(ErrorCodes.ConfigNotSupported, failure.Code);
        Assert.Equal("", text.ToString());
    }

    [Fact]
    public void Comments_stay_comments()
    {
        using var run = new ScriptRun(new ScriptOffset("a", "orders", 0, 5, "first\nsecond\r\u2028third"));

        Assert.Contains("# orders/0: first second  third\n", run.Text, StringComparison.Ordinal);
        Assert.Contains("# From: test rm -rf /\n", run.Text, StringComparison.Ordinal);
    }
}
