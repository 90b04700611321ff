using KafkaRestore.Cli.Tests.Support;
using KafkaRestore.Configuration;
using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Documentation;

/// <summary>Every command and every configuration that the README and the pages of docs/ show does what they say.</summary>
public sealed class DocumentedCommandsTests
{
    private static readonly string Root = Golden.RepositoryRoot();

    public static TheoryData<string, string> ReadingCommands => Commands(command => !NeedsTarget(command));

    public static TheoryData<string, string> WritingCommands => Commands(NeedsTarget);

    [Theory]
    [MemberData(nameof(ReadingCommands))]
    public async Task A_documented_command_runs(string page, string command)
    {
        var result = await CliProgram.BashAsync($"cd '{Root}' && {Runnable(page, command)}");

        result.MustExit(0);
    }

    [RealKafkaFact]
    public async Task Documented_commands_that_need_a_target_run_in_their_order()
    {
        var broker = await KafkaBroker.SharedAsync();
        foreach (var row in WritingCommands)
        {
            var result = await CliProgram.BashAsync($"cd '{Root}' && export KAFKA_BOOTSTRAP={broker.BootstrapServers} && {Runnable((string)row[0], (string)row[1])}");

            result.MustExit(0);
        }
    }

    [Fact]
    public void The_readmes_configuration_is_the_sample()
    {
        var sample = File.ReadAllText(Path.Combine(Root, "samples", "restore.yaml"));

        Assert.Contains(Fences("README.md", "yaml"), fence => fence.TrimEnd() == sample.TrimEnd());
    }

    [Fact]
    public void Every_documented_configuration_is_accepted()
    {
        var fences = Pages().SelectMany(page => Fences(page, "yaml").Select(fence => (Page: page, Text: fence))).ToList();

        Assert.NotEmpty(fences);
        foreach (var (page, text) in fences)
        {
            // A part of a configuration is shown where only that part matters.
            var whole = text.StartsWith("mode:", StringComparison.Ordinal) ? text
                : $"mode: restore\nbackup_id: shown\ntarget: {{bootstrap_servers: [\"localhost:9092\"]}}\n{text}";
            var result = new ConfigurationReader().Read(whole, page);
            Assert.True(result.Problems.Count == 0, $"{page}: {string.Join("; ", result.Problems)}");
        }
    }

    [Fact]
    public void Every_link_between_pages_leads_somewhere()
    {
        foreach (var page in Pages())
        {
            var folder = Path.GetDirectoryName(Path.Combine(Root, page))!;
            foreach (System.Text.RegularExpressions.Match link in System.Text.RegularExpressions.Regex.Matches(File.ReadAllText(Path.Combine(Root, page)), @"\]\((?!https?://|#)([^)#]+)"))
            {
                var target = Path.Combine(folder, link.Groups[1].Value);
                Assert.True(File.Exists(target) || Directory.Exists(target), $"{page} links to {link.Groups[1].Value}, which does not exist");
            }
        }
    }

    private static bool NeedsTarget(string command) =>
        command.StartsWith("./kafka-restore restore", StringComparison.Ordinal) || command.StartsWith("./kafka-restore validate-restore", StringComparison.Ordinal) ||
        command.StartsWith("./kafka-restore verify", StringComparison.Ordinal) || command.StartsWith("./kafka-restore status", StringComparison.Ordinal) ||
        command.StartsWith("./kafka-restore offset-map", StringComparison.Ordinal) || command.StartsWith("./kafka-restore apply-pending", StringComparison.Ordinal) ||
        command.StartsWith("./kafka-restore offset-reset", StringComparison.Ordinal);

    /// <summary>The same command with the program under test; one that nobody knows how to run fails.</summary>
    private static string Runnable(string page, string command)
    {
        if (command.StartsWith("./kafka-restore ", StringComparison.Ordinal))
        {
            return "$KAFKA_RESTORE " + command["./kafka-restore ".Length..];
        }

        return command switch
        {
            "./demo" => "$KAFKA_RESTORE demo --archive samples/archive",
            // These run all the tests, this one among them.
            "./test" or "./build" => $"test -x {command}",
            _ => throw new InvalidOperationException($"{page} shows '{command}', which this test cannot run"),
        };
    }

    private static TheoryData<string, string> Commands(Func<string, bool> selects)
    {
        var data = new TheoryData<string, string>();
        foreach (var page in Pages())
        {
            foreach (var line in Fences(page, "sh").SelectMany(fence => fence.Split('\n', StringSplitOptions.RemoveEmptyEntries)).Where(selects))
            {
                data.Add(page, line);
            }
        }

        return data;
    }

    private static IEnumerable<string> Pages() =>
        Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md").Order(StringComparer.Ordinal).Select(file => Path.GetRelativePath(Root, file)).Prepend("README.md");

    private static IEnumerable<string> Fences(string page, string language)
    {
        List<string>? fence = null;
        foreach (var line in File.ReadLines(Path.Combine(Root, page)))
        {
            if (fence is null && line == "```" + language)
            {
                fence = [];
            }
            else if (fence is not null && line == "```")
            {
                yield return string.Join('\n', fence);
                fence = null;
            }
            else
            {
                fence?.Add(line);
            }
        }
    }
}
