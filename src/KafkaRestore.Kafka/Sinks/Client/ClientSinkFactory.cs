using Confluent.Kafka;
using KafkaRestore.Kafka.Client;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Kafka.Sinks.Client;

/// <summary>Opens <see cref="ClientSink"/>s: one producer instance for each lane that is open.</summary>
public sealed class ClientSinkFactory : IRecordSinkFactory
{
    private static readonly TimeSpan MetadataTimeout = TimeSpan.FromSeconds(30);

    private readonly KafkaConnectionOptions _connection;
    private readonly DeliveryOptions _delivery;
    private readonly Action<ClientLogLine> _log;
    private readonly TimeProvider _time;
    private readonly IAdminClient _admin;
    private readonly SemaphoreSlim _asking = new(1, 1);
    private Dictionary<string, int> _partitions = [];

    /// <summary>Prepares the factory; nothing is asked of a broker yet.</summary>
    /// <exception cref="RestoreException">CONFIG_INVALID, NATIVE_LIBRARY_MISSING.</exception>
    public ClientSinkFactory(KafkaConnectionOptions connection, DeliveryOptions delivery, Action<ClientLogLine>? log = null, TimeProvider? time = null)
    {
        _connection = connection;
        _delivery = delivery;
        _log = log ?? (static _ => { });
        _time = time ?? TimeProvider.System;
        _admin = ClientConfiguration.Build(() => new AdminClientBuilder(new AdminClientConfig(ClientConfiguration.Common(connection)))
            .SetLogHandler((_, line) => _log(ClientLogLine.From(line)))
            .SetErrorHandler(static (_, _) => { })
            .Build());
    }

    /// <inheritdoc/>
    public SinkDescription Description { get; } = new("client", "idempotent", "sink: client");

    /// <inheritdoc/>
    public ValueTask PrepareAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    /// <exception cref="RestoreException">TARGET_TOPIC_MISSING, TARGET_PARTITIONS: there is no such partition; TARGET_UNAVAILABLE.</exception>
    public async ValueTask<IRecordSink> OpenAsync(SinkLane lane, ISinkObserver observer, CancellationToken cancellationToken)
    {
        await RequirePartitionAsync(lane.Target, cancellationToken).ConfigureAwait(false);
        if (lane.Takeover is { } takeover)
        {
            lane = lane with { ExpectedOffset = await takeover(null, cancellationToken).ConfigureAwait(false) };
        }

        return new ClientSink(lane, observer, _delivery, ProducerSettings.For(_connection, _delivery, lane), _log, _time);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await BlockingCall.RunAsync(
            () =>
            {
                _admin.Dispose();
                return true;
            },
            CancellationToken.None).ConfigureAwait(false);
        _asking.Dispose();
    }

    /// <summary>A producer that meets a missing topic creates it where the broker allows that, so it must not meet one.</summary>
    private async Task RequirePartitionAsync(TargetPartition target, CancellationToken cancellationToken)
    {
        if (Knows(target))
        {
            return;
        }

        await _asking.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!Knows(target))
            {
                var metadata = await BlockingCall.RunAsync(() => _admin.GetMetadata(MetadataTimeout), cancellationToken).ConfigureAwait(false);
                _partitions = metadata.Topics.ToDictionary(topic => topic.Topic, topic => topic.Partitions.Count, StringComparer.Ordinal);
            }
        }
        catch (KafkaException e)
        {
            throw KafkaErrors.Classify(e.Error.Code) == KafkaErrorClass.Denied
                ? new RestoreException(ErrorCodes.TargetDenied, $"opening a lane was denied: {KafkaErrors.Describe(e.Error)}", target.ToString(), inner: e)
                : new RestoreException(ErrorCodes.TargetUnavailable, $"no broker answered: {KafkaErrors.Describe(e.Error)}", target.ToString(), inner: e);
        }
        finally
        {
            _asking.Release();
        }

        if (!Knows(target))
        {
            throw _partitions.GetValueOrDefault(target.Topic) is > 0 and var found
                ? new RestoreException(ErrorCodes.TargetPartitions, $"topic '{target.Topic}' has {found} partitions, there is no partition {target.Partition}", target.ToString())
                : new RestoreException(ErrorCodes.TargetTopicMissing, $"topic '{target.Topic}' does not exist", target.ToString());
        }
    }

    private bool Knows(TargetPartition target) =>
        Volatile.Read(ref _partitions).TryGetValue(target.Topic, out var count) && (uint)target.Partition < (uint)count;
}
