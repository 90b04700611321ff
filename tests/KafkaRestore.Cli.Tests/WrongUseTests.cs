using KafkaRestore.Cli.Tests.Support;

namespace KafkaRestore.Cli.Tests;

public sealed class WrongUseTests
{
    [Theory]
    [InlineData("", "a command is needed: restore, ")]
    [InlineData("-v", "a command is needed")]
    [InlineData("lst", "there is no command 'lst'; did you mean 'list'?")]
    [InlineData("frobnicate", "there is no command 'frobnicate'")]
    [InlineData("restore", "'--config' is required")]
    [InlineData("restore --config", "'--config'")]
    [InlineData("restore --confg x.yaml", "has no option '--confg'; did you mean '--config'?")]
    [InlineData("restore -c a.yaml -c b.yaml", "single argument")]
    [InlineData("restore -c a.yaml stray", "does not take 'stray'")]
    [InlineData("validate-restore", "'--config' is required")]
    [InlineData("list", "'--path' is required")]
    [InlineData("list --path x --format xml", "--format takes text, json or yaml, not 'xml'")]
    [InlineData("list --path x --format JSON", "--format takes text, json or yaml, not 'JSON'")]
    [InlineData("describe --path x", "--path and --backup-id are needed, or --config")]
    [InlineData("describe --backup-id x", "--path and --backup-id are needed, or --config")]
    [InlineData("describe --config c --path x", "--config already says where the archive is")]
    [InlineData("validate --path x --backup-id y --format csv", "--format takes")]
    [InlineData("show-offset-mapping --path x --backup-id y --format cvs", "--format takes text, json, yaml or csv, not 'cvs'")]
    [InlineData("completion", "")]
    [InlineData("completion tcsh", "'tcsh' is not a shell")]
    [InlineData("restore @x", "does not take '@x'")]
    public async Task It_exits_2_and_says_on_stderr_alone_what_is_wrong_and_how_it_is_used(string arguments, string problem)
    {
        var result = (await CliProgram.RunAsync(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries))).MustExit(2);
        Assert.Equal("", result.Out);
        Assert.StartsWith("USAGE: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(problem, result.Error, StringComparison.Ordinal);
        Assert.Contains("Usage: kafka-restore", result.Error, StringComparison.Ordinal);
        Assert.Contains("--help`", result.Error, StringComparison.Ordinal);
        Assert.True(result.Error.Count(c => c == '\n') <= 4, result.Error);
    }

    [Fact]
    public async Task A_secret_given_as_an_option_is_not_repeated()
    {
        var result = (await CliProgram.RunAsync("restore", "--config", "x.yaml", "--sasl-password=hunter2")).MustExit(2);
        Assert.Contains("'--sasl-password'", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("s3://key:hunter2@bucket/x")]
    [InlineData("s3://bucket/x?secret_access_key=hunter2")]
    public async Task A_storage_address_with_credentials_is_refused_without_repeating_them(string address)
    {
        var result = (await CliProgram.RunAsync("list", "--path", address, "-vv")).MustExit(2);
        Assert.StartsWith("STORAGE_INVALID: ", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Control_characters_that_were_typed_do_not_reach_the_terminal()
    {
        var result = (await CliProgram.RunAsync("\u001b[31mlist")).MustExit(2);
        Assert.DoesNotContain('\u001b', result.Error);
        Assert.Contains("\\u001b[31mlist", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_archive_that_does_not_exist_is_named_and_exits_3()
    {
        var result = (await CliProgram.RunAsync("describe", "-p", "backups", "-b", "nightly")).MustExit(3);
        Assert.Equal("", result.Out);
        Assert.StartsWith("ARCHIVE_NOT_FOUND: there is no archive 'nightly'", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_that_a_person_can_act_on_has_its_causes_but_no_stack_trace_when_verbose()
    {
        var result = (await CliProgram.RunAsync("describe", "-p", "backups", "-b", "nightly", "-vv")).MustExit(3);
        Assert.Contains("caused by RestoreException: ", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_storage_that_does_not_exist_is_named_and_exits_2()
    {
        var result = (await CliProgram.RunAsync("list", "-p", "no-such-directory")).MustExit(2);
        Assert.Equal("", result.Out);
        Assert.Contains("no-such-directory", result.Error, StringComparison.Ordinal);
    }
}
