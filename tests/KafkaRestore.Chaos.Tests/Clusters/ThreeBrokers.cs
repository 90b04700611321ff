using Confluent.Kafka;
using KafkaRestore.Testing;

namespace KafkaRestore.Chaos.Tests.Clusters;

/// <summary>Three brokers, three replicas of everything, two of which must have a record; started by the first test that asks.</summary>
public sealed class ThreeBrokers : IAsyncLifetime
{
    public const int Brokers = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly string[] Settings = ["default.replication.factor=3", "min.insync.replicas=2", "replica.lag.time.max.ms=4000"];

    private readonly Lazy<Task<KafkaBrokerLauncher>> _cluster = new(() => KafkaBrokerLauncher.StartAsync(Brokers, false, Settings));

    public Task<KafkaBrokerLauncher> ClusterAsync() => _cluster.Value;

    /// <summary>Waits until every replica has caught up: two brokers away at once would be no single failure.</summary>
    internal static async Task UntilWholeAsync(KafkaBroker cluster)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = cluster.BootstrapServers }).SetLogHandler((_, _) => { }).Build();
        await Watch.UntilAsync("every replica is in sync", () => Task.FromResult(
            admin.GetMetadata(Patience) is { Brokers.Count: Brokers } now
            && now.Topics.SelectMany(topic => topic.Partitions).All(partition => partition.InSyncReplicas.Length == partition.Replicas.Length)));
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_cluster.IsValueCreated)
        {
            await (await _cluster.Value).DisposeAsync();
        }
    }
}

/// <summary>The tests that share <see cref="ThreeBrokers"/>.</summary>
[CollectionDefinition(Name)]
public sealed class ThreeBrokersCollection : ICollectionFixture<ThreeBrokers>
{
    public const string Name = "three brokers";
}
