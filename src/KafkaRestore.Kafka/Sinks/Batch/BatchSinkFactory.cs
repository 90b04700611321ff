using KafkaRestore.Kafka.Client;

namespace KafkaRestore.Kafka.Sinks.Batch;

/// <summary>Opens batch sinks, which share connections to the brokers.</summary>
public sealed class BatchSinkFactory : IRecordSinkFactory
{
    /// <summary>Prepares the factory; nothing is asked of a broker yet.</summary>
    public BatchSinkFactory(KafkaConnectionOptions connection, DeliveryOptions delivery, Action<ClientLogLine>? log = null, TimeProvider? time = null) =>
        throw new NotImplementedException();

    /// <inheritdoc/>
    public SinkDescription Description => throw new NotImplementedException();

    /// <summary>Why this sink cannot serve that target, for a person; null when it can. Asks the brokers for the requests that they take.</summary>
    /// <exception cref="Records.Errors.RestoreException">TARGET_UNREACHABLE, TARGET_DENIED: no broker answers.</exception>
    public static Task<string?> WhyNotAsync(KafkaConnectionOptions connection, DeliveryOptions delivery, Action<ClientLogLine>? log, TimeProvider? time, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask PrepareAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask<IRecordSink> OpenAsync(SinkLane lane, ISinkObserver observer, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
