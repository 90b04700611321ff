using KafkaRestore.Cli.Tests.Support;
using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Preparing;

/// <summary>The command that puts settings back by hand.</summary>
public sealed class ApplyPendingTests
{
    [RealKafkaFact]
    public async Task Settings_that_were_left_aside_are_put_back_once_and_the_next_time_nothing_is_pending()
    {
        using var target = await PreparedTarget.CreateAsync();
        await target.RestoreWithSettingsAsideAsync();

        var first = (await target.ApplyPendingAsync()).MustExit(0);
        Assert.StartsWith("DONE: the settings of 1 topic are put back.\n", first.Out, StringComparison.Ordinal);
        Assert.Contains("retention.ms=800000000000", first.Out, StringComparison.Ordinal);
        Assert.Equal(PreparedTarget.Settings, await target.SettingsAsync());

        var second = (await target.ApplyPendingAsync()).MustExit(0);
        Assert.StartsWith("NOTHING PENDING: no setting of this restore is set aside.\n", second.Out, StringComparison.Ordinal);
    }

    [RealKafkaFact]
    public async Task As_json_it_names_topic_state_and_settings()
    {
        using var target = await PreparedTarget.CreateAsync();
        await target.RestoreWithSettingsAsideAsync();

        var json = JsonShape.Parse((await target.ApplyPendingAsync("--format", "json")).MustExit(0).Out);

        var topic = Assert.Single(json.GetProperty("topics").EnumerateArray());
        Assert.Equal((target.Topic, "put_back"), (topic.GetProperty("topic").GetString(), topic.GetProperty("state").GetString()));
        var setting = Assert.Single(topic.GetProperty("settings").EnumerateArray(), setting => setting.GetProperty("name").GetString() == "retention.ms");
        Assert.Equal("800000000000", setting.GetProperty("final").GetString());
        Assert.Empty(json.GetProperty("errors").EnumerateArray());
    }

    [RealKafkaFact]
    public async Task A_restore_that_is_not_done_is_warned_of_and_sets_them_aside_again_when_it_goes_on()
    {
        using var target = await PreparedTarget.CreateAsync();
        target.Configure("existing_topic_config_policy: apply", "rate_limit_records_per_sec: 500");
        await using (var program = CliProgram.Start(["restore", "--config", target.Config]))
        {
            await target.UntilWritingAsync(program);
            program.Signal("INT");
            (await program.EndAsync()).MustExit(5);
        }

        Assert.Contains(PreparedTarget.Aside, await target.SettingsAsync(), StringComparison.Ordinal);
        var applied = (await target.ApplyPendingAsync()).MustExit(0);
        Assert.Contains("warning: the restore is not done: old records that it has written may be deleted", applied.Error, StringComparison.Ordinal);
        Assert.Equal(PreparedTarget.Settings, await target.SettingsAsync());

        target.Configure("existing_topic_config_policy: apply");
        (await target.RestoreAsync()).MustExit(0);
        Assert.Equal(PreparedTarget.Settings, await target.SettingsAsync());
        Assert.Equal(PreparedTarget.Records, await target.CountAsync());
    }

    [RealKafkaFact]
    public async Task While_a_restore_runs_it_is_refused_with_3_and_the_settings_stay_aside()
    {
        using var target = await PreparedTarget.CreateAsync();
        target.Configure("existing_topic_config_policy: apply", "rate_limit_records_per_sec: 300");
        await using var program = CliProgram.Start(["restore", "--config", target.Config]);
        await target.UntilWritingAsync(program);

        var refused = (await target.ApplyPendingAsync()).MustExit(3);

        Assert.StartsWith("JOB_LOCKED: ", refused.Error, StringComparison.Ordinal);
        Assert.Equal("", refused.Out);
        program.Signal("INT");
        (await program.EndAsync()).MustExit(5);
    }

    [RealKafkaFact]
    public async Task Of_a_topic_that_was_deleted_there_is_nothing_to_put_back()
    {
        using var target = await PreparedTarget.CreateAsync();
        await target.RestoreWithSettingsAsideAsync();
        await target.DeleteTopicAsync();

        var json = JsonShape.Parse((await target.ApplyPendingAsync("--format", "json")).MustExit(0).Out);

        Assert.Equal("gone", Assert.Single(json.GetProperty("topics").EnumerateArray()).GetProperty("state").GetString());
        Assert.StartsWith("NOTHING PENDING: ", (await target.ApplyPendingAsync()).MustExit(0).Out, StringComparison.Ordinal);
    }

    [RealKafkaFact]
    public async Task A_restore_that_has_set_nothing_aside_has_nothing_pending()
    {
        using var target = await PreparedTarget.CreateAsync();
        (await target.RestoreAsync()).MustExit(0);

        Assert.StartsWith("NOTHING PENDING: ", (await target.ApplyPendingAsync()).MustExit(0).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_no_restore_has_begun_it_says_so()
    {
        using var scratch = new Scratch();
        var state = scratch.PathOf("no-such.json");
        var config = scratch.Configuration("shop", "127.0.0.1:1", $"checkpoint_state: {state}");

        var result = await CliProgram.RunAsync("apply-pending", "--config", config);

        Assert.Equal((3, ""), (result.Exit, result.Out));
        Assert.StartsWith($"JOB_NOT_FOUND: no restore has begun whose state would be there, so none has set anything aside ({state}). Give the configuration and the --state-dir", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_configuration_of_a_dry_run_has_nothing_pending_and_says_why()
    {
        using var scratch = new Scratch();

        var result = await CliProgram.RunAsync("apply-pending", "--config", scratch.Configuration("shop", "127.0.0.1:1", "dry_run: true"));

        Assert.Equal(3, result.Exit);
        Assert.Contains("restore.dry_run is set, and a dry run sets nothing aside", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_configuration_is_refused_with_2_and_its_key()
    {
        using var scratch = new Scratch();

        var result = await CliProgram.RunAsync("apply-pending", "--config", scratch.Configuration("shop", "127.0.0.1:1", "put_back_setings: on_request"));

        Assert.Equal((2, ""), (result.Exit, result.Out));
        Assert.Contains("restore.put_back_setings", result.Error, StringComparison.Ordinal);
        Assert.Contains("restore.put_back_settings", result.Error, StringComparison.Ordinal);
    }

    [RealKafkaFact]
    public async Task Without_a_broker_they_stay_set_aside()
    {
        using var target = await PreparedTarget.CreateAsync();
        await target.RestoreWithSettingsAsideAsync();
        var journal = Path.Combine(target.StateFile + ".d", "settings.journal");
        var before = await File.ReadAllTextAsync(journal);
        var elsewhere = target.Write("elsewhere.yaml", (await File.ReadAllTextAsync(target.Config)).Replace((await KafkaBroker.SharedAsync()).BootstrapServers, "127.0.0.1:1", StringComparison.Ordinal));

        var refused = (await CliProgram.RunAsync("apply-pending", "--config", elsewhere)).MustExit(3);

        Assert.StartsWith("TARGET_UNREACHABLE: ", refused.Error, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(journal));
        Assert.Contains("\"is_pending\": true", before, StringComparison.Ordinal);
    }
}
