using System.Net;
using System.Net.Sockets;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;

namespace KafkaRestore.Kafka.Tests.Client;

/// <summary>What every way of asking the target does, whatever stands behind it.</summary>
public abstract class TargetClusterConformance
{
    private static readonly Dictionary<string, string> NoSettings = [];

    /// <summary>The word in a message that nothing listens at an address.</summary>
    protected abstract string Refused { get; }

    protected abstract ITargetCluster Open(KafkaConnectionOptions connection, TargetClusterOptions? options = null);

    [KafkaFact]
    public async Task A_cluster_says_who_it_is()
    {
        await using var cluster = await NewAsync();

        var description = await cluster.ConnectAsync(CancellationToken.None);

        Assert.InRange(description.Brokers, 1, int.MaxValue);
        Assert.False(string.IsNullOrEmpty(description.ClusterId));
    }

    [Fact]
    public async Task Nobody_at_the_address_is_unreachable_within_the_deadline()
    {
        var address = $"127.0.0.1:{ClosedPort()}";
        await using var cluster = Open(
            new KafkaConnectionOptions { BootstrapServers = [address] },
            new TargetClusterOptions { ConnectDeadline = TimeSpan.FromMilliseconds(800) });

        var failure = await Assert.ThrowsAsync<RestoreException>(() => cluster.ConnectAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60)));

        Assert.Equal(ErrorCodes.TargetUnreachable, failure.Code);
        Assert.Equal(address, failure.Where);
        Assert.Contains(Refused, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Someone_who_accepts_and_never_answers_is_unreachable()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var cluster = Open(
            new KafkaConnectionOptions { BootstrapServers = [listener.LocalEndpoint.ToString()!] },
            new TargetClusterOptions { ConnectDeadline = TimeSpan.FromMilliseconds(800) });

        var failure = await Assert.ThrowsAsync<RestoreException>(() => cluster.ConnectAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60)));

        Assert.Equal(ErrorCodes.TargetUnreachable, failure.Code);
    }

    [Fact]
    public async Task Waiting_for_a_broker_can_be_cancelled()
    {
        await using var cluster = Open(
            new KafkaConnectionOptions { BootstrapServers = [$"127.0.0.1:{ClosedPort()}"] },
            new TargetClusterOptions { ConnectDeadline = TimeSpan.FromHours(1) });
        using var cancellation = new CancellationTokenSource();

        var connecting = cluster.ConnectAsync(cancellation.Token);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    [KafkaFact]
    public async Task Topics_that_do_not_exist_are_absent_and_stay_so()
    {
        var broker = await KafkaBroker.SharedAsync();
        var present = await broker.CreateTopicAsync(partitions: 4);
        var absent = KafkaBroker.NewTopicName("absent");
        await using var cluster = await NewAsync();

        for (var i = 0; i < 2; i++)
        {
            var described = await cluster.DescribeTopicsAsync([present, absent], CancellationToken.None);
            Assert.Equal([present], described.Keys);
            Assert.Equal(4, described[present].Partitions);
        }
    }

    [RealKafkaFact]
    public async Task Topic_settings_are_read()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync(configuration: new Dictionary<string, string> { ["max.message.bytes"] = "123456", ["message.timestamp.type"] = "LogAppendTime", ["retention.ms"] = "86400000" });
        await using var cluster = await NewAsync();

        var described = await cluster.DescribeTopicsAsync([topic], CancellationToken.None);

        Assert.Equal(new TopicDescription(topic, 1, 123_456, "LogAppendTime") { RetentionMs = 86_400_000 }, described[topic] with { TopicId = null });
    }

    [RealKafkaFact]
    public async Task A_topic_that_was_created_again_has_another_id()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync();
        await using var cluster = Open(broker.Connection);
        var before = (await cluster.DescribeTopicsAsync([topic], CancellationToken.None))[topic].TopicId;

        await broker.ToolAsync("topics", "--delete", "--topic", topic);
        await cluster.CreateTopicsAsync([new TopicToCreate(topic, 1, -1, new Dictionary<string, string>())], CancellationToken.None);
        var after = (await cluster.DescribeTopicsAsync([topic], CancellationToken.None))[topic].TopicId;

        Assert.NotNull(before);
        Assert.NotNull(after);
        Assert.NotEqual(before, after);
    }

    [RealKafkaFact]
    public async Task Creating_again_is_fine_with_enough_partitions_and_refused_with_too_few()
    {
        var name = KafkaBroker.NewTopicName();
        await using var cluster = await NewAsync();

        await cluster.CreateTopicsAsync([new TopicToCreate(name, 3, -1, NoSettings)], CancellationToken.None);
        await cluster.CreateTopicsAsync([new TopicToCreate(name, 2, -1, NoSettings)], CancellationToken.None);
        var failure = await Assert.ThrowsAsync<RestoreException>(() => cluster.CreateTopicsAsync([new TopicToCreate(name, 4, -1, NoSettings)], CancellationToken.None));

        Assert.Equal(ErrorCodes.TargetPartitions, failure.Code);
        Assert.Equal(name, failure.Where);
    }

    [RealKafkaFact]
    public async Task A_setting_that_the_broker_refuses_names_the_topic()
    {
        var name = KafkaBroker.NewTopicName();
        await using var cluster = await NewAsync();

        var failure = await Assert.ThrowsAsync<RestoreException>(() =>
            cluster.CreateTopicsAsync([new TopicToCreate(name, 1, -1, new Dictionary<string, string> { ["no.such.setting"] = "1" })], CancellationToken.None));

        Assert.Equal(ErrorCodes.PreflightFailed, failure.Code);
        Assert.Equal(name, failure.Where);
    }

    [RealKafkaFact]
    public async Task The_ends_of_two_hundred_partitions_are_read()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync(partitions: 200);
        await using var cluster = await NewAsync();
        var partitions = Enumerable.Range(0, 200).Select(i => new TargetPartition(topic, i)).ToList();

        var ranges = await cluster.ReadRangesAsync(partitions, CancellationToken.None);

        Assert.Equal(200, ranges.Count);
        Assert.All(partitions, partition => Assert.Equal(new PartitionRange(0, 0), ranges[partition]));
    }

    [KafkaFact]
    public async Task A_partition_that_does_not_exist_has_no_range()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync();
        await using var cluster = await NewAsync();

        var failure = await Assert.ThrowsAsync<RestoreException>(() =>
            cluster.ReadRangesAsync([new TargetPartition(topic, 0), new TargetPartition(topic, 7)], CancellationToken.None));

        Assert.Equal(ErrorCodes.TargetTopicMissing, failure.Code);
        Assert.Equal($"{topic}/7", failure.Where);
    }

    [RealKafkaFact]
    public async Task The_end_counts_records_of_an_open_transaction()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync();
        using var producer = new Confluent.Kafka.ProducerBuilder<byte[], byte[]>(new Confluent.Kafka.ProducerConfig { BootstrapServers = broker.BootstrapServers, TransactionalId = topic })
            .SetLogHandler((_, _) => { })
            .Build();
        producer.InitTransactions(TimeSpan.FromSeconds(60));
        producer.BeginTransaction();
        await producer.ProduceAsync(topic, new Confluent.Kafka.Message<byte[], byte[]> { Value = [1] });
        await using var cluster = await NewAsync();

        var ranges = await cluster.ReadRangesAsync([new TargetPartition(topic, 0)], CancellationToken.None);

        producer.AbortTransaction(TimeSpan.FromSeconds(60));
        Assert.Equal(new PartitionRange(0, 1), ranges[new TargetPartition(topic, 0)]);
    }

    [KafkaFact]
    public async Task Only_partitions_with_a_record_are_found_to_hold_one()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync(partitions: 3);
        await ProduceAsync(broker, topic, 1);
        await using var cluster = await NewAsync();
        var ranges = await cluster.ReadRangesAsync([.. Partitions(topic, 3)], CancellationToken.None);

        Assert.Equal([new TargetPartition(topic, 1)], await cluster.FindRecordsAsync(ranges, CancellationToken.None));
    }

    [KafkaLauncherFact]
    public async Task A_partition_with_nothing_but_a_marker_holds_no_record()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync();
        await AbortAsync(broker, topic);
        var upToTheMarker = Path.GetTempFileName();
        await File.WriteAllTextAsync(upToTheMarker, $$"""{"version":1,"partitions":[{"topic":"{{topic}}","partition":0,"offset":1}]}""");
        await broker.ToolAsync("delete-records", "--offset-json-file", upToTheMarker);
        File.Delete(upToTheMarker);
        await using var cluster = await NewAsync();

        var ranges = await cluster.ReadRangesAsync([new TargetPartition(topic, 0)], CancellationToken.None);

        Assert.Equal(new PartitionRange(1, 2), ranges[new TargetPartition(topic, 0)]);
        Assert.Empty(await cluster.FindRecordsAsync(ranges, CancellationToken.None));
    }

    [RealKafkaFact]
    public async Task A_partition_with_nothing_but_the_fences_markers_holds_no_record()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync();
        var target = new TargetPartition(topic, 0);
        await using var cluster = await NewAsync();
        await using var sinks = new Kafka.Sinks.Batch.BatchSinkFactory(broker.Connection, new Kafka.Sinks.DeliveryOptions());
        await sinks.PrepareAsync(CancellationToken.None);
        for (long end = 0, attempts = 0; attempts < 2; attempts++)
        {
            await using var sink = await sinks.OpenAsync(new Kafka.Sinks.SinkLane(target, end, 1 << 20, null), new Sinks.SinkRecorder(), CancellationToken.None);
            var ranges = await cluster.ReadRangesAsync([target], CancellationToken.None);

            Assert.InRange(sink.StartOffset, end + 1, long.MaxValue);
            Assert.Equal(sink.StartOffset, end = ranges[target].End);
            Assert.Empty(await cluster.FindRecordsAsync(ranges, CancellationToken.None));
        }
    }

    [RealKafkaFact]
    public async Task A_record_of_an_aborted_transaction_counts()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync();
        await AbortAsync(broker, topic);
        await using var cluster = await NewAsync();

        var ranges = await cluster.ReadRangesAsync([new TargetPartition(topic, 0)], CancellationToken.None);

        Assert.Equal(new PartitionRange(0, 2), ranges[new TargetPartition(topic, 0)]);
        Assert.Equal([new TargetPartition(topic, 0)], await cluster.FindRecordsAsync(ranges, CancellationToken.None));
    }

    [KafkaFact]
    public async Task A_long_range_counts_without_being_read()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync(partitions: 2);
        await using var cluster = await NewAsync();

        // Nothing stands there: were it read, the answer would be another.
        var held = await cluster.FindRecordsAsync(
            new Dictionary<TargetPartition, PartitionRange> { [new TargetPartition(topic, 0)] = new(0, 1_001), [new TargetPartition(topic, 1)] = new(0, 0) },
            CancellationToken.None);

        Assert.Equal([new TargetPartition(topic, 0)], held);
    }

    private static IEnumerable<TargetPartition> Partitions(string topic, int count) => Enumerable.Range(0, count).Select(partition => new TargetPartition(topic, partition));

    private static async Task ProduceAsync(KafkaBroker broker, string topic, int partition)
    {
        using var producer = new Confluent.Kafka.ProducerBuilder<byte[], byte[]>(new Confluent.Kafka.ProducerConfig { BootstrapServers = broker.BootstrapServers }).SetLogHandler((_, _) => { }).Build();
        await producer.ProduceAsync(new Confluent.Kafka.TopicPartition(topic, partition), new Confluent.Kafka.Message<byte[], byte[]> { Value = [1] });
    }

    /// <summary>Leaves one record and one marker.</summary>
    protected static async Task AbortAsync(KafkaBroker broker, string topic)
    {
        using var producer = new Confluent.Kafka.ProducerBuilder<byte[], byte[]>(new Confluent.Kafka.ProducerConfig { BootstrapServers = broker.BootstrapServers, TransactionalId = topic })
            .SetLogHandler((_, _) => { })
            .Build();
        producer.InitTransactions(TimeSpan.FromSeconds(60));
        producer.BeginTransaction();
        await producer.ProduceAsync(topic, new Confluent.Kafka.Message<byte[], byte[]> { Value = [1] });
        producer.AbortTransaction(TimeSpan.FromSeconds(60));
    }

    // The mock cluster never answers for settings.
    private async Task<ITargetCluster> NewAsync()
    {
        var broker = await KafkaBroker.SharedAsync();
        var options = new TargetClusterOptions();
        return Open(broker.Connection, broker.IsReal ? options : options with { SettingsDeadline = TimeSpan.FromMilliseconds(100) });
    }

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
