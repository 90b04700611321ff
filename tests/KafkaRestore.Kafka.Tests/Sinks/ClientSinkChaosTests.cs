using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Testing;

namespace KafkaRestore.Kafka.Tests.Sinks;

/// <summary>Brokers that die and brokers that hang, under the client sink.</summary>
public sealed class ClientSinkChaosTests : SinkChaosConformance
{
    protected override TimeSpan ShortDeadline => TimeSpan.FromSeconds(15);

    [KafkaLauncherFact]
    public async Task Each_broker_killed_in_turn_loses_and_repeats_nothing()
    {
        await using var cluster = await KafkaBrokerLauncher.StartAsync(brokers: 3);
        await using var stage = await SinkStage.OnAsync(cluster);
        var records = TestRecords.Ordinary(30_000);
        await using var sink = await stage.OpenAsync(queueBytes: 200_000);

        await SendInRoundsAsync(stage, sink, records, 3, round => cluster.KillAsync(round + 1), round => cluster.ReviveAsync(round + 1));

        Assert.Equal(records.Count, stage.Acks.Records);
        stage.Acks.AssertPrefixOf(records);
        await AssertDumpAsync(cluster, stage, records);
    }

    protected override Task<SinkStage> StageAsync(KafkaBroker cluster, DeliveryOptions delivery) => SinkStage.OnAsync(cluster, delivery);
}
