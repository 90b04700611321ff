using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Tests.Support;

namespace KafkaRestore.Cli.Tests;

public sealed class CompletionTests
{
    [Theory]
    [InlineData("res", "restore resume")]
    [InlineData("validate", "validate-restore validate")]
    [InlineData("list --fo", "--format")]
    [InlineData("list --format ", "text json yaml")]
    [InlineData("show-offset-mapping -f c", "csv")]
    [InlineData("-v describe --back", "--backup-id")]
    [InlineData("completion ", "bash zsh fish --verbose --log-format --no-color --help")]
    [InlineData("offset-map tr", "translate")]
    [InlineData("offset-map export --report-format ", "v1 v2 csv")]
    [InlineData("--ver", "--verbose --version")]
    [InlineData("restore --config rep", "reports")]
    public async Task The_bash_script_completes(string typed, string expected)
    {
        var words = typed.Split(' ');
        var script = $"""
            source <($KAFKA_RESTORE completion bash)
            COMP_WORDS=(kafka-restore {string.Join(' ', words.Select(word => $"'{word}'"))})
            COMP_CWORD={words.Length}
            _kafka_restore
            printf '%s\n' "${"{"}COMPREPLY[@]{"}"}"
            """;
        var result = (await CliProgram.BashAsync(script)).MustExit(0);
        Assert.Equal("", result.Error);
        Assert.Equal(expected.Split(' ').Order(StringComparer.Ordinal), result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public async Task A_script_knows_every_command_and_option(string shell)
    {
        var script = (await CliProgram.RunAsync("completion", shell)).MustExit(0).Out;
        foreach (var command in CommandLine.CreateRoot().Subcommands)
        {
            Assert.Contains(command.Name, script, StringComparison.Ordinal);
            Assert.All(command.Subcommands, sub => Assert.Contains(sub.Name, script, StringComparison.Ordinal));
            Assert.All(command.Options.Concat(command.Subcommands.SelectMany(sub => sub.Options)), option => Assert.Contains(option.Name.TrimStart('-'), script, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("zsh", "zsh -n")]
    [InlineData("fish", "fish --no-execute")]
    public async Task A_script_is_accepted_by_its_shell_where_that_is_installed(string shell, string check)
    {
        var result = (await CliProgram.BashAsync($"command -v {shell} >/dev/null || exit 0; FILE=$(mktemp); trap 'rm -f \"$FILE\"' EXIT; $KAFKA_RESTORE completion {shell} > \"$FILE\" || exit 1; {check} \"$FILE\"")).MustExit(0);
        Assert.Equal("", result.Error);
    }
}
