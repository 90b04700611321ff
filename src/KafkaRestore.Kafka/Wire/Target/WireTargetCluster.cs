using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Protocol;
using KafkaRestore.Records.Errors;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Wire.Target;

/// <summary>The target over our own protocol client: nothing of it needs librdkafka.</summary>
/// <remarks>Topics are asked for by name, which never creates one here. A topic that this principal may not describe is told apart from one that does not exist.</remarks>
internal sealed partial class WireTargetCluster : ITargetCluster
{
    private static readonly Api[] Needed = [MetadataRequest.Definition, ListOffsetsRequest.Definition, FetchRequest.Definition];

    private readonly KafkaConnectionOptions _connection;
    private readonly TargetClusterOptions _options;
    private readonly WireOptions? _wire;
    private readonly Action<ClientLogLine>? _log;
    private readonly TimeProvider _time;
    private readonly string _brokers;
    private readonly WireCluster _cluster;

    /// <summary>Prepares the client; nothing is asked of a broker yet.</summary>
    /// <exception cref="RestoreException">CONFIG_INVALID, CONFIG_NOT_SUPPORTED.</exception>
    public WireTargetCluster(KafkaConnectionOptions connection, TargetClusterOptions? options = null, Action<ClientLogLine>? log = null, TimeProvider? time = null, WireOptions? wire = null)
    {
        _connection = connection;
        _options = options ?? new TargetClusterOptions();
        _wire = wire;
        _log = log;
        _time = time ?? TimeProvider.System;
        _brokers = string.Join(',', connection.BootstrapServers);
        _cluster = new WireCluster(connection, wire, log, _time);
    }

    /// <summary>Why this client cannot serve these brokers, for a person; null when it can. Waits for a broker as <see cref="ConnectAsync"/> does.</summary>
    /// <exception cref="RestoreException">TARGET_UNREACHABLE, TARGET_DENIED.</exception>
    public Task<string?> WhyNotAsync(CancellationToken cancellationToken) => ReachAsync(
        async token =>
        {
            var broker = await _cluster.AnyAsync(token).ConfigureAwait(false);
            return Array.Find(Needed, api => !broker.Supports(api)) is { } missing
                ? $"the broker does not take {missing} in version {missing.Lowest} to {missing.Highest}"
                : null;
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<ClusterDescription> ConnectAsync(CancellationToken cancellationToken) => ReachAsync(
        async token =>
        {
            await _cluster.RefreshAsync([], token).ConfigureAwait(false);
            var broker = await _cluster.AnyAsync(token).ConfigureAwait(false);
            return new ClusterDescription(_cluster.ClusterId, _cluster.BrokerCount) { Connection = broker.Description };
        },
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    /// <summary>Asks until a broker answers, a person has to do something about it, or the time is up.</summary>
    private async Task<T> ReachAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(_options.ConnectDeadline, _time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        var backoff = default(Backoff);
        WireException? last = null;
        try
        {
            while (true)
            {
                try
                {
                    return await ask(over.Token).ConfigureAwait(false);
                }
                catch (WireException failure) when (!failure.IsFinal)
                {
                    last = failure;
                }
                catch (WireException final)
                {
                    throw WireCluster.ToRestoreException(final, "connecting", _brokers);
                }

                await Task.Delay(backoff.Next(), _time, over.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unreachable($"no broker answered within {_options.ConnectDeadline.TotalSeconds:0.#} s", last);
        }
    }

    private RestoreException Failure(WireException failure, string what) =>
        failure.IsFinal ? WireCluster.ToRestoreException(failure, what, _brokers) : Unreachable($"{what} got no answer within {_options.RequestDeadline.TotalSeconds:0.#} s", failure);

    private RestoreException Failure(ErrorCode error, string? message, string what) => KafkaErrors.Classify(error) switch
    {
        KafkaErrorClass.Denied => Denied(error, what),
        KafkaErrorClass.Retriable or KafkaErrorClass.AfterLeaderChange or KafkaErrorClass.Unreachable or KafkaErrorClass.Missing =>
            Unreachable($"{what} was not possible within {_options.RequestDeadline.TotalSeconds:0.#} s: {message ?? KafkaErrors.NameOf(error)}", null),
        _ => new RestoreException(ErrorCodes.PreflightFailed, $"{what} was refused by the target: {message ?? KafkaErrors.NameOf(error)}", _brokers),
    };

    private RestoreException Denied(ErrorCode error, string what, string? hint = null) =>
        new(ErrorCodes.TargetDenied, $"{what} was denied: {KafkaErrors.NameOf(error)}", _brokers, hint);

    private RestoreException Unreachable(string what, WireException? last) =>
        new(ErrorCodes.TargetUnreachable, last is null ? what : $"{what}; last error: {last.Message}", _brokers, last?.Hint, last);
}
