using KafkaRestore.Chaos.Tests.Clusters;
using KafkaRestore.Chaos.Tests.Programs;
using KafkaRestore.Chaos.Tests.Scenarios;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;

namespace KafkaRestore.Chaos.Tests.Targets;

/// <summary>
/// One topic of the target is changed between two runs of a restore. Its partitions stop, each with the reason; the other topic is restored; nothing is
/// written where the comparison failed.
/// </summary>
[Collection(OneBrokerCollection.Name)]
public sealed class ChangedTargetTests(OneBroker broker)
{
    [KafkaLauncherFact]
    public async Task A_topic_that_was_deleted_and_created_again_is_not_taken_for_the_old_one()
    {
        await using var scenario = await InterruptedAsync();
        await TargetChanges.RecreateAsync(scenario.Broker, HarmedTopic(scenario), scenario.Recipe.TargetPartitions);

        MustStopHarmed(scenario, await scenario.RunAsync(), ErrorCodes.TargetRecreated);

        await OnlyOthersMustBeExactAsync(scenario);
        Assert.All(Harmed(scenario, await scenario.RangesAsync()), range => Assert.Equal(0, range.End));
    }

    /// <summary>A done lane is not written to again, but a restore that goes on must not end as if its records were still there.</summary>
    [KafkaLauncherFact]
    public async Task A_restored_topic_that_was_deleted_and_created_again_while_others_were_not_done_is_no_success()
    {
        await using var scenario = await Scenario.CreateAsync(await broker.ClusterAsync(), new TwoTopicsRecipe());
        string[] harmedFirst = ["max_concurrent_partitions: 1", "priority: [orders]"];
        await using (var program = scenario.Start([scenario.Slowly, .. harmedFirst]))
        {
            await Watch.UntilAsync("the topic is done and the other one has begun", () => Task.FromResult(LaneFiles.Read(scenario.StateDirectory) is var lanes
                && lanes.Count(lane => lane.Target.Topic == HarmedTopic(scenario) && lane.State == "done") == 2 && lanes.Count > 2), program);
            Assert.True(await program.KillAsync(), program.Said);
        }

        await TargetChanges.RecreateAsync(scenario.Broker, HarmedTopic(scenario), scenario.Recipe.TargetPartitions);

        MustStopHarmed(scenario, await scenario.RunAsync(harmedFirst), ErrorCodes.TargetRecreated);
        MustStopHarmed(scenario, await scenario.RunAsync(harmedFirst), ErrorCodes.TargetRecreated);

        await OnlyOthersMustBeExactAsync(scenario);
    }

    [KafkaLauncherFact]
    public async Task Restored_records_that_were_deleted_stop_their_partitions_until_that_is_accepted()
    {
        await using var scenario = await InterruptedAsync();
        await TargetChanges.EmptyAsync(scenario.Broker, HarmedTopic(scenario), scenario.Recipe.TargetPartitions);
        var emptied = await scenario.RangesAsync();

        MustStopHarmed(scenario, await scenario.RunAsync(), ErrorCodes.TargetEmptied);
        await OnlyOthersMustBeExactAsync(scenario);
        (await scenario.RunAsync(["accept_emptied_target: true"])).MustExit(0);

        // What is left is the end of each stream, behind where the log was emptied, without a repetition.
        var found = await scenario.DumpAsync();
        foreach (var (lane, range) in scenario.Lanes.Zip(emptied).Where(pair => pair.First.Target.Topic == HarmedTopic(scenario)))
        {
            var left = found[lane.Target];
            Assert.InRange(left.Count, 1, lane.Stream.Count - 1);
            Assert.All(left, record => Assert.True(record.Offset >= range.LogStart, $"{lane.Target} holds offset {record.Offset}, before {range.LogStart}"));
            LogJudge.Judge(lane.Target.ToString(), [.. lane.Stream.TakeLast(left.Count).Select(item => item.Record)], left);
        }
    }

    [KafkaLauncherFact]
    public async Task A_compacted_topic_stops_its_partitions()
    {
        await using var scenario = await InterruptedAsync();
        await TargetChanges.CompactAsync(scenario.Broker, HarmedTopic(scenario), scenario.Recipe.TargetPartitions);

        MustStopHarmed(scenario, await scenario.RunAsync(), ErrorCodes.TargetCompacted);

        await OnlyOthersMustBeExactAsync(scenario);
    }

    [KafkaLauncherFact]
    public async Task Acknowledged_records_that_a_broker_has_lost_stop_their_partitions()
    {
        await using var scenario = await InterruptedAsync();
        var harmed = scenario.Lanes.Where(lane => lane.Target.Topic == HarmedTopic(scenario)).Select(lane => lane.Target);
        await TargetChanges.TruncateAsync(await broker.ClusterAsync(), [.. harmed]);

        MustStopHarmed(scenario, await scenario.RunAsync(), ErrorCodes.TargetRewound);

        await OnlyOthersMustBeExactAsync(scenario);
    }

    [KafkaLauncherFact]
    public async Task A_restore_whose_state_is_lost_is_refused_and_goes_on_when_it_is_adopted()
    {
        await using var scenario = await InterruptedAsync();
        Directory.Delete(scenario.StateDirectory, recursive: true);
        var ends = await scenario.EndsAsync();

        Assert.Contains($"{ErrorCodes.TargetNotEmpty}: ", (await scenario.RunAsync()).MustExit(3).Error, StringComparison.Ordinal);
        Assert.Equal(ends, await scenario.EndsAsync());
        var adopted = (await scenario.RunAsync(null, "--adopt")).MustExit(0);

        Assert.InRange(adopted.Count("records_recognised"), 1, scenario.Records - 1);
        await scenario.MustBeExactAsync();
    }

    private static string HarmedTopic(Scenario scenario) => scenario.Topics[TwoTopicsRecipe.Harmed];

    private static IEnumerable<T> Harmed<T>(Scenario scenario, IEnumerable<T> ofLanes) =>
        scenario.Lanes.Zip(ofLanes).Where(pair => pair.First.Target.Topic == HarmedTopic(scenario)).Select(pair => pair.Second);

    private static void MustStopHarmed(Scenario scenario, RestoreResult result, ErrorCode code)
    {
        result.MustExit(4);
        var harmed = scenario.Lanes.Select(lane => lane.Target).Where(target => target.Topic == HarmedTopic(scenario)).ToList();
        Assert.Equal(harmed.Count, result.Errors.Count);
        Assert.All(harmed, target => Assert.Contains(result.Errors, error =>
            error.Contains(code.Word, StringComparison.Ordinal) && error.Contains(target.ToString(), StringComparison.Ordinal)));
    }

    private static async Task OnlyOthersMustBeExactAsync(Scenario scenario) =>
        Scenario.MustHoldExactly(await scenario.DumpAsync(), scenario.Lanes.Where(lane => lane.Target.Topic != HarmedTopic(scenario)));

    /// <summary>A restore into two topics that was killed while every lane was writing.</summary>
    private async Task<Scenario> InterruptedAsync()
    {
        var scenario = await Scenario.CreateAsync(await broker.ClusterAsync(), new TwoTopicsRecipe());
        await scenario.KillInTheMiddleAsync();
        return scenario;
    }
}
