using KafkaRestore.Chaos.Tests.Clusters;
using KafkaRestore.Chaos.Tests.Faults;
using KafkaRestore.Chaos.Tests.Scenarios;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;

namespace KafkaRestore.Chaos.Tests.Storage;

/// <summary>The disk of the state is full: before the restore begins, and in the middle.</summary>
[Collection(OneBrokerCollection.Name)]
public sealed class FullDiskTests(OneBroker broker)
{
    private const int Kibibytes = 512;

    [LauncherAndTinyDiskFact]
    public async Task Without_room_for_its_state_a_restore_writes_nothing()
    {
        using var disk = new TinyDisk(Kibibytes);
        await using var scenario = await Scenario.CreateAsync(await broker.ClusterAsync(), new PlainRecipe());
        scenario.StateDirectory = disk.Path;
        Ballast.Fill(disk);

        var result = (await scenario.RunAsync()).MustExit(3);

        Assert.StartsWith($"{ErrorCodes.StateUnwritable}: ", result.Error, StringComparison.Ordinal);
        Assert.All(await scenario.EndsAsync(), end => Assert.Equal(0, end));
    }

    [LauncherAndTinyDiskFact]
    public async Task A_disk_that_fills_up_in_the_middle_stops_the_restore_with_the_reason_and_it_goes_on_when_there_is_room()
    {
        using var disk = new TinyDisk(Kibibytes);
        await using var scenario = await Scenario.CreateAsync(await broker.ClusterAsync(), new PlainRecipe());
        scenario.StateDirectory = disk.Path;
        scenario.RecordsPerSecond = 400;
        string filler;
        await using (var program = await scenario.StartWritingAsync(["checkpoint_interval_secs: 1"]))
        {
            filler = Ballast.Fill(disk);
            var errors = (await program.EndAsync()).MustExit(4).Errors;
            Assert.Equal(scenario.Lanes.Count, errors.Count);
            Assert.All(errors, error => Assert.Contains(ErrorCodes.StateUnwritable.Word, error, StringComparison.Ordinal));
        }

        Assert.InRange(await scenario.CountAsync(), 1, scenario.Records - 1);
        File.Delete(filler);
        (await scenario.RunAsync()).MustExit(0);

        await scenario.MustBeExactAsync();
    }
}
