using System.Diagnostics;
using System.Text;
using KafkaRestore.Engine.Options;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Integration;

/// <summary>Topics spread over another number of partitions of a real broker.</summary>
public sealed class RepartitionedRestoreTests
{
    private const int Partitions = 7;

    [RealKafkaTheory]
    [InlineData(SinkKind.Batch)]
    [InlineData(SinkKind.Client)]
    public async Task Every_record_arrives_once_and_each_source_keeps_its_order(SinkKind sink)
    {
        var target = await Target.SharedAsync();
        var suffix = Target.NewSuffix();
        var outcome = await target.RestoreAsync(target.Options("shop") with
        {
            Mapping = Target.Rename(["orders"], suffix) with { Repartitioning = Spread("orders" + suffix, PartitioningStrategy.Automatic) },
            Selection = new SelectionOptions { Include = ["orders"] },
            Delivery = new DeliveryOptions { Sink = sink },
            Execution = new ExecutionOptions { MaxConcurrentLanes = 2 },
        });

        Assert.Equal(3_000, outcome.Done().RecordsRestored);
        var found = await target.ReadAllAsync(["orders" + suffix]);
        var sources = Enumerable.Range(0, 3).Select(partition => Golden.Expected("shop", "orders", partition)).ToList();
        Assert.Equal(sources.SelectMany(source => source).Select(Content).Order(StringComparer.Ordinal), found.Values.SelectMany(log => log).Select(Content).Order(StringComparer.Ordinal));
        foreach (var source in sources)
        {
            var places = source.Select((record, i) => (Content(record), i)).ToLookup(pair => pair.Item1, pair => pair.i);
            foreach (var log in found.Values)
            {
                var order = log.Select(Content).Where(places.Contains).Select(content => places[content].First()).ToList();
                Assert.Equal(order.Order(), order);
            }
        }
    }

    [KafkaLauncherFact]
    public async Task Keys_go_where_the_official_producer_puts_them()
    {
        var target = await Target.SharedAsync();
        var suffix = Target.NewSuffix();
        var outcome = await target.RestoreAsync(target.Options("shop") with
        {
            Mapping = Target.Rename(["orders"], suffix) with { Repartitioning = Spread("orders" + suffix, PartitioningStrategy.Murmur2) },
            Selection = new SelectionOptions { Include = ["orders"] },
        });
        outcome.Done();
        var restored = await KeysAsync(target, "orders" + suffix);
        Assert.True(restored.Count > 10, $"{restored.Count} keys");

        await target.CreateAsync("produced" + suffix, Partitions);
        await ProduceAsync(target, "produced" + suffix, restored.Keys);
        Assert.Equal(await KeysAsync(target, "produced" + suffix), restored);
    }

    private static Dictionary<string, Repartitioning> Spread(string topic, PartitioningStrategy strategy) => new() { [topic] = new(strategy, Partitions) };

    private static string Content(RecordData record) => $"{record.Timestamp} {Convert.ToHexString(record.Key ?? [])} {Convert.ToHexString(record.Value ?? [])}";

    /// <summary>Each key and the one partition where it is.</summary>
    private static async Task<SortedDictionary<string, int>> KeysAsync(Target target, string topic)
    {
        var keys = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var (partition, log) in await target.ReadAllAsync([topic]))
        {
            foreach (var key in log.Select(record => Encoding.UTF8.GetString(record.Key!)).Distinct())
            {
                keys.Add(key, partition.Partition);
            }
        }

        return keys;
    }

    private static async Task ProduceAsync(Target target, string topic, IEnumerable<string> keys)
    {
        using var process = Process.Start(new ProcessStartInfo(
            KafkaFactConditions.Launcher!,
            ["tool", "console-producer", "--bootstrap-server", string.Join(',', target.Connection.BootstrapServers), "--topic", topic, "--property", "parse.key=true", "--property", "key.separator=|"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        foreach (var key in keys)
        {
            await process.StandardInput.WriteAsync($"{key}|value\n");
        }

        process.StandardInput.Close();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(3));
        Assert.True(process.ExitCode == 0, $"exit {process.ExitCode}: {await output}{await errors}");
    }
}
