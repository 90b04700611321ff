using KafkaRestore.Chaos.Tests.Clusters;
using KafkaRestore.Chaos.Tests.Programs;
using KafkaRestore.Chaos.Tests.Scenarios;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;

namespace KafkaRestore.Chaos.Tests.Writers;

/// <summary>A restore stands still (SIGSTOP), another one takes its place and has begun to write, and the first one wakes.</summary>
[Collection(OneBrokerCollection.Name)]
public sealed class ZombieTests(OneBroker broker)
{
    [KafkaLauncherFact]
    public async Task One_that_stands_still_holds_its_job_and_whoever_comes_is_told_its_process()
    {
        await using var scenario = await Scenario.CreateAsync(await broker.ClusterAsync(), new PlainRecipe());
        await using var sleeper = await scenario.StartWritingAsync();
        await sleeper.StopAsync();

        var refused = (await scenario.RunAsync()).MustExit(3);

        Assert.StartsWith($"{ErrorCodes.JobLocked}: ", refused.Error, StringComparison.Ordinal);
        Assert.Contains($"process {sleeper.Id} ", refused.Error, StringComparison.Ordinal);
        await sleeper.WakeAsync();
        (await sleeper.EndAsync()).MustExit(0);
        await scenario.MustBeExactAsync();
    }

    [KafkaLauncherFact]
    public async Task One_whose_state_was_moved_to_another_machine_writes_nothing_once_it_is_succeeded()
    {
        await using var scenario = await Scenario.CreateAsync(await broker.ClusterAsync(), new PlainRecipe());

        await SucceedAsync(scenario, () =>
        {
            Copies.Directory(scenario.StateDirectory, scenario.PathOf("moved"));
            scenario.StateDirectory = scenario.PathOf("moved");
        });

        await scenario.MustBeExactAsync();
    }

    [KafkaLauncherFact]
    public async Task One_whose_state_is_out_of_reach_writes_nothing_once_it_is_succeeded_by_adoption()
    {
        await using var scenario = await Scenario.CreateAsync(await broker.ClusterAsync(), new MergedRecipe());

        await SucceedAsync(scenario, () => scenario.StateDirectory = scenario.PathOf("new"), "--adopt");

        await scenario.MustBeExactAsync();
    }

    /// <summary>The zombie even writes its own last checkpoints over its successor's; the target's log is the truth.</summary>
    [KafkaLauncherFact]
    public async Task One_that_shares_its_state_where_locks_have_no_effect_writes_nothing_to_the_target_and_its_checkpoints_do_no_harm()
    {
        await using var scenario = await Scenario.CreateAsync(await broker.ClusterAsync(), new PlainRecipe());
        scenario.Environment["DOTNET_SYSTEM_IO_DISABLEFILELOCKING"] = "1";

        await SucceedAsync(scenario, () => { });
        (await scenario.RunAsync()).MustExit(0);

        await scenario.MustBeExactAsync();
    }

    /// <summary>Stops a restore in the middle, starts its successor, wakes the first one while the second writes, and lets both end.</summary>
    private static async Task SucceedAsync(Scenario scenario, Action move, params string[] flags)
    {
        await using var zombie = await scenario.StartWritingAsync();
        await zombie.StopAsync();
        var standing = await scenario.CountAsync();
        move();
        await using var successor = await scenario.StartWritingAsync(null, flags);

        await zombie.WakeAsync();

        MustBeFenced((await zombie.EndAsync()).MustExit(4), scenario);
        var result = (await successor.EndAsync()).MustExit(0);
        var recalled = result.Count("records_restored_before") + result.Count("records_recognised");
        Assert.InRange(recalled, standing, scenario.Records - 1);
        Assert.Equal(scenario.Records, result.Count("records_restored"));
    }

    private static void MustBeFenced(RestoreResult zombie, Scenario scenario)
    {
        Assert.Equal(scenario.Lanes.Count, zombie.Errors.Count);
        Assert.All(zombie.Errors, error => Assert.Contains(ErrorCodes.Fenced.Word, error, StringComparison.Ordinal));
    }
}
