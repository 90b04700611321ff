using Confluent.Kafka;
using Confluent.Kafka.Admin;
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
            scenario.RecordsPerSecond = 60;
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

    /// <summary>One that asks who comes.</summary>
    public sealed class OfASecureOne
    {
        private const string User = "alice";
        private const string Password = "alice-secret";
        private static readonly AclOperation[] Needed = [AclOperation.Describe, AclOperation.Read, AclOperation.Write];

        [KafkaLauncherFact]
        public async Task A_right_and_a_password_that_are_taken_away_and_given_back_are_waited_for()
        {
            await using var cluster = await KafkaBrokerLauncher.StartAsync(secure: true);
            await using var scenario = await Scenario.CreateAsync(cluster, new PlainRecipe());
            scenario.RecordsPerSecond = 100;
            scenario.BootstrapServers = cluster.SaslBootstrapServers;
            scenario.TargetKeys = [$"security: {{security_protocol: SASL_PLAINTEXT, sasl_mechanism: SCRAM-SHA-256, sasl_username: {User}, sasl_password: {Password}}}"];
            using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = cluster.BootstrapServers }).SetLogHandler((_, _) => { }).Build();
            await admin.CreateAclsAsync(scenario.Topics.SelectMany(topic => Needed.Select(operation => Allow(topic, operation))));
            await cluster.ToolAsync(
                "acls", "--add", "--allow-principal", $"User:{User}", "--operation", "Write", "--operation", "Describe", "--transactional-id", "krc.", "--resource-pattern-type", "prefixed");
            await using var program = await scenario.StartWritingAsync();

            var writing = scenario.Topics.Select(topic => Allow(topic, AclOperation.Write)).ToList();
            await admin.DeleteAclsAsync(writing.Select(acl => acl.ToFilter()));
            await Watch.UntilAsync("the progress names the right", () => Task.FromResult(program.Said.Contains("TopicAuthorizationFailed", StringComparison.Ordinal)), program);
            await admin.CreateAclsAsync(writing);
            await scenario.UntilWritingAsync(program);

            await SetPasswordAsync(cluster, "another-one");
            await cluster.KillAsync(1);
            await cluster.ReviveAsync(1);
            await Watch.UntilAsync("the progress names the refusal", () => Task.FromResult(program.Said.Contains("the broker refuses the credentials", StringComparison.Ordinal)), program);
            await SetPasswordAsync(cluster, Password);

            (await program.EndAsync()).MustExit(0);
            await scenario.MustBeExactAsync();
        }

        private static AclBinding Allow(string topic, AclOperation operation) => new()
        {
            Pattern = new ResourcePattern { Type = ResourceType.Topic, Name = topic, ResourcePatternType = ResourcePatternType.Literal },
            Entry = new AccessControlEntry { Principal = $"User:{User}", Host = "*", Operation = operation, PermissionType = AclPermissionType.Allow },
        };

        private static Task SetPasswordAsync(KafkaBroker cluster, string password) =>
            cluster.ToolAsync("configs", "--alter", "--entity-type", "users", "--entity-name", User, "--add-config", $"SCRAM-SHA-256=[password={password}]");
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
            }, program);
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
