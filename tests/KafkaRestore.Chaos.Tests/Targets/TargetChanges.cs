using System.Text.Json;
using Confluent.Kafka;
using KafkaRestore.Chaos.Tests.Writers;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Client;
using KafkaRestore.Testing;

namespace KafkaRestore.Chaos.Tests.Targets;

/// <summary>What people, settings and broken disks do to topics.</summary>
internal static class TargetChanges
{
    private const int LeftBytes = 2_000;

    /// <summary>Deletes a topic and creates it again under its name.</summary>
    public static async Task RecreateAsync(KafkaBroker broker, string topic, int partitions)
    {
        using var admin = Admin(broker);
        await admin.DeleteTopicsAsync([topic]);
        await using var cluster = new TargetCluster(broker.Connection);
        await Watch.UntilAsync($"{topic} is gone", async () => (await cluster.DescribeTopicsAsync([topic], CancellationToken.None)).Count == 0);
        await cluster.CreateTopicsAsync([new TopicToCreate(topic, partitions, -1, new Dictionary<string, string>())], CancellationToken.None);
    }

    /// <summary>Deletes every record of a topic (DeleteRecords); its offsets go on.</summary>
    /// <remarks>By the official tool: the client library's own call never answers where the system's librdkafka is old.</remarks>
    public static async Task EmptyAsync(KafkaBroker broker, string topic, int partitions)
    {
        const int toTheEnd = -1;
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new
            {
                version = 1,
                partitions = Enumerable.Range(0, partitions).Select(partition => new { topic, partition, offset = toTheEnd }),
            }));
            await broker.ToolAsync("delete-records", "--offset-json-file", file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Has a topic compacted, and waits until some records of each partition are gone.</summary>
    public static async Task CompactAsync(KafkaBroker broker, string topic, int partitions)
    {
        var before = await CountsAsync(broker, topic, partitions);
        await broker.ToolAsync("configs", "--alter", "--topic", topic, "--add-config", "cleanup.policy=compact,min.cleanable.dirty.ratio=0.0001,max.compaction.lag.ms=100,segment.ms=100");
        for (var partition = 0; partition < partitions; partition++)
        {
            // A segment that is written to is not compacted; a record of today begins another.
            await Stranger.WriteAsync(broker, new TargetPartition(topic, partition));
        }

        await Watch.UntilAsync($"{topic} is compacted", async () => (await CountsAsync(broker, topic, partitions)).Zip(before).All(pair => pair.First < pair.Second));
    }

    /// <summary>Kills the broker and cuts off the ends of partitions' logs, as a disk does that had not kept what it said; starts the broker again.</summary>
    public static async Task TruncateAsync(KafkaBrokerLauncher broker, IReadOnlyList<TargetPartition> partitions)
    {
        await broker.KillAsync(1);
        foreach (var partition in partitions)
        {
            var last = Directory.EnumerateFiles(broker.LogDirectory(1, partition.Topic, partition.Partition), "*.log").Order(StringComparer.Ordinal).Last();
            using var file = File.OpenWrite(last);
            file.SetLength(LeftBytes);
        }

        await broker.ReviveAsync(1);
    }

    private static async Task<IReadOnlyList<int>> CountsAsync(KafkaBroker broker, string topic, int partitions)
    {
        var counts = new List<int>();
        for (var partition = 0; partition < partitions; partition++)
        {
            counts.Add((await broker.ReadAsync(topic, partition)).Count);
        }

        return counts;
    }

    private static IAdminClient Admin(KafkaBroker broker) =>
        new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.BootstrapServers }).SetLogHandler((_, _) => { }).Build();
}
