using System.Globalization;
using KafkaRestore.Chaos.Tests.Clusters;
using KafkaRestore.Chaos.Tests.Scenarios;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;

namespace KafkaRestore.Chaos.Tests.Writers;

/// <summary>Applications that write into the target before the restore is done.</summary>
[Collection(OneBrokerCollection.Name)]
public sealed class StrangerTests(OneBroker broker)
{
    [KafkaLauncherFact]
    public async Task A_record_of_someone_else_in_the_middle_stops_its_partition_by_name_and_no_other_in_this_run_and_the_next()
    {
        await using var scenario = await Scenario.CreateAsync(await broker.ClusterAsync(), new PlainRecipe());
        var (harmed, others) = (scenario.Lanes[0], scenario.Lanes.Skip(1));
        long offset;
        await using (var program = await scenario.StartWritingAsync())
        {
            offset = await Stranger.WriteAsync(scenario.Broker, harmed.Target);

            MustBlame((await program.EndAsync()).MustExit(4).Errors);
        }

        var ends = await scenario.EndsAsync();
        MustBlame((await scenario.RunAsync()).MustExit(4).Errors);

        var found = await scenario.DumpAsync();
        Scenario.MustHoldExactly(found, others);
        var own = found[harmed.Target].Where(record => record.Offset < offset).ToList();
        LogJudge.Judge(harmed.Target.ToString(), [.. harmed.Stream.Take(own.Count).Select(item => item.Record)], own);
        Assert.Equal(ends.Skip(1), (await scenario.EndsAsync()).Skip(1));

        void MustBlame(IReadOnlyList<string> errors)
        {
            var error = Assert.Single(errors);
            Assert.Contains(ErrorCodes.ForeignWriter.Word, error, StringComparison.Ordinal);
            Assert.Contains(harmed.Target.ToString(), error, StringComparison.Ordinal);
            Assert.Contains(offset.ToString(CultureInfo.InvariantCulture), error, StringComparison.Ordinal);
        }
    }

    [KafkaLauncherFact]
    public async Task A_partition_that_is_restored_and_in_use_again_does_not_keep_the_others_from_being_restored()
    {
        await using var scenario = await Scenario.CreateAsync(await broker.ClusterAsync(), new TwoTopicsRecipe());
        string[] used = ["max_concurrent_partitions: 1", "priority: [orders]"];
        await using (var program = scenario.Start([scenario.Slowly, .. used]))
        {
            await Watch.UntilAsync("a lane is done and another one has begun", async () => LaneFiles.Read(scenario.StateDirectory) is var lanes
                && lanes.Any(lane => lane.State == "done") && lanes.Any(lane => lane.State == "running"), program);
            Assert.True(await program.KillAsync(), program.Said);
        }

        var done = LaneFiles.Read(scenario.StateDirectory).First(lane => lane.State == "done").Target;
        var offset = await Stranger.WriteAsync(scenario.Broker, done);

        (await scenario.RunAsync(used)).MustExit(0);

        var found = await scenario.DumpAsync();
        Scenario.MustHoldExactly(found, scenario.Lanes.Where(lane => lane.Target != done));
        Assert.Equal(offset, found[done][^1].Offset);
        LogJudge.Judge(done.ToString(), [.. scenario.Lanes.Single(lane => lane.Target == done).Stream.Select(item => item.Record)], [.. found[done].SkipLast(1)]);
    }

    [KafkaLauncherFact]
    public async Task A_restore_that_had_ended_without_knowing_it_warns_of_what_applications_have_written_behind_it()
    {
        await using var scenario = await Scenario.CreateAsync(await broker.ClusterAsync(), new PlainRecipe());
        var early = scenario.PathOf("early-state");
        await using (var program = await scenario.StartWritingAsync())
        {
            await program.StopAsync();
            Copies.Directory(scenario.StateDirectory, early);
            await program.WakeAsync();
            (await program.EndAsync()).MustExit(0);
        }

        var offset = await Stranger.WriteAsync(scenario.Broker, scenario.Lanes[0].Target);
        scenario.StateDirectory = early;

        var report = (await scenario.RunAsync()).MustExit(0).Report;

        Assert.Contains(report.GetProperty("warnings").EnumerateArray(), warning =>
            warning.GetString()!.Contains($"{scenario.Lanes[0].Target}: everything was restored already, and offset {offset} ", StringComparison.Ordinal));
        var found = await scenario.DumpAsync();
        Scenario.MustHoldExactly(found, scenario.Lanes.Skip(1));
        Assert.Equal(scenario.Lanes[0].Stream.Count + 1, found[scenario.Lanes[0].Target].Count);
    }
}
