using KafkaRestore.Chaos.Tests.Clusters;
using KafkaRestore.Chaos.Tests.Scenarios;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;

namespace KafkaRestore.Chaos.Tests.Writers;

/// <summary>Two processes restore the same archive into the same topic at once.</summary>
[Collection(OneBrokerCollection.Name)]
public sealed class TwoRestoresTests(OneBroker broker)
{
    [KafkaLauncherFact]
    public async Task The_second_one_of_the_same_job_is_refused_and_named_the_first_which_is_not_disturbed()
    {
        await using var scenario = await Scenario.CreateAsync(await broker.ClusterAsync(), new PlainRecipe());
        await using var first = await scenario.StartWritingAsync();

        var second = (await scenario.RunAsync(null, "--adopt")).MustExit(3);

        Assert.StartsWith($"{ErrorCodes.JobLocked}: ", second.Error, StringComparison.Ordinal);
        Assert.Contains($"process {first.Id} ", second.Error, StringComparison.Ordinal);
        (await first.EndAsync()).MustExit(0);
        await scenario.MustBeExactAsync();
    }

    [KafkaLauncherFact]
    public async Task One_of_another_machine_is_refused_by_the_records_that_stand_there()
    {
        await using var scenario = await Scenario.CreateAsync(await broker.ClusterAsync(), new PlainRecipe());
        await using var first = await scenario.StartWritingAsync();
        var own = scenario.StateDirectory;
        scenario.StateDirectory = scenario.PathOf("another machine");

        var second = (await scenario.RunAsync()).MustExit(3);

        Assert.Contains($"{ErrorCodes.TargetNotEmpty}: ", second.Error, StringComparison.Ordinal);
        (await first.EndAsync()).MustExit(0);
        scenario.StateDirectory = own;
        await scenario.MustBeExactAsync();
    }

    /// <summary>Neither sees the other in its check. Whoever loses a partition says why, and nothing of it stands there twice.</summary>
    [KafkaLauncherFact]
    public async Task Two_machines_that_begin_together_never_write_a_record_twice()
    {
        await using var scenario = await Scenario.CreateAsync(await broker.ClusterAsync(), new PlainRecipe());
        await using var one = scenario.Start([scenario.Slowly]);
        scenario.StateDirectory = scenario.PathOf("another machine");
        await using var other = scenario.Start([scenario.Slowly]);

        var ends = await Task.WhenAll(one.EndAsync(), other.EndAsync());
        Assert.All(ends, end => Assert.Contains(end.Exit, (int[])[0, 3, 4]));
        Assert.Contains(ends, end => end.Exit != 0);
        (await scenario.RunAsync(null, "--adopt")).MustExit(0);

        await scenario.MustBeExactAsync();
    }
}
