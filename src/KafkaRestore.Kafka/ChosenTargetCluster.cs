using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Wire;
using KafkaRestore.Kafka.Wire.Target;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Kafka;

/// <summary>
/// The target over our own protocol client, or over librdkafka where the settings or the brokers ask for something that ours lacks; decided with the first
/// question. Both use the same security settings.
/// </summary>
public sealed class ChosenTargetCluster : ITargetCluster, IRecordDeletion
{
    private readonly KafkaConnectionOptions _connection;
    private readonly TargetClusterOptions? _options;
    private readonly Action<ClientLogLine>? _log;
    private readonly TimeProvider? _time;
    private readonly SemaphoreSlim _choosing = new(1, 1);
    private readonly WireTargetCluster? _wire;
    private ITargetCluster? _chosen;

    /// <summary>Prepares the choice; nothing is asked of a broker yet.</summary>
    /// <exception cref="RestoreException">CONFIG_INVALID, NATIVE_LIBRARY_MISSING.</exception>
    public ChosenTargetCluster(KafkaConnectionOptions connection, TargetClusterOptions? options = null, Action<ClientLogLine>? log = null, TimeProvider? time = null)
    {
        _connection = connection;
        _options = options;
        _log = log;
        _time = time;
        if (WireCluster.WhyNot(connection) is { } setting)
        {
            _chosen = OverLibrdkafka(setting);
        }
        else
        {
            _wire = new WireTargetCluster(connection, options, log, time);
        }
    }

    /// <inheritdoc/>
    public async Task<ClusterDescription> ConnectAsync(CancellationToken cancellationToken) =>
        await (await ChooseAsync(cancellationToken).ConfigureAwait(false)).ConnectAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, TopicDescription>> DescribeTopicsAsync(IReadOnlyCollection<string> topics, CancellationToken cancellationToken) =>
        await (await ChooseAsync(cancellationToken).ConfigureAwait(false)).DescribeTopicsAsync(topics, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task CreateTopicsAsync(IReadOnlyCollection<TopicToCreate> topics, CancellationToken cancellationToken) =>
        await (await ChooseAsync(cancellationToken).ConfigureAwait(false)).CreateTopicsAsync(topics, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<TargetPartition, PartitionRange>> ReadRangesAsync(IReadOnlyCollection<TargetPartition> partitions, CancellationToken cancellationToken) =>
        await (await ChooseAsync(cancellationToken).ConfigureAwait(false)).ReadRangesAsync(partitions, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<IReadOnlySet<TargetPartition>> FindRecordsAsync(IReadOnlyDictionary<TargetPartition, PartitionRange> ranges, CancellationToken cancellationToken) =>
        await (await ChooseAsync(cancellationToken).ConfigureAwait(false)).FindRecordsAsync(ranges, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    /// <exception cref="RestoreException">CONFIG_NOT_SUPPORTED: only the wire client can, and it cannot be used.</exception>
    public async Task DeleteRecordsAsync(IReadOnlyDictionary<TargetPartition, long> before, CancellationToken cancellationToken)
    {
        if (await ChooseAsync(cancellationToken).ConfigureAwait(false) is not IRecordDeletion deletion)
        {
            throw new RestoreException(
                ErrorCodes.ConfigNotSupported, "records cannot be deleted: the wire client cannot be used for this target", "restore.purge_topics", "Delete and create the topics yourself.");
        }

        await deletion.DeleteRecordsAsync(before, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_chosen is not null && _chosen != _wire)
        {
            await _chosen.DisposeAsync().ConfigureAwait(false);
        }

        if (_wire is not null)
        {
            await _wire.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask<ITargetCluster> ChooseAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _chosen) is { } decided)
        {
            return decided;
        }

        await _choosing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_chosen is null)
            {
                var lack = await _wire!.WhyNotAsync(cancellationToken).ConfigureAwait(false);
                Volatile.Write(ref _chosen, lack is null ? _wire : OverLibrdkafka(lack));
            }

            return _chosen!;
        }
        finally
        {
            _choosing.Release();
        }
    }

    private TargetCluster OverLibrdkafka(string why)
    {
        _log?.Invoke(new ClientLogLine(ClientLogLevel.Information, ClientConfiguration.ClientId, "CLUSTER", $"the cluster is asked over librdkafka: the wire client cannot, {why}"));
        return new TargetCluster(_connection, _options, _log, _time);
    }
}
