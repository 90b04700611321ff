using KafkaRestore.Api;
using KafkaRestore.Api.Client;
using KafkaRestore.Api.Hosting;

namespace KafkaRestore.Service.Testing;

/// <summary>A service of restores behind its API, as a caller elsewhere sees it.</summary>
/// <param name="service">Ends with this.</param>
/// <param name="host">What serves it.</param>
public sealed class ServiceUnderTest(IAsyncDisposable service, ApiHost host) : IAsyncDisposable
{
    private readonly RemoteRestoreService _remote = new(host.Address);

    /// <summary>The service over HTTP.</summary>
    public IRestoreService Remote => _remote;

    /// <summary>Where it listens.</summary>
    public Uri Address => host.Address;

    /// <summary>Serves a service on a free port of loopback.</summary>
    /// <param name="service">The service.</param>
    /// <param name="owner">Ends it.</param>
    public static async Task<ServiceUnderTest> StartAsync(IRestoreService service, IAsyncDisposable owner) =>
        new(owner, await ApiHost.StartAsync(service, new ApiOptions { Listen = new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0) }));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _remote.Dispose();
        await host.DisposeAsync();
        await service.DisposeAsync();
    }
}
