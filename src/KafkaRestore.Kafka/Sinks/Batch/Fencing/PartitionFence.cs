using KafkaRestore.Kafka.Sinks.Batch.Sending;
using KafkaRestore.Kafka.Wire;
using KafkaRestore.Kafka.Wire.Protocol;
using KafkaErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Sinks.Batch.Fencing;

/// <summary>
/// Makes a target partition's log refuse every older writer, whichever process or job it belongs to (docs/architecture.md, "The fence").
/// </summary>
/// <remarks>
/// A new epoch at the coordinator alone fences nothing in the log, and the end of a transaction is answered before its marker is written. So: a new epoch, an empty transaction
/// over the partition, aborted, and another new epoch, which the coordinator only gives once the marker is in the log.
/// Not guaranteed: anything about a writer without a transactional id, or after the broker has forgotten the producer: <c>producer.id.expiration.ms</c> (24 hours) after it was idle, and within ten
/// minutes where its last record is older than that.
/// </remarks>
internal sealed class PartitionFence
{
    /// <summary>What every transactional id begins with.</summary>
    public const string IdPrefix = "krc.";

    /// <summary>How long after its last word from the broker a writer may still take itself for the newest; well below what brokers remember.</summary>
    public static readonly TimeSpan TrustedFor = TimeSpan.FromMinutes(10);

    // The transaction is open for a few milliseconds; should we die within them, the coordinator ends it after this time.
    private static readonly TimeSpan TransactionTimeout = TimeSpan.FromMinutes(1);

    private readonly TargetPartition _target;
    private readonly TransactionCoordinator _coordinator;
    private readonly PartitionLog _log;
    private readonly string _id;

    public PartitionFence(WireCluster cluster, TargetPartition target, PartitionLog log, TimeSpan deadline, TimeProvider time)
    {
        _target = target;
        _log = log;
        _id = IdOf(target);
        _coordinator = new TransactionCoordinator(cluster, _id, target.ToString(), deadline, time);
    }

    /// <summary>The transactional id of a target partition, whatever the job.</summary>
    public static string IdOf(TargetPartition target) => $"{IdPrefix}{target.Topic}.{target.Partition}";

    /// <summary>Finds out whether partitions can be fenced at all, before anything is written: the rights, and the cluster's memory of transactions.</summary>
    /// <remarks>Leaves one more transactional id with that memory, which forgets it after <c>transactional.id.expiration.ms</c>; no partition sees anything.</remarks>
    /// <exception cref="Records.Errors.RestoreException">TARGET_DENIED, TARGET_UNAVAILABLE, PRODUCE_REFUSED.</exception>
    public static Task ProbeAsync(WireCluster cluster, TimeSpan deadline, TimeProvider time, CancellationToken cancellationToken) =>
        new TransactionCoordinator(cluster, $"{IdPrefix}probe", "restore.delivery", deadline, time)
            .AskAsync(new InitProducerIdRequest($"{IdPrefix}probe", TransactionTimeout), static answer => answer.Error, cancellationToken);

    /// <summary>Takes the partition over.</summary>
    /// <exception cref="Records.Errors.RestoreException">FENCED: another process took it over at the same time; TARGET_DENIED, TARGET_UNAVAILABLE, PRODUCE_REFUSED, OPEN_TRANSACTION.</exception>
    public async Task<FencedPartition> AcquireAsync(CancellationToken cancellationToken) =>
        await CompleteAsync(await InitAsync(null, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    /// <summary>
    /// Takes the partition over again as <paramref name="producer"/>, which the coordinator refuses if anyone else has done so since; then says what stands in the log.
    /// </summary>
    /// <returns>The new state, and every batch of records from <paramref name="from"/> on, markers left out.</returns>
    public async Task<(FencedPartition Fenced, IReadOnlyList<LoggedBatch> Tail)> RenewAsync(ProducerIdentity producer, long from, CancellationToken cancellationToken)
    {
        var renewed = await InitAsync(producer, cancellationToken).ConfigureAwait(false);
        var fenced = await CompleteAsync(renewed, cancellationToken).ConfigureAwait(false);
        return (fenced, await _log.ReadBatchesAsync(from, fenced.EndOffset, cancellationToken).ConfigureAwait(false));
    }

    private async Task<FencedPartition> CompleteAsync(ProducerIdentity producer, CancellationToken cancellationToken)
    {
        await _coordinator.AskAsync(
            new AddPartitionsToTxnRequest(_id, producer.Id, producer.Epoch, [_target]), static answer => ErrorOf(answer), cancellationToken).ConfigureAwait(false);
        await _coordinator.AskAsync(
            new EndTxnRequest(_id, producer.Id, producer.Epoch, commit: false), static answer => answer.Error, cancellationToken).ConfigureAwait(false);
        var last = await InitAsync(producer, cancellationToken).ConfigureAwait(false);
        return new FencedPartition(last, await _log.ReadEndAsync(cancellationToken).ConfigureAwait(false));
    }

    private static KafkaErrorCode ErrorOf(AddPartitionsToTxnResponse answer) =>
        answer.Partitions.Count == 0 ? KafkaErrorCode.UnknownTopicOrPart : answer.Partitions[0].Error;

    /// <summary>A new epoch; given the old one, only if nobody else has taken one since.</summary>
    private async Task<ProducerIdentity> InitAsync(ProducerIdentity? producer, CancellationToken cancellationToken)
    {
        var (id, epoch) = producer is { } known ? (known.Id, known.Epoch) : (-1L, (short)-1);
        var answer = await _coordinator.AskAsync(
            new InitProducerIdRequest(_id, TransactionTimeout, id, epoch), static answer => answer.Error, cancellationToken).ConfigureAwait(false);
        return new ProducerIdentity(answer.ProducerId, answer.ProducerEpoch);
    }
}

/// <summary>A partition whose older writers are fenced off.</summary>
/// <param name="Producer">Who writes now; its first sequence number is 0.</param>
/// <param name="EndOffset">The offset that its first record gets.</param>
internal readonly record struct FencedPartition(ProducerIdentity Producer, long EndOffset);
