using KafkaRestore.Records.Layout;

namespace KafkaRestore.Kafka.Sinks;

/// <summary>
/// Writes the records of one lane into one target partition, in order, several batches in flight.
/// Used by one caller at a time.
/// </summary>
/// <remarks>
/// The first record that is not acknowledged ends the sink: nothing after it is sent by a later call, every later call throws the
/// same <see cref="Records.Errors.RestoreException"/>. Not guaranteed: that a record without acknowledgement is absent from the log.
/// </remarks>
public interface IRecordSink : IAsyncDisposable
{
    /// <summary>
    /// The target offset that the first record gets: <see cref="SinkLane.ExpectedOffset"/>, or beyond it when opening the sink put markers into the log or the lane's
    /// <see cref="SinkLane.Takeover"/> accepted what stands there.
    /// </summary>
    long StartOffset { get; }

    /// <summary>
    /// Sends all records of <paramref name="block"/> after all earlier ones. Waits while the sink's queue is full.
    /// The sink owns the block from the call on, also when it throws.
    /// </summary>
    ValueTask SendAsync(RecordBlock block, CancellationToken cancellationToken);

    /// <summary>
    /// Completes when every record sent is acknowledged and reported to the observer. After a send that was cancelled it first waits for what
    /// had been handed over, then throws.
    /// </summary>
    ValueTask FlushAsync(CancellationToken cancellationToken);
}

/// <summary>Opens the sinks of a run.</summary>
public interface IRecordSinkFactory : IAsyncDisposable
{
    /// <summary>How records are produced, for the report; final once <see cref="PrepareAsync"/> has returned.</summary>
    SinkDescription Description { get; }

    /// <summary>Asks the target what it must be asked before the first lane is opened. Called once, before <see cref="OpenAsync"/>.</summary>
    ValueTask PrepareAsync(CancellationToken cancellationToken);

    /// <summary>Opens the sink of one lane.</summary>
    ValueTask<IRecordSink> OpenAsync(SinkLane lane, ISinkObserver observer, CancellationToken cancellationToken);

    /// <summary>Changes the limit of each broker (<see cref="DeliveryOptions.BrokerBytesPerSecond"/>), where there is one; a sink that keeps none does nothing.</summary>
    /// <param name="bytesPerSecond">Most bytes a second to each broker, 1 or more.</param>
    void ChangeBrokerRate(long bytesPerSecond)
    {
    }
}

/// <summary>How records are produced.</summary>
/// <param name="Name">The kind of sink: <c>batch</c> or <c>client</c>.</param>
/// <param name="Delivery">What is done about other writers: <c>fenced</c> or <c>idempotent</c>.</param>
/// <param name="Why">Why it is this one, for a person, e.g. <c>sink: client</c>.</param>
public sealed record SinkDescription(string Name, string Delivery, string Why);

/// <summary>What a sink needs to know of its lane.</summary>
/// <param name="Target">Where the records go.</param>
/// <param name="ExpectedOffset">The log's end as the lane found it: nothing but the sink's own markers may stand between it and the first record, or FOREIGN_WRITER; the next records follow without a gap.</param>
/// <param name="QueueBytes">The most bytes of records that the sink may hold copies of at once; one larger record goes alone.</param>
/// <param name="MaxMessageBytes">The topic's <c>max.message.bytes</c>; null when unknown.</param>
public sealed record SinkLane(TargetPartition Target, long ExpectedOffset, long QueueBytes, int? MaxMessageBytes)
{
    /// <summary>Judges what stands between <see cref="ExpectedOffset"/> and the log's end, for a lane that goes on; null: nothing may but the sink's own markers.</summary>
    public LaneTakeover? Takeover { get; init; }

    /// <summary>Leaves out a record that cannot be written; null: such a record ends the sink.</summary>
    public LeaveOut? LeaveOut { get; init; }
}

/// <summary>Judges what stands at the end of the log that a lane takes over, before its first record is sent.</summary>
/// <param name="fencedEnd">The log's end, when older writers are fenced off and it can no longer move by their doing; null when they are not.</param>
/// <param name="cancellationToken">Ends the judging.</param>
/// <returns>The offset that the next record gets.</returns>
/// <exception cref="Records.Errors.RestoreException">The lane cannot go on there.</exception>
public delegate Task<long> LaneTakeover(long? fencedEnd, CancellationToken cancellationToken);

/// <summary>Hears of acknowledgements, in the order of sending; called from the sink's own threads, must not block.</summary>
public interface ISinkObserver
{
    /// <summary>The next records are in the target's log for good.</summary>
    void Acknowledged(in SinkAck ack);

    /// <summary>The sink cannot go on for a reason that may pass, and keeps trying; or it goes on again.</summary>
    /// <param name="why">What the target or the way to it says, for a person; null once it has passed.</param>
    void Troubled(string? why);

    /// <summary>What was under way is sent again, once.</summary>
    void Retried()
    {
    }
}

/// <summary>Consecutive records of one source that the target has acknowledged.</summary>
/// <remarks><see cref="Runs"/> and <see cref="Digests"/> may be looked at during the call only: their memory is used again.</remarks>
/// <param name="Source">Their blocks' <see cref="RecordBlock.Source"/>.</param>
/// <param name="Records">How many, at least 1.</param>
/// <param name="Bytes">Their encoded size in bytes.</param>
/// <param name="Runs">Their source offsets, ascending: at least one run, <paramref name="Records"/> offsets in all.</param>
/// <param name="FirstTargetOffset">Target offset of the first; the others follow without a gap.</param>
/// <param name="FirstTimestamp">Timestamp of the first, epoch milliseconds.</param>
/// <param name="LastTimestamp">Timestamp of the last, epoch milliseconds.</param>
/// <param name="Digests"><see cref="Records.Hashing.RecordDigest"/> of the last of them, in order, as far as they are known: 64 at most.</param>
public readonly record struct SinkAck(
    int Source,
    int Records,
    long Bytes,
    ReadOnlyMemory<SourceRun> Runs,
    long FirstTargetOffset,
    long FirstTimestamp,
    long LastTimestamp,
    ReadOnlyMemory<uint> Digests)
{
    /// <summary>Source offset of the first.</summary>
    public long FirstSourceOffset => Runs.Span[0].First;

    /// <summary>Source offset of the last.</summary>
    public long LastSourceOffset => Runs.Span[^1].Last;

    /// <summary>The target offset behind the last.</summary>
    public long TargetEnd => FirstTargetOffset + Records;
}
