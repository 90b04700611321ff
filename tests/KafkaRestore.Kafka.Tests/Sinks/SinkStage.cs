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
        TimeProvider? time = null,
        short replication = -1,
        Func<KafkaConnectionOptions, DeliveryOptions, IRecordSinkFactory>? sinks = null)
    {
        var name = await broker.CreateTopicAsync(partitions, topic, replication);
        var options = delivery ?? new DeliveryOptions { Linger = TimeSpan.FromMilliseconds(2) };
        return new SinkStage(
            sinks?.Invoke(broker.Connection, options) ?? new ClientSinkFactory(broker.Connection, options, log, time),
            new TargetPartition(name, 0),
            () => broker.ReadAsync(name));
    }

    /// <summary>The offset of the first record: that of the first sink that was opened.</summary>
    public long? Start { get; private set; }

    /// <summary>Opens a sink whose lane has found the log's end <paramref name="behindStart"/> offsets behind <see cref="Start"/>.</summary>
    public async Task<IRecordSink> OpenAsync(long behindStart = 0, long queueBytes = 8 << 20, int? maxMessageBytes = null, LeaveOut? leaveOut = null)
    {
        var sink = await factory.OpenAsync(new SinkLane(target, (Start ?? 0) + behindStart, queueBytes, maxMessageBytes) { LeaveOut = leaveOut }, Acks, CancellationToken.None);
        Start ??= sink.StartOffset;
        return sink;
    }

    public Task<IReadOnlyList<ConsumedRecord>> ReadAsync() => read();

    public ValueTask DisposeAsync() => factory.DisposeAsync();
}
