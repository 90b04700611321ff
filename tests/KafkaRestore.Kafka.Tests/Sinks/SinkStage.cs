using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Kafka.Sinks.Client;
using KafkaRestore.Testing;

namespace KafkaRestore.Kafka.Tests.Sinks;

/// <summary>An empty partition, a factory of sinks for it, and a reader of what stands in it.</summary>
public sealed class SinkStage(IRecordSinkFactory factory, TargetPartition target, Func<Task<IReadOnlyList<ConsumedRecord>>> read) : IAsyncDisposable
{
    public IRecordSinkFactory Factory => factory;

    public TargetPartition Target => target;

    public SinkRecorder Acks { get; } = new();

    public static async Task<SinkStage> OnAsync(
        KafkaBroker broker,
        DeliveryOptions? delivery = null,
        IReadOnlyDictionary<string, string>? topic = null,
        int partitions = 1,
        Action<ClientLogLine>? log = null,
        TimeProvider? time = null)
    {
        var name = await broker.CreateTopicAsync(partitions, topic);
        return new SinkStage(
            new ClientSinkFactory(broker.Connection, delivery ?? new DeliveryOptions { Linger = TimeSpan.FromMilliseconds(2) }, log, time),
            new TargetPartition(name, 0),
            () => broker.ReadAsync(name));
    }

    public Task<IRecordSink> OpenAsync(long expectedOffset = 0, long queueBytes = 8 << 20, int? maxMessageBytes = null) =>
        factory.OpenAsync(new SinkLane(target, expectedOffset, queueBytes, maxMessageBytes), Acks, CancellationToken.None).AsTask();

    public Task<IReadOnlyList<ConsumedRecord>> ReadAsync() => read();

    public ValueTask DisposeAsync() => factory.DisposeAsync();
}
