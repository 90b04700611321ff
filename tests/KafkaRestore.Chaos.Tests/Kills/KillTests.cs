using KafkaRestore.Chaos.Tests.Clusters;
using KafkaRestore.Chaos.Tests.Scenarios;
using Xunit.Abstractions;

namespace KafkaRestore.Chaos.Tests.Kills;

/// <summary>A restore is killed (SIGKILL) at random times and goes on with the same command until it is done; then the official client reads the target.</summary>
[Collection(OneBrokerCollection.Name)]
public sealed class KillTests(OneBroker broker, ITestOutputHelper output)
{
    public static TheoryData<string> Recipes => [.. Recipe.All.Select(recipe => recipe.Name)];

    [LauncherTheory]
    [MemberData(nameof(Recipes))]
    public async Task Killed_at_any_time_a_restore_loses_repeats_and_reorders_nothing_and_its_map_is_exact(string recipe)
    {
        var wanted = (ChaosSettings.Kills + Recipe.All.Count - 1) / Recipe.All.Count;
        var tally = new KillTally();
        for (var job = 0; tally.Kills < wanted; job++)
        {
            var seed = ChaosSettings.Seed + job;
            var before = tally;
            try
            {
                tally = await new KilledJob(await broker.ClusterAsync(), Recipe.Named(recipe), seed).RunAsync(wanted - tally.Kills, tally);
            }
            catch (Exception failure)
            {
                throw new KillTestException($"{recipe}, job {job} of seed {seed}, after {before}; again with {ChaosSettings.Again}", failure);
            }
        }

        output.WriteLine($"{recipe}: {tally}; seed {ChaosSettings.Seed}");
        Assert.True(tally.Hits > 0, $"none of {tally.Kills} kills hit a lane at work; {ChaosSettings.Again}");
    }
}

/// <summary>Which seed a job died with, around the reason.</summary>
public sealed class KillTestException(string message, Exception inner) : Exception(message, inner);
