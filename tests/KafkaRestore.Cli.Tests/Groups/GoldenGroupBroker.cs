using KafkaRestore.Cli.Tests.Support;
using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Groups;

/// <summary>A real broker of these tests alone: the golden archives and their groups have fixed names.</summary>
[CollectionDefinition(nameof(GoldenGroupBroker))]
public sealed class GoldenGroupBroker : IAsyncLifetime, ICollectionFixture<GoldenGroupBroker>
{
    private readonly Scratch _scratch = new();
    private KafkaBrokerLauncher? _broker;
    private Task<string>? _shop;

    public KafkaBroker Broker => _broker!;

    public string BootstrapServers => _broker!.BootstrapServers;

    /// <summary>Restores <c>shop</c> under other names, once; gives the configuration file.</summary>
    internal Task<string> RestoredShopAsync() => _shop ??= RestoreShopAsync();

    public async Task InitializeAsync() => _broker = KafkaFactConditions.Launcher is not null ? await KafkaBrokerLauncher.StartAsync() : null;

    public async Task DisposeAsync()
    {
        _scratch.Dispose();
        if (_broker is not null)
        {
            await _broker.DisposeAsync();
        }
    }

    private async Task<string> RestoreShopAsync()
    {
        var config = _scratch.Configuration("shop", BootstrapServers, "create_topics: true\ninclude_original_offset_header: true\nput_back_settings: on_request\n" +
            "topic_mapping: { orders: reset-orders, payments: reset-payments, orders-dlq: reset-dlq, customers: reset-customers }");
        (await CliProgram.RunAsync("restore", "--config", config)).MustExit(0);
        return config;
    }
}
