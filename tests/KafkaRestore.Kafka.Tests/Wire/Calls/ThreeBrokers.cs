using System.Net.Sockets;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Kafka.Wire;
using KafkaRestore.Kafka.Wire.Calls;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Testing;

namespace KafkaRestore.Kafka.Tests.Wire.Calls;

/// <summary>One cluster of three brokers for the tests of these calls; started by the first that asks.</summary>
public sealed class ThreeBrokers : IAsyncDisposable, IAsyncLifetime
{
    public const string Rack = "rack-7";

    private readonly Lazy<Task<KafkaBrokerLauncher>> _cluster = new(() => KafkaBrokerLauncher.StartAsync(brokers: 3, secure: false, $"broker.rack={Rack}"));

    internal static TimeSpan Deadline => TimeSpan.FromMinutes(1);

    public Task<KafkaBrokerLauncher> ClusterAsync() => _cluster.Value;

    /// <summary>A client that first meets one broker, and runs <paramref name="onDial"/> before each connection to a port.</summary>
    internal static WireCluster Client(KafkaBroker broker, int first = 0, Func<int, Task>? onDial = null) => new(First(broker, first), Wire(onDial));

    /// <summary>Its consumer groups.</summary>
    /// <inheritdoc cref="Client"/>
    internal static WireConsumerGroups Groups(KafkaBroker broker, int first = 0, Func<int, Task>? onDial = null) =>
        new(First(broker, first), null, TimeProvider.System, new TargetClusterOptions(), Wire(onDial));

    /// <summary>Starts a killed broker again and waits until the cluster counts it.</summary>
    internal static async Task ReviveAsync(KafkaBrokerLauncher broker, int id)
    {
        await broker.ReviveAsync(id);
        await using var cluster = Client(broker, first: id - 1);
        await UntilAsync(() => new ClusterCalls(cluster, TimeProvider.System).DescribeAsync(Deadline, default), answer => answer.Brokers.Count == 3);
    }

    /// <summary>Asks again until the cluster has caught up.</summary>
    internal static async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> isReady)
    {
        using var patience = new CancellationTokenSource(Deadline);
        while (true)
        {
            var answer = await ask();
            if (isReady(answer))
            {
                return answer;
            }

            Assert.False(patience.IsCancellationRequested, $"after {Deadline} still {answer}");
        }
    }

    private static KafkaConnectionOptions First(KafkaBroker broker, int first) => new() { BootstrapServers = [broker.BootstrapServers.Split(',')[first]] };

    private static WireOptions? Wire(Func<int, Task>? onDial)
    {
        return onDial is null ? null : new WireOptions { Dial = DialAsync };

        async ValueTask<Stream> DialAsync(BrokerAddress address, CancellationToken cancellationToken)
        {
            await onDial(address.Port);
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(address.Host, address.Port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }

    public Task InitializeAsync() => Task.CompletedTask;

    async Task IAsyncLifetime.DisposeAsync() => await DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        if (_cluster.IsValueCreated)
        {
            await (await _cluster.Value).DisposeAsync();
        }
    }
}

/// <summary>The tests that share <see cref="ThreeBrokers"/>, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class ThreeBrokersCollection : ICollectionFixture<ThreeBrokers>
{
    public const string Name = "three brokers";
}
