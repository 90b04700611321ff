namespace KafkaRestore.Kafka.Wire.Connections;

/// <summary>
/// Several connections to each address, each opened when it is first used and anew when it is closed. A broker works on one request of a connection at a time: many small requests are
/// answered faster over several.
/// </summary>
internal sealed class ConnectionPool(int width, Func<BrokerAddress, CancellationToken, Task<BrokerConnection>> open) : IAsyncDisposable
{
    private readonly SharedConnections[] _slots = [.. Enumerable.Range(0, width).Select(_ => new SharedConnections(open))];

    /// <summary>How many connections to one address there are at most.</summary>
    public int Width => _slots.Length;

    /// <summary>A connection to <paramref name="address"/>: the same one for the same <paramref name="slot"/>, of which there may be any number.</summary>
    /// <exception cref="WireException">It cannot be opened.</exception>
    public Task<BrokerConnection> GetAsync(BrokerAddress address, int slot, CancellationToken cancellationToken) => _slots[slot % _slots.Length].GetAsync(address, cancellationToken);

    /// <summary>Closes all.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var slot in _slots)
        {
            await slot.DisposeAsync().ConfigureAwait(false);
        }
    }
}
