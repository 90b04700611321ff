using KafkaRestore.Cli.Tests.Support;
using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Preparing;

/// <summary>Deleting what the target's topics hold, on the command line: never without being confirmed, and never once the job has begun.</summary>
public sealed class PurgeTests
{
    private const string Asked = "purge_topics: true";

    [RealKafkaFact]
    public async Task Without_the_flag_it_is_refused_with_3_and_says_what_would_be_deleted()
    {
        using var target = await PreparedTarget.CreateAsync();
        await target.FillAsync();
        target.Configure(Asked);

        var refused = (await target.RestoreAsync("--format", "json")).MustExit(3);

        var error = Assert.Single(JsonShape.Parse(refused.Out).GetProperty("errors").EnumerateArray()).GetString()!;
        Assert.StartsWith($"TARGET_NOT_EMPTY: purge_topics would delete the records of 1 topic(s): {target.Topic} (3 offsets). Run again with --purge", error, StringComparison.Ordinal);
        Assert.Equal(3, await target.CountAsync());
    }

    [RealKafkaFact]
    public async Task The_flag_alone_deletes_nothing_and_says_so()
    {
        using var target = await PreparedTarget.CreateAsync();
        await target.FillAsync();

        var refused = (await target.RestoreAsync("--purge")).MustExit(3);

        Assert.Contains("--purge has no effect: restore.purge_topics is not set", refused.Error, StringComparison.Ordinal);
        Assert.Contains("TARGET_NOT_EMPTY: ", refused.Error, StringComparison.Ordinal);
        Assert.Equal(3, await target.CountAsync());
    }

    [RealKafkaTheory]
    [InlineData(2, "--purge=maybe")]
    [InlineData(2, "--purge", "yes")]
    [InlineData(2, "--purg")]
    [InlineData(3, "--purge=false")]
    [InlineData(3, "--purge", "false")]
    public async Task A_confirmation_that_is_none_deletes_nothing(int exit, params string[] flags)
    {
        using var target = await PreparedTarget.CreateAsync();
        await target.FillAsync();
        target.Configure(Asked);

        (await target.RestoreAsync(flags)).MustExit(exit);

        Assert.Equal(3, await target.CountAsync());
    }

    [RealKafkaFact]
    public async Task A_dry_run_shows_it_and_deletes_nothing()
    {
        using var target = await PreparedTarget.CreateAsync();
        await target.FillAsync();
        target.Configure(Asked);

        var result = (await CliProgram.RunAsync("validate-restore", "--config", target.Config)).MustExit(0);

        Assert.Contains($"{target.Topic} (3 offsets)", result.Out, StringComparison.Ordinal);
        Assert.Equal(3, await target.CountAsync());
    }

    [RealKafkaFact]
    public async Task Confirmed_it_deletes_them_and_restores()
    {
        using var target = await PreparedTarget.CreateAsync();
        await target.FillAsync();
        target.Configure(Asked);

        var done = (await target.RestoreAsync("--purge")).MustExit(0);

        Assert.Contains($"warning: purge_topics: the records of 1 topic(s) are deleted before the first write: {target.Topic} (3 offsets). Only a restore with --purge does so.", done.Error, StringComparison.Ordinal);
        Assert.Equal(PreparedTarget.Records, await target.CountAsync());
    }

    [RealKafkaFact]
    public async Task A_job_that_goes_on_or_is_finished_deletes_nothing_whatever_is_confirmed()
    {
        using var target = await PreparedTarget.CreateAsync();
        target.Configure(Asked, "rate_limit_records_per_sec: 500");
        await using (var program = CliProgram.Start(["restore", "--config", target.Config, "--purge"]))
        {
            await target.UntilWritingAsync(program);
            program.Signal("INT");
            (await program.EndAsync()).MustExit(5);
        }

        var before = await target.CountAsync();
        target.Configure(Asked);
        var goneOn = JsonShape.Parse((await target.RestoreAsync("--purge", "--format", "json")).MustExit(0).Out);
        Assert.Equal(before, goneOn.GetProperty("records_restored_before").GetInt64() + goneOn.GetProperty("records_recognised").GetInt64());
        Assert.Equal(PreparedTarget.Records, await target.CountAsync());

        Assert.StartsWith("FINISHED: ", (await target.RestoreAsync("--purge")).MustExit(0).Out, StringComparison.Ordinal);
        Assert.Equal(PreparedTarget.Records, await target.CountAsync());
    }

    [RealKafkaFact]
    public async Task Again_with_the_flag_begins_anew()
    {
        using var target = await PreparedTarget.CreateAsync();
        target.Configure(Asked);
        (await target.RestoreAsync()).MustExit(0);

        (await target.RestoreAsync("--again")).MustExit(3);
        Assert.Equal(PreparedTarget.Records, await target.CountAsync());
        (await target.RestoreAsync("--again", "--purge")).MustExit(0);

        Assert.Equal(PreparedTarget.Records, await target.CountAsync());
    }
}
