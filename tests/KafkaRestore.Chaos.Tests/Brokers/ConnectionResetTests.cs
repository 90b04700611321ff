using System.Globalization;
using KafkaRestore.Chaos.Tests.Faults;
using KafkaRestore.Chaos.Tests.Scenarios;
using KafkaRestore.Testing;

namespace KafkaRestore.Chaos.Tests.Brokers;

/// <summary>Connections to a broker that break off in the middle of requests and answers.</summary>
public sealed class ConnectionResetTests
{
    private const int ShortestLife = 2_000;
    private const int LongestLife = 20_000;
    private const int LeastResets = 10;

    [KafkaLauncherFact]
    public async Task Connections_that_are_reset_after_a_few_records_cost_time_and_nothing_else()
    {
        var random = new Random(ChaosSettings.Seed);
        await using var proxy = new FaultyProxy();
        await using var cluster = await KafkaBrokerLauncher.StartAsync(1, false, $"advertised.listeners=PLAIN://127.0.0.1:{proxy.Port}");
        proxy.ServerPort = int.Parse(cluster.BootstrapServers.Split(':')[1], CultureInfo.InvariantCulture);
        await using var scenario = await Scenario.CreateAsync(cluster, new PlainRecipe());
        scenario.BootstrapServers = $"127.0.0.1:{proxy.Port}";

        int resets;
        await using (var program = await scenario.StartWritingAsync(["produce_batch_size: 20"]))
        {
            proxy.Life = () => random.Next(ShortestLife, LongestLife);
            proxy.ResetAll();
            (await program.EndAsync()).MustExit(0);
            resets = proxy.Resets;
            proxy.Life = () => null;
        }

        Assert.True(resets >= LeastResets, $"only {resets} connections were reset; {ChaosSettings.Again}");
        await scenario.MustBeExactAsync();
    }
}
