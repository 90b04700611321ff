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

    // The transaction is open for a few milliseconds; should we die within them, the coordinator ends it after this time.
    private static readonly TimeSpan TransactionTimeout = TimeSpan.FromMinutes(1);

    private readonly TargetPartition _target;
    private readonly TransactionCoordinator _coordinator;
    private readonly PartitionLog _log;
    private readonly StandstillWatch _standstills;
    private readonly string _id;
    private ProducerIdentity? _producer;
    private int _standstillsBefore;

    /// <param name="cluster">The target.</param>
    /// <param name="target">The partition.</param>
    /// <param name="log">Its log.</param>
    /// <param name="standstills">Notices that the process stood still.</param>
    /// <param name="trouble">Hears of what is waited for.</param>
    /// <param name="deadline">How long to wait for an answer.</param>
    /// <param name="time">The clock.</param>
    public PartitionFence(
        WireCluster cluster, TargetPartition target, PartitionLog log, StandstillWatch standstills, LaneTrouble trouble, TimeSpan deadline, TimeProvider time)
    {
        _target = target;
        _log = log;
        _standstills = standstills;
        _id = IdOf(target);
        _coordinator = new TransactionCoordinator(cluster, _id, target.ToString(), deadline, time, trouble);
    }

    /// <summary>Whether the process has stood still since the partition was taken over: somebody else may have taken it meanwhile, and the broker may have forgotten that.</summary>
    public bool IsStale => _standstills.Count != _standstillsBefore;

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
    public async Task<FencedPartition> AcquireAsync(CancellationToken cancellationToken)
    {
        var standstills = _standstills.Count;
        await InitAsync(cancellationToken).ConfigureAwait(false);
        var fenced = await CompleteAsync(cancellationToken).ConfigureAwait(false);
        _standstillsBefore = standstills;
        return fenced;
    }

    /// <summary>
    /// Takes the partition over again, which the coordinator refuses if anyone else has done so since; then says what stands in the log. Waits for the partition's leader first:
    /// without one no marker is written, and what is missing gets its name.
    /// </summary>
    /// <returns>The new state, and every batch of records from <paramref name="from"/> on, markers left out.</returns>
    public async Task<(FencedPartition Fenced, IReadOnlyList<LoggedBatch> Tail)> RenewAsync(long from, CancellationToken cancellationToken)
    {
        await _log.WaitForLeaderAsync(cancellationToken).ConfigureAwait(false);
        var fenced = await AcquireAsync(cancellationToken).ConfigureAwait(false);
        return (fenced, await _log.ReadBatchesAsync(from, fenced.EndOffset, cancellationToken).ConfigureAwait(false));
    }

    private async Task<FencedPartition> CompleteAsync(CancellationToken cancellationToken)
    {
        var producer = _producer!.Value;
        await _coordinator.AskAsync(
            new AddPartitionsToTxnRequest(_id, producer.Id, producer.Epoch, [_target]), static answer => ErrorOf(answer), cancellationToken).ConfigureAwait(false);
        await _coordinator.AskAsync(
            new EndTxnRequest(_id, producer.Id, producer.Epoch, commit: false), static answer => answer.Error, cancellationToken).ConfigureAwait(false);
        await InitAsync(cancellationToken).ConfigureAwait(false);
        return new FencedPartition(_producer.Value, await _log.ReadEndAsync(cancellationToken).ConfigureAwait(false));
    }

    private static KafkaErrorCode ErrorOf(AddPartitionsToTxnResponse answer) =>
        answer.Partitions.Count == 0 ? KafkaErrorCode.UnknownTopicOrPart : answer.Partitions[0].Error;

    /// <summary>A new epoch; with one of our own, only if nobody else has taken one since.</summary>
    private async Task InitAsync(CancellationToken cancellationToken)
    {
        var (id, epoch) = _producer is { } known ? (known.Id, known.Epoch) : (-1L, (short)-1);
        var answer = await _coordinator.AskAsync(
            new InitProducerIdRequest(_id, TransactionTimeout, id, epoch), static answer => answer.Error, cancellationToken).ConfigureAwait(false);
        _producer = new ProducerIdentity(answer.ProducerId, answer.ProducerEpoch);
    }
}

/// <summary>A partition whose older writers are fenced off.</summary>
/// <param name="Producer">Who writes now; its first sequence number is 0.</param>
/// <param name="EndOffset">The offset that its first record gets.</param>
internal readonly record struct FencedPartition(ProducerIdentity Producer, long EndOffset);
