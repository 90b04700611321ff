using KafkaRestore.Chaos.Tests.Archives;
using KafkaRestore.Chaos.Tests.Clusters;
using KafkaRestore.Chaos.Tests.Scenarios;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;

namespace KafkaRestore.Chaos.Tests.Resuming;

/// <summary>What is the same job as before and what is not, and what a finished job keeps.</summary>
[Collection(OneBrokerCollection.Name)]
public sealed class SameJobTests(OneBroker broker)
{
    [KafkaLauncherFact]
    public async Task Order_of_mappings_spelling_of_brokers_and_tuning_mean_nothing()
    {
        await using var scenario = await Scenario.CreateAsync(await broker.ClusterAsync(), new MergedRecipe());
        await scenario.KillInTheMiddleAsync();
        scenario.ReversesMappings = true;
        scenario.BootstrapServers = scenario.BootstrapServers.Replace("127.0.0.1", "localhost", StringComparison.Ordinal) + "," + scenario.BootstrapServers;

        var result = await scenario.RunAsync(["produce_batch_size: 7", "produce_codec: zstd", "max_concurrent_partitions: 1", "memory_budget: 64MiB"]);

        Assert.InRange(result.MustExit(0).Count("records_restored_before"), 1, scenario.Records - 1);
        await scenario.MustBeExactAsync();
    }

    [KafkaLauncherFact]
    public async Task A_finished_restore_writes_nothing_again_and_keeps_its_map()
    {
        await using var scenario = await Scenario.CreateAsync(await broker.ClusterAsync(), new WindowRecipe());
        (await scenario.RunAsync()).MustExit(0);
        var ends = await scenario.EndsAsync();

        (await scenario.RunAsync()).MustExit(0);

        Assert.Equal(ends, await scenario.EndsAsync());
        await scenario.MustBeExactAsync();
    }

    [KafkaLauncherFact]
    public async Task Another_archive_under_the_name_of_a_job_is_refused_and_nothing_is_left_out_or_written()
    {
        const string sameJob = "restore_id: the-one";
        await using var scenario = await Scenario.CreateAsync(await broker.ClusterAsync(), new PlainRecipe());
        await using (var program = await scenario.StartWritingAsync([sameJob]))
        {
            Assert.True(await program.KillAsync(), program.Said);
        }

        var before = await scenario.CountAsync();
        scenario.BackupId = "another";
        await scenario.WriteArchiveAsync(new Random(ChaosSettings.Seed + 1));

        var refused = (await scenario.RunAsync([sameJob])).MustExit(3);

        Assert.StartsWith($"{ErrorCodes.JobDiffers}: ", refused.Error, StringComparison.Ordinal);
        Assert.Contains("archive.backup_id", refused.Error, StringComparison.Ordinal);
        Assert.Equal(before, await scenario.CountAsync());
    }

    /// <summary>Nothing fences older writers there, so a restore that was killed is given time before its successor compares.</summary>
    [KafkaLauncherFact]
    public async Task A_killed_restore_of_the_client_sink_is_continued_exactly()
    {
        string[] client = ["sink: client", "delivery: idempotent", "produce_timeout_ms: 1000"];
        await using var scenario = await Scenario.CreateAsync(await broker.ClusterAsync(), new ClientRecipe());
        await using (var program = await scenario.StartWritingAsync(client))
        {
            Assert.True(await program.KillAsync(), program.Said);
        }

        // This is what it waits by: a lane that was killed has not ended with nothing in flight, whatever the moment of its last checkpoint.
        Assert.All(LaneFiles.Read(scenario.StateDirectory), lane => Assert.False(lane.CleanStop, $"{lane}"));
        (await scenario.RunAsync(client)).MustExit(0);

        await scenario.MustBeExactAsync();
    }

    /// <summary>Records that the client sink can carry: none with the timestamp 0.</summary>
    private sealed record ClientRecipe() : Recipe("client")
    {
        public override int TargetPartitions => 2;

        public override IReadOnlyList<SourcePartition> MakeSources(Random random, int records) =>
            [.. Partitions(random, "orders", TargetPartitions, records)
                .Select(source => source with { Records = [.. source.Records.Select(record => record.Timestamp == 0 ? record with { Timestamp = 1 } : record)] })];
    }
}
