using System.Collections.Frozen;
using KafkaRestore.Kafka.Wire.Connections.Tls;
using KafkaRestore.Kafka.Wire.Protocol;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Wire.Connections;

/// <content>From an address to a connection that takes requests.</content>
internal sealed partial class BrokerConnection
{
    private static readonly string SoftwareVersion = typeof(BrokerConnection).Assembly.GetName().Version?.ToString(3) ?? "0";

    /// <summary>Connects, secures, asks for versions and authenticates.</summary>
    /// <exception cref="WireException">It failed.</exception>
    /// <exception cref="Records.Errors.RestoreException">CONFIG_INVALID: the options contradict themselves.</exception>
    public static Task<BrokerConnection> OpenAsync(BrokerAddress address, KafkaConnectionOptions options, WireOptions wire, TimeProvider time, CancellationToken cancellationToken) =>
        OpenAsync(address, ConnectionSettings.From(options, wire, time), wire, time, cancellationToken);

    /// <inheritdoc cref="OpenAsync(BrokerAddress, KafkaConnectionOptions, WireOptions, TimeProvider, CancellationToken)"/>
    public static async Task<BrokerConnection> OpenAsync(BrokerAddress address, ConnectionSettings settings, WireOptions wire, TimeProvider time, CancellationToken cancellationToken)
    {
        var limit = settings.ConnectTimeout;
        using var late = new CancellationTokenSource(limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        var step = "a connection";
        Stream? stream = null;
        BrokerConnection? connection = null;
        try
        {
            stream = wire.Dial is { } dial
                ? await dial(address, both.Token).ConfigureAwait(false)
                : await TcpDialer.DialAsync(address, settings, time, both.Token).ConfigureAwait(false);
            if (settings.Tls is { } tls)
            {
                step = "the TLS handshake";
                stream = await TlsUpgrade.SecureAsync(stream, address.Host, tls, both.Token).ConfigureAwait(false);
            }

            step = "an answer to the first request";
            var description = settings.Describe(stream); // before there is a reader, which disposes the stream of a broker that hangs up
            connection = new BrokerConnection(address, stream, settings, wire, time) { Description = description };
            await connection.LearnVersionsAsync(both.Token).ConfigureAwait(false);
            if (settings.Sasl is { } mechanism)
            {
                step = "authentication";
                await connection.AuthenticateAsync(mechanism, both.Token).ConfigureAwait(false);
            }

            return connection;
        }
        catch (Exception e)
        {
            await ((IAsyncDisposable?)connection ?? stream ?? Stream.Null).DisposeAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            throw e switch
            {
                WireException known => known.At(address),
                OperationCanceledException => new WireException(WireFailure.Unreachable, $"{step} took longer than {limit.TotalSeconds:0.#} s", e).At(address),
                _ => new WireException(WireFailure.Unreachable, TcpDialer.Describe(e), e).At(address),
            };
        }
    }

    private async Task LearnVersionsAsync(CancellationToken cancellationToken)
    {
        var request = new ApiVersionsRequest(SoftwareVersion);
        var answer = await ExchangeAsync(request, ApiVersionsRequest.Definition.Highest, cancellationToken).ConfigureAwait(false);
        if (answer.Error == ErrorCode.UnsupportedVersion)
        {
            answer = await ExchangeAsync(request, ApiVersionsRequest.Definition.Lowest, cancellationToken).ConfigureAwait(false);
        }

        if (answer.Error != ErrorCode.NoError)
        {
            throw new WireException(WireFailure.Unsupported, $"the broker does not say which requests it takes: {answer.Error}");
        }

        _versions = answer.Apis.DistinctBy(static api => api.Key).ToFrozenDictionary(static api => api.Key);
    }

    /// <summary>Asks before the connection is anybody else's, or while writing is ours alone.</summary>
    private async Task<TResponse> ExchangeAsync<TResponse>(Request<TResponse> request, short version, CancellationToken cancellationToken)
    {
        var answer = await WriteAsync(request, version, _wire.RequestTimeout, cancellationToken).ConfigureAwait(false);
        return await answer.WaitAsync(cancellationToken).ConfigureAwait(false);
    }
}
