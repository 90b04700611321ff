using KafkaRestore.Testing;

namespace KafkaRestore.Chaos.Tests.Clusters;

/// <summary>One broker for tests that do not harm it; started by the first that asks.</summary>
public sealed class OneBroker : IAsyncLifetime
{
    // Compaction and deletion within a test.
    private static readonly string[] Settings = ["log.cleaner.backoff.ms=200", "log.retention.check.interval.ms=500", "log.initial.task.delay.ms=500"];

    private readonly Lazy<Task<KafkaBrokerLauncher>> _cluster = new(() => KafkaBrokerLauncher.StartAsync(1, false, Settings));

    public Task<KafkaBrokerLauncher> ClusterAsync() => _cluster.Value;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_cluster.IsValueCreated)
        {
            await (await _cluster.Value).DisposeAsync();
        }
    }
}

/// <summary>The tests that share <see cref="OneBroker"/>.</summary>
[CollectionDefinition(Name)]
public sealed class OneBrokerCollection : ICollectionFixture<OneBroker>
{
    public const string Name = "one broker";
}
