using KafkaRestore.Chaos.Tests.Faults;
using KafkaRestore.Chaos.Tests.Scenarios;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;

namespace KafkaRestore.Chaos.Tests.Brokers;

/// <summary>The disk of a broker fills up in the middle: Kafka gives up what is on it until the broker starts again, and all of itself when it has no other.</summary>
public sealed class FullBrokerDiskTests
{
    // What a broker writes besides the records, and more.
    private const int Kibibytes = 64 << 10;
    private const string Data = "data";

    // An index that cannot grow makes Kafka write a batch twice now and then (docs/unwell-target.md): no restore is complete after that.
    private const string WithoutIndex = "log.index.interval.bytes=1048576";

    [LauncherAndTinyDiskFact]
    public async Task One_disk_of_two_is_waited_for_while_the_partitions_of_the_other_are_restored()
    {
        using var well = new TinyDisk(Kibibytes);
        using var full = new TinyDisk(Kibibytes);
        await using var cluster = await KafkaBrokerLauncher.StartAsync(1, false, $"log.dirs={Path.Combine(well.Path, Data)},{Path.Combine(full.Path, Data)}", WithoutIndex);
        await using var scenario = await Scenario.CreateAsync(cluster, new PlainRecipe());
        scenario.RecordsPerSecond = 150;
        var harmed = scenario.Lanes.Select(lane => lane.Target).Where(target => Directory.Exists(Path.Combine(full.Path, Data, $"{target.Topic}-{target.Partition}"))).ToList();
        Assert.InRange(harmed.Count, 1, scenario.Lanes.Count - 1);
        await using var program = await scenario.StartWritingAsync();

        var ballast = Ballast.Fill(full);
        await Watch.UntilAsync("the partitions of the other disk are done", () => Task.FromResult(
            LaneFiles.Read(scenario.StateDirectory).Count(lane => lane.State == "done" && !harmed.Contains(lane.Target)) == scenario.Lanes.Count - harmed.Count), program);
        await Watch.UntilAsync("the progress says why the others wait", () => Task.FromResult(
            program.Said.Contains("the partition has no leader: its brokers are away, or have given up a disk that is full or broken", StringComparison.Ordinal)), program);
        File.Delete(ballast);
        await cluster.KillAsync(1);
        await cluster.ReviveAsync(1);

        (await program.EndAsync()).MustExit(0);
        await scenario.MustBeExactAsync();
    }

    [LauncherAndTinyDiskFact]
    public async Task The_only_disk_takes_the_broker_down_the_run_ends_with_4_and_the_next_goes_on_when_there_is_room()
    {
        using var full = new TinyDisk(Kibibytes);
        await using var cluster = await KafkaBrokerLauncher.StartAsync(1, false, $"log.dirs={Path.Combine(full.Path, Data)}", WithoutIndex);
        await using var scenario = await Scenario.CreateAsync(cluster, new PlainRecipe());
        scenario.RecordsPerSecond = 150;
        string ballast;
        await using (var program = await scenario.StartWritingAsync(["broker_unavailable_timeout: 10s"]))
        {
            ballast = Ballast.Fill(full);
            var ended = (await program.EndAsync()).MustExit(4);
            Assert.Equal(scenario.Lanes.Count, ended.Errors.Count);
            Assert.All(ended.Errors, error => Assert.Contains($": {ErrorCodes.TargetUnavailable}: ", error, StringComparison.Ordinal));
        }

        File.Delete(ballast);
        await cluster.ReviveAsync(1);
        Assert.InRange(await scenario.CountAsync(), 1, scenario.Records - 1);
        (await scenario.RunAsync()).MustExit(0);
        await scenario.MustBeExactAsync();
    }
}
