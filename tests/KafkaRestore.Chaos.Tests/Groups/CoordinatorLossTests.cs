using KafkaRestore.Chaos.Tests.Clusters;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Offsets.Resetting;
using KafkaRestore.Testing;

namespace KafkaRestore.Chaos.Tests.Groups;

/// <summary>A coordinator dies while a thousand groups are reset.</summary>
[Collection(ThreeBrokersCollection.Name)]
public sealed class CoordinatorLossTests(ThreeBrokers brokers)
{
    private const int Groups = 1_000;
    private const int Partitions = 4;
    private const int EveryActive = 20;
    private const int EveryMissing = 50;
    private const int DoneBeforeTheKill = 300;
    private const long Before = 3;
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    [KafkaLauncherFact]
    public async Task Each_of_1000_groups_has_the_right_outcome_when_a_coordinator_is_killed_in_the_middle_and_a_second_run_finishes_the_rest()
    {
        var cluster = await brokers.ClusterAsync();
        var topic = await cluster.CreateTopicAsync(Partitions);
        var prefix = KafkaBroker.NewTopicName("reset");
        string[] names = [.. Enumerable.Range(0, Groups).Select(i => $"{prefix}-{i:0000}")];
        await using var groups = ConsumerGroups.Open(cluster.Connection);
        await groups.ConnectAsync(default);
        var prepared = await groups.CommitAsync([.. names.Select(name => Offsets(name, topic, Before))], 50, Deadline, default);
        Assert.All(prepared, static change => Assert.Empty(change.Failures));
        var members = await Task.WhenAll(names.Where((_, i) => IsActive(i)).Select(name => LiveMember.JoinAsync(cluster, name, topic, $"reader-of-{name}")));
        GroupOffsets[] wanted = [.. names.Select((name, i) => IsMissing(i) ? WithMissing(Offsets(name, topic, i)) : Offsets(name, topic, i))];
        var victim = new Random(ChaosSettings.Seed).Next(1, ThreeBrokers.Brokers + 1);
        var kill = new Lazy<Task>(() => cluster.KillAsync(victim));
        var doneAtTheKill = 0;
        IReadOnlyList<GroupOffsets> saved = [];
        GroupResetReport report;
        try
        {
            report = await new GroupReset(groups, new GroupResetOptions { DeadlinePerGroup = Deadline })
            {
                Progress = progress =>
                {
                    if (progress is { Step: GroupResetStep.Committing, Done: >= DoneBeforeTheKill })
                    {
                        doneAtTheKill = doneAtTheKill == 0 ? progress.Done : doneAtTheKill;
                        kill.Value.Wait(); // nothing more is sent by this worker until the broker is gone
                    }
                },
            }.RunAsync(wanted, SaveAsync, default);
            Assert.True(kill.IsValueCreated, $"the reset ended before broker {victim} was killed; {ChaosSettings.Again}");
        }
        finally
        {
            await kill.Value;
            await cluster.ReviveAsync(victim);
        }

        await ThreeBrokers.UntilWholeAsync(cluster);
        Assert.Equal(Groups - (Groups / EveryActive), saved.Count);
        Assert.All(saved, static group => Assert.All(group.Offsets.Values, static offset => Assert.Equal(Before, offset.Offset)));

        // Of the others every third had the dead broker for its coordinator, whether a request to it was under way or not.
        Assert.InRange(doneAtTheKill, DoneBeforeTheKill, Groups / 2);
        await AssertAsync(groups, report, wanted, activeAreLeft: true);

        await Task.WhenAll(members.Select(static member => member.LeaveAsync()));
        var again = await new GroupReset(groups, new GroupResetOptions { WaitForEmpty = Deadline }).RunAsync(wanted, null, default);
        await AssertAsync(groups, again, wanted, activeAreLeft: false);

        Task<string?> SaveAsync(IReadOnlyList<GroupOffsets> before, CancellationToken cancellationToken)
        {
            saved = before;
            return Task.FromResult<string?>("before");
        }
    }

    private static async Task AssertAsync(IConsumerGroups groups, GroupResetReport report, GroupOffsets[] wanted, bool activeAreLeft)
    {
        var active = activeAreLeft ? Groups / EveryActive : 0;
        var missing = Enumerable.Range(0, Groups).Count(i => IsMissing(i) && !(activeAreLeft && IsActive(i)));
        Assert.Equal((Groups, Groups - active - missing, active), (report.TotalGroups, report.SuccessfulGroups, report.SkippedGroups));
        var stands = await groups.FetchAsync([.. wanted.Select(static group => group.Group)], default);
        for (var i = 0; i < Groups; i++)
        {
            var (outcome, found) = (report.GroupOutcomes[i], stands[i]);
            var isLeft = activeAreLeft && IsActive(i);
            var expected = isLeft ? GroupOutcomeState.Skipped : IsMissing(i) ? GroupOutcomeState.Failed : GroupOutcomeState.Reset;
            Assert.True(expected == outcome.State, $"{outcome.GroupId}: {outcome.State} {outcome.Problem} {string.Join("; ", outcome.Errors)}; {ChaosSettings.Again}");
            Assert.True(found.IsWhole);
            Assert.Equal(Partitions, found.Offsets.Offsets.Count);
            Assert.All(found.Offsets.Offsets, each => Assert.Equal(isLeft ? Before : i, each.Value.Offset));
            if (isLeft)
            {
                Assert.Equal(("GROUP_ACTIVE", $"reader-of-{outcome.GroupId}"), (outcome.Problem?.Code, Assert.Single(outcome.Members).ClientId));
            }
            else if (IsMissing(i))
            {
                Assert.Equal((Partitions, 1), (outcome.PartitionsReset, outcome.PartitionsFailed));
                Assert.Equal("UNKNOWN_TOPIC_OR_PARTITION", Assert.Single(outcome.Errors).Error);
            }
        }
    }

    private static bool IsActive(int i) => i % EveryActive == 7;

    private static bool IsMissing(int i) => i % EveryMissing == 11;

    private static GroupOffsets Offsets(string group, string topic, long offset) =>
        new(group, Enumerable.Range(0, Partitions).ToDictionary(partition => new TargetPartition(topic, partition), _ => new CommittedOffset(offset)));

    private static GroupOffsets WithMissing(GroupOffsets group) =>
        group with { Offsets = new Dictionary<TargetPartition, CommittedOffset>(group.Offsets) { [new TargetPartition("never-created", 0)] = new(1) } };
}
