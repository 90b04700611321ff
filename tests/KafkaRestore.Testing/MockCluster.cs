using System.Runtime.InteropServices;

namespace KafkaRestore.Testing;

/// <summary>
/// librdkafka's mock cluster, inside this process: it serves produce, metadata, log ends and reading, and fails on demand. It does not
/// check sizes, timestamps or permissions, and knows no topic settings.
/// </summary>
public sealed class MockCluster : KafkaBroker
{
    /// <summary>In place of a broker: the partition has no leader.</summary>
    public const int NoLeader = -1;

    private const short ProduceRequest = 0;
    private readonly nint _client;
    private readonly nint _cluster;
    private readonly int _brokers;

    /// <summary>Starts a cluster, brokers counting from 1.</summary>
    public MockCluster(int brokers = 1)
    {
        _brokers = brokers;
        _client = KafkaBrokerNative.Create(KafkaBrokerNative.Producer, new Dictionary<string, string> { ["test.mock.num.brokers"] = $"{brokers}" });
        _cluster = KafkaBrokerNative.rd_kafka_handle_mock_cluster(_client);
        BootstrapServers = Marshal.PtrToStringUTF8(KafkaBrokerNative.rd_kafka_mock_cluster_bootstraps(_cluster))!;
    }

    /// <inheritdoc/>
    public override string BootstrapServers { get; }

    /// <inheritdoc/>
    public override bool IsReal => false;

    /// <inheritdoc/>
    public override Task<string> CreateTopicAsync(int partitions = 1, IReadOnlyDictionary<string, string>? configuration = null, short replicationFactor = -1)
    {
        var name = NewTopicName();
        Check(KafkaBrokerNative.rd_kafka_mock_topic_create(_cluster, name, partitions, _brokers));
        return Task.FromResult(name);
    }

    /// <summary>Answers come this much later from now on, on every broker.</summary>
    public void Delay(TimeSpan roundTrip)
    {
        for (var broker = 1; broker <= _brokers; broker++)
        {
            Check(KafkaBrokerNative.rd_kafka_mock_broker_set_rtt(_cluster, broker, (int)roundTrip.TotalMilliseconds));
        }
    }

    /// <summary>The next produce requests are answered with these error codes, one each (0: none).</summary>
    public void AnswerProduceWith(params Confluent.Kafka.ErrorCode[] errors) =>
        KafkaBrokerNative.rd_kafka_mock_push_request_errors_array(_cluster, ProduceRequest, errors.Length, [.. errors.Select(error => (int)error)]);

    /// <summary>Moves a partition's leadership.</summary>
    public void SetLeader(string topic, int partition, int broker) =>
        Check(KafkaBrokerNative.rd_kafka_mock_partition_set_leader(_cluster, topic, partition, broker));

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        KafkaBrokerNative.rd_kafka_destroy_flags(_client, 0);
        return base.DisposeAsync();
    }

    private static void Check(int error)
    {
        if (error != 0)
        {
            throw new InvalidOperationException($"the mock cluster answers {error}");
        }
    }
}
