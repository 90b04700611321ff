using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Sinks.Batch;
using KafkaRestore.Kafka.Sinks.Client;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Kafka.Sinks;

/// <summary>
/// Opens the sinks of the kind that is asked for, or of the best kind that the target allows: decided once, in <see cref="PrepareAsync"/>.
/// </summary>
/// <remarks>What is asked for and cannot be had is refused; nothing weaker takes its place in silence.</remarks>
public sealed class ChosenSinkFactory : IRecordSinkFactory
{
    private const string Sink = "restore.sink";
    private const string Guarantee = "restore.delivery";
    private const string BrokerLimit = "restore.rate_limit_broker_bytes_per_sec";

    private static readonly SinkDescription Undecided = new("undecided", "undecided", "the target was not asked");

    private readonly DeliveryOptions _delivery;
    private readonly Func<CancellationToken, Task<string?>> _whyNotBatch;
    private readonly Func<IRecordSinkFactory> _batch;
    private readonly Func<IRecordSinkFactory> _client;
    private IRecordSinkFactory? _chosen;
    private SinkDescription? _description;

    /// <summary>Prepares the choice between the two sinks; nothing is asked of a broker yet.</summary>
    public ChosenSinkFactory(KafkaConnectionOptions connection, DeliveryOptions delivery, Action<ClientLogLine>? log = null, TimeProvider? time = null)
        : this(
            delivery,
            cancellationToken => BatchSinkFactory.WhyNotAsync(connection, delivery, log, time, cancellationToken),
            () => new BatchSinkFactory(connection, delivery, log, time),
            () => new ClientSinkFactory(connection, delivery, log, time))
    {
    }

    /// <summary>Prepares a choice between any two sinks.</summary>
    /// <param name="delivery">What is asked for.</param>
    /// <param name="whyNotBatch">Why the batch sink cannot serve the target; null when it can.</param>
    /// <param name="batch">Makes the factory of batch sinks.</param>
    /// <param name="client">Makes the factory of client sinks.</param>
    internal ChosenSinkFactory(DeliveryOptions delivery, Func<CancellationToken, Task<string?>> whyNotBatch, Func<IRecordSinkFactory> batch, Func<IRecordSinkFactory> client)
    {
        _delivery = delivery;
        _whyNotBatch = whyNotBatch;
        _batch = batch;
        _client = client;
    }

    /// <inheritdoc/>
    public SinkDescription Description => _description ?? Undecided;

    /// <summary>Which sink it would be, as far as that can be known without writing anything: the choice is made, nothing is prepared.</summary>
    /// <exception cref="RestoreException">CONFIG_INVALID: what is asked for cannot be had; TARGET_UNREACHABLE, TARGET_DENIED: no broker answers.</exception>
    public async Task<SinkDescription> ForeseeAsync(CancellationToken cancellationToken)
    {
        var (kind, why) = await ChooseAsync(cancellationToken).ConfigureAwait(false);
        return kind == SinkKind.Client ? new SinkDescription("client", "idempotent", why)
            : new SinkDescription("batch", _delivery.Guarantee == DeliveryGuarantee.Idempotent ? "idempotent" : "fenced", why);
    }

    /// <inheritdoc/>
    /// <exception cref="RestoreException">CONFIG_INVALID: what is asked for cannot be had; TARGET_UNREACHABLE, TARGET_DENIED: no broker answers.</exception>
    public async ValueTask PrepareAsync(CancellationToken cancellationToken)
    {
        if (_chosen is not null)
        {
            throw new InvalidOperationException("the sink is chosen already");
        }

        var (kind, why) = await ChooseAsync(cancellationToken).ConfigureAwait(false);
        _chosen = kind == SinkKind.Batch ? _batch() : _client();
        await _chosen.PrepareAsync(cancellationToken).ConfigureAwait(false);
        _description = Describe(kind, why, _chosen.Description);
    }

    /// <inheritdoc/>
    public ValueTask<IRecordSink> OpenAsync(SinkLane lane, ISinkObserver observer, CancellationToken cancellationToken) =>
        _description is null
            ? throw new InvalidOperationException("the sink is not chosen yet")
            : _chosen!.OpenAsync(lane, observer, cancellationToken);

    /// <inheritdoc/>
    public void ChangeBrokerRate(long bytesPerSecond) => _chosen?.ChangeBrokerRate(bytesPerSecond);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _chosen?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task<(SinkKind Kind, string Why)> ChooseAsync(CancellationToken cancellationToken)
    {
        if (_delivery.Sink == SinkKind.Client)
        {
            RequireOfClient("restore.sink is client");
            return (SinkKind.Client, WithLevel("sink: client"));
        }

        var whyNot = await _whyNotBatch(cancellationToken).ConfigureAwait(false);
        if (_delivery.Sink == SinkKind.Batch)
        {
            return whyNot is null
                ? (SinkKind.Batch, "sink: batch")
                : throw new RestoreException(ErrorCodes.ConfigInvalid, $"the batch sink cannot be used: {whyNot}", Sink, "Remove the key or use auto: then the client sink writes where the batch sink cannot.");
        }

        if (whyNot is null)
        {
            return (SinkKind.Batch, "the target allows it");
        }

        RequireOfClient($"the batch sink cannot be used: {whyNot}");
        return (SinkKind.Client, WithLevel($"not the batch sink: {whyNot}"));
    }

    /// <summary>Refuses what only the batch sink can do, where the lack would break a promise.</summary>
    private void RequireOfClient(string whyClient)
    {
        if (_delivery.Guarantee == DeliveryGuarantee.Fenced)
        {
            throw new RestoreException(ErrorCodes.ConfigInvalid, $"the client sink cannot fence other writers off; {whyClient}", Guarantee, "Use idempotent, or remove the key, and see to it that nobody else writes.");
        }

        if (_delivery.BrokerBytesPerSecond is not null)
        {
            throw new RestoreException(ErrorCodes.ConfigInvalid, $"the client sink cannot keep a limit for each broker; {whyClient}", BrokerLimit, "Use restore.rate_limit_bytes_per_sec, which holds for all brokers together.");
        }
    }

    private string WithLevel(string why) =>
        _delivery.CodecLevel is { } level ? $"{why}; it compresses with the codec's own default level, not {level}" : why;

    /// <summary>The choice's reason; where the sink itself found that it cannot fence, its own as well.</summary>
    private SinkDescription Describe(SinkKind kind, string why, SinkDescription found) =>
        kind == SinkKind.Batch && _delivery.Guarantee is null && found.Delivery != "fenced"
            ? found with { Why = $"{why}; {found.Why}" }
            : found with { Why = why };
}
