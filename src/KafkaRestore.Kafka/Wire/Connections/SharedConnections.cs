namespace KafkaRestore.Kafka.Wire.Connections;

/// <summary>One open connection for each address, for everybody; opened once for all who ask at the same time, and anew when it is closed.</summary>
internal sealed class SharedConnections(Func<BrokerAddress, CancellationToken, Task<BrokerConnection>> open) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<BrokerAddress, Task<BrokerConnection>> _slots = [];
    private readonly CancellationTokenSource _lifetime = new();

    /// <summary>Those that are open now.</summary>
    public IReadOnlyList<BrokerConnection> Open
    {
        get
        {
            lock (_gate)
            {
                return [.. _slots.Values.Where(IsOpen).Select(static slot => slot.Result)];
            }
        }
    }

    /// <summary>The connection to <paramref name="address"/>; cancelled, it goes on being opened for the others.</summary>
    /// <exception cref="WireException">It cannot be opened.</exception>
    public Task<BrokerConnection> GetAsync(BrokerAddress address, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_lifetime.IsCancellationRequested)
            {
                throw Closed(address);
            }

            if (!_slots.TryGetValue(address, out var slot) || (slot.IsCompleted && !IsOpen(slot)))
            {
                slot = Task.Run(() => OpenAsync(address), CancellationToken.None);
                _ = slot.ContinueWith(static failed => failed.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
                _slots[address] = slot;
            }

            return slot.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Closes all, those being opened included.</summary>
    public async ValueTask DisposeAsync()
    {
        Task<BrokerConnection>[] slots;
        lock (_gate)
        {
            _lifetime.Cancel();
            slots = [.. _slots.Values];
            _slots.Clear();
        }

        foreach (var slot in slots)
        {
            await ((Task)slot).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (slot.IsCompletedSuccessfully)
            {
                await slot.Result.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task<BrokerConnection> OpenAsync(BrokerAddress address)
    {
        try
        {
            return await open(address, _lifetime.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_lifetime.IsCancellationRequested)
        {
            throw Closed(address);
        }
    }

    private static WireException Closed(BrokerAddress address) => new WireException(WireFailure.Closed, "the cluster's connections were closed by us").At(address);

    private static bool IsOpen(Task<BrokerConnection> slot) => slot.IsCompletedSuccessfully && slot.Result.Failure is null;
}
