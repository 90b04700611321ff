using System.Collections.Concurrent;
using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Kafka.Wire;

/// <summary>The target cluster over our own protocol client: who leads what, who coordinates what, and connections to them.</summary>
internal sealed partial class WireCluster : IAsyncDisposable
{
    // A host that is dead or paused must not eat a caller's deadline.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);

    private readonly WireOptions _wire;
    private readonly Action<ClientLogLine> _log;
    private readonly TimeProvider _time;
    private readonly ConnectionSettings _settings;
    private readonly IReadOnlyList<BrokerAddress> _bootstrap;
    private readonly SharedConnections _shared;
    private readonly ConcurrentDictionary<int, BrokerAddress> _brokers = new();

    /// <summary>Prepares; nothing is asked of a broker yet.</summary>
    /// <exception cref="Records.Errors.RestoreException">CONFIG_INVALID, CONFIG_NOT_SUPPORTED.</exception>
    public WireCluster(KafkaConnectionOptions options, WireOptions? wire = null, Action<ClientLogLine>? log = null, TimeProvider? time = null)
    {
        _wire = wire ?? new WireOptions();
        _log = log ?? (static _ => { });
        _time = time ?? TimeProvider.System;
        _settings = ConnectionSettings.From(options, _wire, _time);
        _bootstrap = BootstrapList.Parse(options.BootstrapServers);
        _shared = new SharedConnections(OpenAsync);
        _pool = new ConnectionPool(ConnectionsPerBroker, OpenAsync);
        _refreshes = new MetadataFlights(FetchAsync);
    }

    /// <summary>A shared connection to any broker that answers.</summary>
    /// <exception cref="WireException">None does.</exception>
    public Task<BrokerConnection> AnyAsync(CancellationToken cancellationToken) =>
        _shared.Open.FirstOrDefault(connection => connection.Waiting < Patience) is { } open
            ? Task.FromResult(open)
            : FirstAsync(static (connection, _) => Task.FromResult(connection), cancellationToken);

    /// <summary>A shared connection to the broker <paramref name="id"/>.</summary>
    /// <exception cref="WireException">It does not answer, or there is no such broker.</exception>
    public async Task<BrokerConnection> BrokerAsync(int id, CancellationToken cancellationToken) =>
        await _shared.GetAsync(await AddressAsync(id, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    /// <summary>A new connection to the broker <paramref name="id"/>, the caller's to dispose.</summary>
    /// <exception cref="WireException">It does not answer, or there is no such broker.</exception>
    public async Task<BrokerConnection> OpenAsync(int id, CancellationToken cancellationToken) =>
        await OpenAsync(await AddressAsync(id, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    /// <summary>What the first broker that answers says. Open connections are asked first, then known brokers, then the bootstrap list.</summary>
    /// <exception cref="WireException">None does.</exception>
    public async Task<T> FirstAsync<T>(Func<BrokerConnection, CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        BrokerAddress[] candidates =
        [
            .. _shared.Open.OrderBy(static connection => connection.Waiting).Select(static connection => connection.Address)
                .Concat(_brokers.Values).Concat(_bootstrap).DistinctBy(static address => (address.Host, address.Port)),
        ];
        try
        {
            return await StaggeredRace.FirstAsync(
                candidates,
                async (address, token) => await ask(await _shared.GetAsync(address, token).ConfigureAwait(false), token).ConfigureAwait(false),
                Patience,
                _time,
                discard: null,
                cancellationToken).ConfigureAwait(false);
        }
        catch (AggregateException e)
        {
            throw Combine([.. e.InnerExceptions.OfType<WireException>()], e);
        }
    }

    /// <summary>A connection's failure for a person.</summary>
    /// <param name="failure">The failure.</param>
    /// <param name="what">What was being done, e.g. <c>opening a lane</c>.</param>
    /// <param name="where">The brokers, or the partition.</param>
    public static RestoreException ToRestoreException(WireException failure, string what, string where) => failure.Failure switch
    {
        WireFailure.Denied => new RestoreException(ErrorCodes.TargetDenied, $"{what} was denied: {failure.Message}", where, failure.Hint, failure),
        WireFailure.Unsupported => new RestoreException(
            ErrorCodes.ConfigNotSupported,
            $"{what} is not possible: {failure.Message}",
            where,
            "Use brokers of a later version, or the sink that works with this one (restore.sink: client).",
            failure),
        _ => new RestoreException(ErrorCodes.TargetUnreachable, $"{what} failed: {failure.Message}", where, failure.Hint, failure),
    };

    /// <summary>Closes every shared and pooled connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await _pool.DisposeAsync().ConfigureAwait(false);
        await _shared.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<BrokerAddress> AddressAsync(int id, CancellationToken cancellationToken)
    {
        if (!_brokers.TryGetValue(id, out var address))
        {
            await RefreshAsync([], cancellationToken).ConfigureAwait(false);
            if (!_brokers.TryGetValue(id, out address))
            {
                throw new WireException(WireFailure.Unreachable, $"the cluster names no broker {id}");
            }
        }

        return address;
    }

    private async Task<BrokerConnection> OpenAsync(BrokerAddress address, CancellationToken cancellationToken)
    {
        BrokerConnection connection;
        try
        {
            connection = await BrokerConnection.OpenAsync(address, _settings, _wire, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (WireException failure)
        {
            Log(ClientLogLevel.Debug, "CONNECT", failure.Message);
            throw;
        }

        Log(ClientLogLevel.Debug, "CONNECT", $"{address}: connected by {connection.Description}");
        _ = LogEndAsync(connection);
        return connection;
    }

    private async Task LogEndAsync(BrokerConnection connection)
    {
        await connection.Closed.ConfigureAwait(false);
        if (connection.Failure is { Failure: not WireFailure.Closed } failure)
        {
            Log(connection.HasLostRequests ? ClientLogLevel.Warning : ClientLogLevel.Debug, "DISCONNECT", failure.Message);
        }
    }

    private void Log(ClientLogLevel level, string facility, string message) => _log(new ClientLogLine(level, _settings.ClientId, facility, message));

    // What a person can correct counts for more than that some other host is down.
    private static WireException Combine(IReadOnlyList<WireException> failures, Exception all)
    {
        var first = failures.FirstOrDefault(static failure => failure.Failure == WireFailure.Denied)
            ?? failures.FirstOrDefault(static failure => failure.Failure == WireFailure.Untrusted)
            ?? failures.FirstOrDefault(static failure => failure.Failure == WireFailure.Tls)
            ?? failures.FirstOrDefault();
        var what = string.Join("; ", failures.Select(static failure => failure.Message).Distinct());
        return first is null ? new WireException(WireFailure.Unreachable, all.Message, all) : new WireException(first.Failure, what, first, first.Hint ?? failures.FirstOrDefault(static failure => failure.Hint is not null)?.Hint);
    }
}

/// <summary>Who leads a partition.</summary>
/// <param name="Broker">The leader's id.</param>
/// <param name="Epoch">The leader's epoch; -1 when unknown.</param>
internal readonly record struct PartitionLeader(int Broker, int Epoch);
