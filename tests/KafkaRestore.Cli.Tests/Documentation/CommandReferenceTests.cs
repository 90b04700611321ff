using System.CommandLine;
using System.Text;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Tests.Support;

namespace KafkaRestore.Cli.Tests.Documentation;

public sealed class CommandReferenceTests
{
    public static TheoryData<string> Commands { get; } = [.. All().Select(PathOf)];

    [Fact]
    public async Task The_documentation_holds_the_help_of_every_command_as_the_program_prints_it()
    {
        var text = new StringBuilder();
        text.Append("## kafka-restore\n\n").Append(await HelpAsync("--help"));
        foreach (var command in All().Select(PathOf))
        {
            text.Append($"\n## {command}\n\n").Append(await HelpAsync([.. command.Split(' '), "--help"]));
        }

        DocumentedPart.MustBe("commands.md", "commands", text.ToString());
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task The_help_of_a_command_shows_usage_and_an_example_within_100_columns(string command)
    {
        var result = (await CliProgram.RunAsync([.. command.Split(' '), "-h"])).MustExit(0);
        Assert.Equal("", result.Error);
        Assert.Contains($"\nUsage: kafka-restore {command}", result.Out, StringComparison.Ordinal);
        Assert.Matches($"(?s)\nExamples:\n  .*kafka-restore {command}", result.Out);
        Assert.All(result.Out.Split('\n'), line => Assert.True(line.Length <= 100, line));
    }

    [Fact]
    public async Task Help_is_shown_even_when_what_is_needed_is_missing_or_wrong()
    {
        var result = (await CliProgram.RunAsync("restore", "--format", "xml", "--help")).MustExit(0);
        Assert.Contains("--config FILE", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_version_names_the_program_and_its_client_library()
    {
        var result = (await CliProgram.RunAsync("--version")).MustExit(0);
        Assert.Matches(@"^kafka-restore \d+\.\d+\.\d+\nlibrdkafka (\d+\.\d+\.\d+ \((system|packaged), .+\)|is missing: .+)\n$", result.Out);
    }

    /// <summary>Every command, those of a group behind it.</summary>
    private static IEnumerable<Command> All() => CommandLine.CreateRoot().Subcommands.SelectMany(command => command.Subcommands.Prepend(command));

    private static string PathOf(Command command) => HelpPage.PathOf(command)[(CommandLine.ProgramName.Length + 1)..];

    private static async Task<string> HelpAsync(params string[] arguments) =>
        $"```text\n{(await CliProgram.RunAsync(arguments)).MustExit(0).Out}```\n";
}
