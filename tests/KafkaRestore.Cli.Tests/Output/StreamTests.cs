using KafkaRestore.Cli.Tests.Support;
using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Output;

public sealed class StreamTests
{
    [Theory]
    [InlineData("text")]
    [InlineData("json")]
    [InlineData("yaml")]
    public async Task A_reader_that_goes_away_is_no_failure(string format)
    {
        // wide's manifest is far larger than a pipe holds.
        var result = (await CliProgram.BashAsync($"set -o pipefail; $KAFKA_RESTORE describe -p '{Golden.Backups}' -b wide -f {format} | head -c 10 >/dev/null")).MustExit(0);
        Assert.Equal("", result.Error);
    }

    [Fact]
    public async Task A_result_that_finds_no_room_is_a_failure()
    {
        var result = (await CliProgram.BashAsync($"$KAFKA_RESTORE list -p '{Golden.Backups}' > /dev/full")).MustExit(4);
        Assert.StartsWith("OUTPUT_NOT_WRITTEN: ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_closed_stderr_does_not_end_a_command()
    {
        var result = (await CliProgram.BashAsync($"$KAFKA_RESTORE -vv validate -p '{Golden.Backups}' -b shop 2>&-")).MustExit(0);
        Assert.StartsWith("VALID: ", result.Out, StringComparison.Ordinal);
    }

    [TerminalTheory]
    [InlineData("", true)]
    [InlineData("--no-color", false)]
    [InlineData("NO_COLOR", false)]
    public async Task Colours_are_for_terminals_that_want_them(string refusal, bool coloured)
    {
        var variable = refusal == "NO_COLOR" ? "export NO_COLOR=1; " : "";
        var option = refusal.StartsWith('-') ? refusal : "";
        var result = (await CliProgram.BashAsync($"{variable}script -qec \"$KAFKA_RESTORE validate -p '{Golden.Backups}' -b shop {option}\" /dev/null")).MustExit(0);
        Assert.Equal(coloured, result.Out.Contains("\u001b[32mVALID", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_pipe_gets_no_colours()
    {
        var result = (await CliProgram.RunAsync("validate", "-p", Golden.Backups, "-b", "shop", "-vv")).MustExit(0);
        Assert.DoesNotContain('\u001b', result.Out + result.Error);
    }

    [Fact]
    public async Task A_second_signal_ends_a_command_that_cannot_stop()
    {
        using var scratch = new Scratch();

        // Nobody reads on after the first bytes, so the command hangs in its write.
        var result = await CliProgram.BashAsync($$"""
            cd '{{scratch.Root}}' && mkfifo result
            $KAFKA_RESTORE describe -p '{{Golden.Backups}}' -b wide -f json > result & program=$!
            exec 3< result && head -c 1 <&3 > /dev/null
            while kill -TERM $program 2> /dev/null; do :; done
            wait $program
            """);
        result.MustExit(5);
    }
}
