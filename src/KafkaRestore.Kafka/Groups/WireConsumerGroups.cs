using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Wire;
using KafkaRestore.Kafka.Wire.Calls;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Kafka.Groups;

/// <summary>Consumer groups over our own protocol client.</summary>
internal sealed partial class WireConsumerGroups : IConsumerGroups
{
    // Timers take no more.
    private static readonly TimeSpan LongestDeadline = TimeSpan.FromDays(40);

    private readonly TargetClusterOptions _options;
    private readonly TimeProvider _time;
    private readonly string _brokers;
    private readonly WireCluster _cluster;
    private readonly GroupCoordinators _coordinators;

    /// <summary>Prepares; nothing is asked of a broker yet.</summary>
    /// <exception cref="RestoreException">CONFIG_INVALID, CONFIG_NOT_SUPPORTED.</exception>
    public WireConsumerGroups(KafkaConnectionOptions connection, Action<ClientLogLine>? log, TimeProvider time, TargetClusterOptions options, WireOptions? wire = null)
    {
        _options = options;
        _time = time;
        _brokers = string.Join(',', connection.BootstrapServers);
        _cluster = new WireCluster(connection, wire, log, time);
        _coordinators = new GroupCoordinators(_cluster);
    }

    /// <inheritdoc/>
    public async Task<ClusterDescription> ConnectAsync(CancellationToken cancellationToken)
    {
        var deadline = Deadline.Start(_time, _options.ConnectDeadline);
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
                    await _cluster.RefreshAsync([], over.Token).ConfigureAwait(false);
                    var broker = await _cluster.AnyAsync(over.Token).ConfigureAwait(false);
                    return new ClusterDescription(_cluster.ClusterId, _cluster.BrokerCount) { Connection = broker.Description };
                }
                catch (WireException failure) when (!failure.IsFinal && !deadline.IsOver)
                {
                    last = failure;
                }

                await Task.Delay(backoff.Next(), _time, over.Token).ConfigureAwait(false);
            }
        }
        catch (WireException failure)
        {
            throw Whole(failure, "connecting");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Whole(last ?? new WireException(WireFailure.TimedOut, "no broker answered"), "connecting");
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    private RestoreException Whole(WireException failure, string what) => failure.Failure == WireFailure.Unsupported
        ? new RestoreException(ErrorCodes.ConfigNotSupported, $"{what} is not possible: {failure.Message}", _brokers, "Use brokers of Kafka 2.5 or later.", failure)
        : WireCluster.ToRestoreException(failure, what, _brokers);
}
