using KafkaRestore.Kafka.Wire.Connections;

namespace KafkaRestore.Kafka.Wire;

/// <content>Several connections to a broker, for many small requests.</content>
internal sealed partial class WireCluster
{
    // More than this brought nothing on brokers that wait for their replicas, and cost connections.
    private const int ConnectionsPerBroker = 16;

    private readonly ConnectionPool _pool;

    /// <summary>One of several connections to the broker <paramref name="id"/>: the same one for the same <paramref name="slot"/>, 0 or more.</summary>
    /// <exception cref="WireException">It does not answer, or there is no such broker.</exception>
    public async Task<BrokerConnection> PooledAsync(int id, int slot, CancellationToken cancellationToken) =>
        await _pool.GetAsync(await AddressAsync(id, cancellationToken).ConfigureAwait(false), slot, cancellationToken).ConfigureAwait(false);

    /// <summary>Begins to open connections to every known broker, <paramref name="most"/> in all at the most; nobody waits for them, and a failure is heard by who uses the connection.</summary>
    public void Warm(int most)
    {
        var brokers = _brokers.Values.ToList();
        for (var slot = 0; slot < Math.Min(_pool.Width, most / Math.Max(1, brokers.Count)); slot++)
        {
            foreach (var broker in brokers)
            {
                _ = _pool.GetAsync(broker, slot, CancellationToken.None).ContinueWith(static opened => opened.Exception, TaskScheduler.Default);
            }
        }
    }
}
