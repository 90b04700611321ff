using Confluent.Kafka;
using KafkaRestore.Chaos.Tests.Clusters;
using KafkaRestore.Chaos.Tests.Scenarios;
using KafkaRestore.Kafka;
using KafkaRestore.Testing;

namespace KafkaRestore.Chaos.Tests.Brokers;

/// <summary>A target that has a bad minute: it is waited for, what it says is named, and the restore ends by itself with the same result.</summary>
public static class BadMinutesTests
{
    private const string Waiting = "waiting for the target: ";
    private static readonly TimeSpan Minute = TimeSpan.FromSeconds(20);

    /// <summary>The only broker.</summary>
    public sealed class OfOne
    {
        [KafkaLauncherFact]
        public async Task A_broker_that_stands_still_dies_and_throttles_is_waited_for()
        {
            await using var cluster = await KafkaBrokerLauncher.StartAsync();
            await using var scenario = await Scenario.CreateAsync(cluster, new PlainRecipe());
            scenario.RecordsPerSecond = 250;
            await using var program = await scenario.StartWritingAsync();

            await cluster.PauseAsync(1);
            await Task.Delay(Minute);
            await cluster.ResumeAsync(1);
            await Watch.UntilAsync("the progress names who waits", () => Task.FromResult(program.Said.Contains(Waiting, StringComparison.Ordinal)), program);
            await scenario.UntilWritingAsync(program);

            await cluster.KillAsync(1);
            await cluster.ReviveAsync(1);
            await scenario.UntilWritingAsync(program);

            await cluster.ToolAsync("configs", "--alter", "--entity-type", "clients", "--entity-default", "--add-config", "producer_byte_rate=20000");

            (await program.EndAsync()).MustExit(0);
            await scenario.MustBeExactAsync();
        }
    }

    /// <summary>One of three.</summary>
    [Collection(ThreeBrokersCollection.Name)]
    public sealed class OfThree(ThreeBrokers brokers)
    {
        [KafkaLauncherFact]
        public async Task A_broker_that_stands_still_stops_nothing()
        {
            var cluster = await brokers.ClusterAsync();
            var broker = new Random(ChaosSettings.Seed).Next(1, ThreeBrokers.Brokers + 1);
            await using var scenario = await Scenario.CreateAsync(cluster, new PlainRecipe());
            scenario.RecordsPerSecond = 80;
            await using var program = await scenario.StartWritingAsync();

            await cluster.PauseAsync(broker);
            await Task.Delay(Minute);
            Assert.False(program.HasEnded, "the restore ended while the broker stood still");
            await cluster.ResumeAsync(broker);

            (await program.EndAsync()).MustExit(0);
            await ThreeBrokers.UntilWholeAsync(cluster);
            await scenario.MustBeExactAsync();
        }

        [KafkaLauncherFact]
        public async Task Partitions_whose_only_replica_is_away_wait_and_lend_their_place_to_the_others()
        {
            var cluster = await brokers.ClusterAsync();
            await using var scenario = await Scenario.CreateAsync(cluster, new PlainRecipe(), replicas: 1);
            scenario.RecordsPerSecond = 100;
            await using var program = scenario.Start([scenario.Slowly, "max_concurrent_partitions: 1"]);
            TargetPartition? running = null;
            await Watch.UntilAsync("a lane is running", () =>
            {
                running = LaneFiles.Read(scenario.StateDirectory).FirstOrDefault(lane => lane.State == "running")?.Target;
                return Task.FromResult(running is not null);
            });
            var leader = LeaderOf(cluster, running!.Value);
            var elsewhere = scenario.Lanes.Select(lane => lane.Target).Where(target => LeaderOf(cluster, target) != leader).ToList();
            Assert.NotEmpty(elsewhere);

            await cluster.KillAsync(leader);
            await Watch.UntilAsync($"the lanes of other brokers are done: {string.Join(", ", elsewhere)}", () => Task.FromResult(
                LaneFiles.Read(scenario.StateDirectory).Count(lane => lane.State == "done" && elsewhere.Contains(lane.Target)) == elsewhere.Count), program);
            Assert.Contains(Waiting + running, program.Said, StringComparison.Ordinal);
            await cluster.ReviveAsync(leader);

            (await program.EndAsync()).MustExit(0);
            await ThreeBrokers.UntilWholeAsync(cluster);
            await scenario.MustBeExactAsync();
        }

        [KafkaLauncherFact]
        public async Task Too_few_replicas_in_sync_are_waited_for()
        {
            var cluster = await brokers.ClusterAsync();
            await using var scenario = await Scenario.CreateAsync(cluster, new PlainRecipe());
            foreach (var topic in scenario.Topics)
            {
                await cluster.ToolAsync("configs", "--alter", "--topic", topic, "--add-config", $"min.insync.replicas={ThreeBrokers.Brokers}");
            }

            scenario.RecordsPerSecond = 100;
            await using var program = await scenario.StartWritingAsync();
            await cluster.KillAsync(1);
            await Watch.UntilAsync("the progress names what is missing", () => Task.FromResult(program.Said.Contains("NotEnoughReplicas", StringComparison.Ordinal)), program);
            await cluster.ReviveAsync(1);

            (await program.EndAsync()).MustExit(0);
            await ThreeBrokers.UntilWholeAsync(cluster);
            await scenario.MustBeExactAsync();
        }

        private static int LeaderOf(KafkaBroker cluster, TargetPartition target)
        {
            using var admin = Admin(cluster);
            return admin.GetMetadata(target.Topic, TimeSpan.FromSeconds(10)).Topics.Single().Partitions.Single(partition => partition.PartitionId == target.Partition).Leader;
        }

        private static IAdminClient Admin(KafkaBroker cluster) =>
            new AdminClientBuilder(new AdminClientConfig { BootstrapServers = cluster.BootstrapServers }).SetLogHandler((_, _) => { }).Build();
    }
}
