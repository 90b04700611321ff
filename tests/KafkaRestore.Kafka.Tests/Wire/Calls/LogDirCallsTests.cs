using Confluent.Kafka;
using KafkaRestore.Kafka.Wire.Calls;
using KafkaRestore.Testing;

namespace KafkaRestore.Kafka.Tests.Wire.Calls;

[Collection(ThreeBrokersCollection.Name)]
public sealed class LogDirCallsTests(ThreeBrokers three)
{
    private const int ValueBytes = 10_000;

    [RealKafkaFact]
    public async Task Sizes_and_disks_of_one_broker_are_told() => await MeasureAsync(await KafkaBroker.SharedAsync(), brokers: 1);

    [KafkaLauncherFact]
    public async Task Sizes_and_disks_of_three_brokers_are_told() => await MeasureAsync(await three.ClusterAsync(), brokers: 3);

    [KafkaLauncherFact]
    public async Task A_broker_that_cannot_be_reached_is_a_value_and_the_others_answer()
    {
        var broker = await three.ClusterAsync();
        var closed = int.Parse(broker.BootstrapServers.Split(',')[2].Split(':')[1], System.Globalization.CultureInfo.InvariantCulture);
        await using var cluster = ThreeBrokers.Client(broker, onDial: port => port == closed ? throw new IOException("no way") : Task.CompletedTask);

        var told = await new LogDirCalls(cluster, TimeProvider.System).DescribeAsync(null, TimeSpan.FromSeconds(5), default);

        Assert.Equal([(1, ErrorCode.NoError), (2, ErrorCode.NoError), (3, ErrorCode.Local_Transport)], told.Select(each => (each.Broker, each.Error)));
        Assert.Equal([false, false, true], told.Select(each => each.Directories.Count == 0));
        Assert.Contains("no way", told[2].Message, StringComparison.Ordinal);
    }

    private static async Task MeasureAsync(KafkaBroker broker, int brokers)
    {
        var topic = await broker.CreateTopicAsync(partitions: 6, replicationFactor: 1);
        var partitions = Enumerable.Range(0, 6).Select(index => new TargetPartition(topic, index)).ToArray();
        using (var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = broker.BootstrapServers }).SetLogHandler((_, _) => { }).Build())
        {
            await producer.ProduceAsync(new TopicPartition(topic, 4), new Message<byte[], byte[]> { Value = new byte[ValueBytes] });
        }

        await using var cluster = ThreeBrokers.Client(broker);
        await cluster.RefreshAsync([topic], default);
        var calls = new LogDirCalls(cluster, TimeProvider.System);

        var told = await calls.DescribeAsync(partitions, ThreeBrokers.Deadline, default);
        var all = await calls.DescribeAsync(null, ThreeBrokers.Deadline, default);

        Assert.Equal(Enumerable.Range(1, brokers), told.Select(each => each.Broker));
        Assert.All(told.Concat(all), each => Assert.Equal((ErrorCode.NoError, (string?)null), (each.Error, each.Message)));
        Assert.All(told.SelectMany(each => each.Directories), directory => Assert.InRange(directory.UsableBytes!.Value, 1, directory.TotalBytes!.Value));
        var held = told.SelectMany(each => each.Directories.SelectMany(directory => directory.Partitions).Select(partition => (each.Broker, partition.Partition))).ToList();
        Assert.Equal(partitions.Select(partition => (cluster.LeaderOf(partition)!.Value.Broker, partition)).ToHashSet(), held.ToHashSet());
        Assert.Equal(partitions.Length, held.Count);
        var sizes = told.SelectMany(each => each.Directories).SelectMany(directory => directory.Partitions).ToDictionary(each => each.Partition, each => each.SizeBytes);
        Assert.InRange(sizes[partitions[4]], ValueBytes, ValueBytes + 200);
        Assert.All(partitions.Where(partition => partition.Partition != 4), partition => Assert.Equal(0, sizes[partition]));
        Assert.Superset(held.Select(each => each.Partition).ToHashSet(), all.SelectMany(each => each.Directories).SelectMany(directory => directory.Partitions).Select(each => each.Partition).ToHashSet());
    }
}
