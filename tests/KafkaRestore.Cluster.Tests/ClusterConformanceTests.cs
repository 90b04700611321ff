using KafkaRestore.Cluster.Tests.Support;
using KafkaRestore.Service.Testing;

namespace KafkaRestore.Cluster.Tests;

/// <summary>A cluster does what every service must: two silos over a real Redis, asked at the one that joined last.</summary>
public sealed class ClusterConformanceTests : ServiceConformance, IAsyncLifetime
{
    private LocalRedis? _redis;
    private int _clusters;

    public async Task InitializeAsync() => _redis = await LocalRedis.StartAsync();

    public async Task DisposeAsync() => await _redis!.DisposeAsync();

    protected override async Task<ServiceUnderTest> StartAsync()
    {
        var cluster = $"conformance-{Interlocked.Increment(ref _clusters)}";
        var first = await SiloUnderTest.StartAsync(_redis!, cluster, "first");
        var second = await SiloUnderTest.StartAsync(_redis!, cluster, "second");
        return await ServiceUnderTest.StartAsync(second.Service, new Both(first, second));
    }

    private sealed class Both(IAsyncDisposable first, IAsyncDisposable second) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await second.DisposeAsync();
            await first.DisposeAsync();
        }
    }
}
