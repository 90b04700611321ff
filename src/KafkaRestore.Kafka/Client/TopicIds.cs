using KafkaRestore.Kafka.Wire;
using KafkaRestore.Kafka.Wire.Connections;

namespace KafkaRestore.Kafka.Client;

/// <summary>Asks for the ids of topics, which librdkafka does not tell (KIP-516, since Kafka 2.8).</summary>
internal sealed class TopicIds(KafkaConnectionOptions connection, Action<ClientLogLine>? log, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lazy<WireCluster?> _cluster = new(() => WireCluster.WhyNot(connection) is null ? new WireCluster(connection, null, log, time) : null);

    /// <summary>The ids that are told; none where our protocol client cannot connect. A recreated topic is recognised by its id, so nothing depends on having one.</summary>
    public async Task<IReadOnlyDictionary<string, Guid>> ReadAsync(IReadOnlyCollection<string> topics, CancellationToken cancellationToken)
    {
        var ids = new Dictionary<string, Guid>(StringComparer.Ordinal);
        if (topics.Count == 0 || _cluster.Value is not { } cluster)
        {
            return ids;
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            await cluster.RefreshAsync(topics, patience.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is WireException || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return ids;
        }

        foreach (var topic in topics)
        {
            if (cluster.TopicIdOf(topic) is { } id)
            {
                ids[topic] = id;
            }
        }

        return ids;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _cluster.IsValueCreated && _cluster.Value is { } cluster ? cluster.DisposeAsync() : ValueTask.CompletedTask;
}
