using KafkaRestore.Engine.Lanes.Skipping;
using KafkaRestore.Engine.Lanes.Stream;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Lanes;

/// <summary>
/// How far a lane is: state, what was sent, what was acknowledged per source. Written by the lane and its sink, read by progress and report at
/// any time.
/// </summary>
public sealed partial class LaneStatus : ISinkObserver
{
    private readonly Lock _gate = new();
    private readonly SourceAcks[] _acks;
    private IReadOnlyList<SourceCounters> _counters;
    private LaneState _state;
    private RestoreException? _failure;
    private long _sent;
    private long _acknowledged;
    private long _acknowledgedBytes;
    private long _targetEnd = -1;
    private long _lastAcknowledgement;
    private long _lastCheckpoint;
    private long _limiterWait;
    private long _retries;
    private long _acknowledgements;
    private long _mapChunkBytes;
    private long _mapTailBytes;
    private readonly TimeProvider _time;
    private SkipSummary _skips = SkipSummary.None;
    private string? _trouble;

    /// <summary>Creates the status of a lane that has not begun.</summary>
    public LaneStatus(LanePlan lane, TimeProvider time)
    {
        Lane = lane;
        _time = time;
        _acks = new SourceAcks[lane.Sources.Count];
        _counters = [.. lane.Sources.Select(_ => new SourceCounters())];
    }

    /// <summary>The lane.</summary>
    public LanePlan Lane { get; }

    /// <summary>Where it stands.</summary>
    public LaneState State
    {
        get
        {
            lock (_gate)
            {
                return _state;
            }
        }
    }

    /// <summary>Why it failed; null when it did not.</summary>
    public RestoreException? Failure
    {
        get
        {
            lock (_gate)
            {
                return _failure;
            }
        }
    }

    /// <summary>
    /// Target offset that the first record gets: the log's end when the lane began, and from the opening of its sink on the sink's
    /// <see cref="IRecordSink.StartOffset"/>, which lies behind the sink's own markers.
    /// </summary>
    public long Baseline { get; private set; }

    /// <summary>Target offset behind the last record acknowledged; <see cref="Baseline"/> while there is none.</summary>
    public long TargetEnd => Interlocked.Read(ref _targetEnd) is var end && end >= 0 ? end : Baseline;

    /// <summary>Records handed to the sink.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Records acknowledged.</summary>
    public long Acknowledged => Interlocked.Read(ref _acknowledged);

    /// <summary>Uncompressed bytes of the records acknowledged.</summary>
    public long AcknowledgedBytes => Interlocked.Read(ref _acknowledgedBytes);

    /// <summary>Time since the last acknowledgement of a running lane; zero otherwise.</summary>
    public TimeSpan SinceAcknowledgement =>
        State == LaneState.Running ? _time.GetElapsedTime(Interlocked.Read(ref _lastAcknowledgement)) : TimeSpan.Zero;

    /// <summary>What the target or the way to it says while the lane waits for it, for a person; null while it does not.</summary>
    public string? Trouble => State == LaneState.Running ? Volatile.Read(ref _trouble) : null;

    /// <summary>What happened on the way, per source of the lane.</summary>
    public IReadOnlyList<SourceCounters> Counters => _counters;

    /// <summary>What was acknowledged of the source at <paramref name="index"/>.</summary>
    public SourceAcks AcksOf(int index)
    {
        lock (_gate)
        {
            return _acks[index];
        }
    }

    /// <summary>Records that are accounted for: acknowledged, or left out on purpose.</summary>
    public long AccountedFor => State == LaneState.Running && Volatile.Read(ref _followed) is { } elsewhere
        ? elsewhere.AccountedFor
        : Acknowledged + Counters.Sum(counter => counter.Tally.Total) + LeftOutBySink;

    /// <summary>Records of <see cref="Sent"/> that the sink has left out in this run, because they cannot be written.</summary>
    internal long LeftOutBySink => Counters.Sum(counter => counter.LeftOutBySinkCount);

    /// <summary>What was left out because it cannot be read or written, in all runs of the job.</summary>
    public SkipSummary Skips
    {
        get => Volatile.Read(ref _skips);
        internal set => Volatile.Write(ref _skips, value);
    }

    void ISinkObserver.Acknowledged(in SinkAck ack)
    {
        lock (_gate)
        {
            _acks[ack.Source] = _acks[ack.Source].With(ack);
        }

        Interlocked.Exchange(ref _targetEnd, ack.TargetEnd);
        Interlocked.Add(ref _acknowledged, ack.Records);
        Interlocked.Add(ref _acknowledgedBytes, ack.Bytes);
        Interlocked.Increment(ref _acknowledgements);
        Interlocked.Exchange(ref _lastAcknowledgement, _time.GetTimestamp());
    }

    void ISinkObserver.Troubled(string? why) => Volatile.Write(ref _trouble, why);

    void ISinkObserver.Retried() => Interlocked.Increment(ref _retries);

    /// <summary>Acknowledgements heard in this run, each of one or more records.</summary>
    public long Acknowledgements => Interlocked.Read(ref _acknowledgements);

    /// <summary>How often what was under way was sent again, in this run.</summary>
    public long Retries => Interlocked.Read(ref _retries);

    /// <summary>How long records have waited for the limits, in this run.</summary>
    public TimeSpan LimiterWait => TimeSpan.FromTicks(Interlocked.Read(ref _limiterWait));

    /// <summary>Time since a running lane's progress was kept last; null while it was not, and where none is kept.</summary>
    public TimeSpan? SinceCheckpoint =>
        State == LaneState.Running && Interlocked.Read(ref _lastCheckpoint) is var at and not 0 ? _time.GetElapsedTime(at) : null;

    /// <summary>Bytes of the lane's offset maps: chunks that this run has stored, and what stands in the last checkpoint.</summary>
    public long OffsetMapBytes => Interlocked.Read(ref _mapChunkBytes) + Interlocked.Read(ref _mapTailBytes);

    /// <summary>Progress was kept now.</summary>
    /// <param name="mapChunkBytes">Bytes of the chunks of offset maps that were stored with it.</param>
    /// <param name="mapTailBytes">Bytes of the rest of the maps, which stands in the checkpoint.</param>
    internal void Checkpointed(long mapChunkBytes, long mapTailBytes)
    {
        Interlocked.Add(ref _mapChunkBytes, mapChunkBytes);
        Interlocked.Exchange(ref _mapTailBytes, mapTailBytes);
        Interlocked.Exchange(ref _lastCheckpoint, _time.GetTimestamp());
    }

    /// <summary>The moment, for <see cref="AddLimiterWait"/>.</summary>
    internal long Now => _time.GetTimestamp();

    /// <summary>Records waited for the limits from <paramref name="from"/> until now.</summary>
    internal void AddLimiterWait(long from) => Interlocked.Add(ref _limiterWait, _time.GetElapsedTime(from).Ticks);

    /// <summary>Records that an earlier run had written without having noted it, recognised in the log and not sent again.</summary>
    public long Recognised { get; private set; }

    /// <summary>Records of <see cref="Acknowledged"/> that earlier runs of the job have restored and noted.</summary>
    public long RestoredBefore { get; private set; }

    /// <summary>Uncompressed bytes of <see cref="RestoredBefore"/>.</summary>
    public long RestoredBytesBefore { get; private set; }

    /// <summary>Whether an earlier run has finished it: applications may have written behind it since.</summary>
    public bool WasDoneBefore { get; private set; }

    /// <summary>What a person should know of this lane although it is not a failure.</summary>
    public string? Warning { get; internal set; }

    internal void Begin(LaneStart start, long baseline, IReadOnlyList<SourceCounters> counters)
    {
        Baseline = baseline;
        _counters = counters;
        lock (_gate)
        {
            for (var i = 0; i < _acks.Length; i++)
            {
                _acks[i] = start.Sources[i].Acks;
            }
        }

        RestoredBefore = start.Sources.Sum(source => source.Acks.Records);
        RestoredBytesBefore = start.Sources.Sum(source => source.Acks.Bytes);
        Interlocked.Exchange(ref _acknowledged, RestoredBefore);
        Interlocked.Exchange(ref _sent, _acknowledged);
        Interlocked.Exchange(ref _acknowledgedBytes, RestoredBytesBefore);
        Interlocked.Exchange(ref _targetEnd, _acknowledged > 0 ? start.TargetEnd : -1);
        Interlocked.Exchange(ref _lastAcknowledgement, _time.GetTimestamp());
        Set(LaneState.Running, null);
    }

    /// <summary>An earlier run has finished the lane.</summary>
    internal void Recall(LaneStart start, long baseline, string backupId, IReadOnlyList<Skip> skips)
    {
        Recall(start, baseline, backupId, skips, isDone: true);
        Set(LaneState.Done, null);
        WasDoneBefore = true;
    }

    private void Recall(LaneStart start, long baseline, string backupId, IReadOnlyList<Skip> skips, bool isDone)
    {
        Skips = SkipSummary.Of(skips);
        var leftOut = new StreamSkips(backupId, new SkipOptions(), skips);
        var counters = start.Sources.Select(source => new SourceCounters(source.Tally)).ToList();
        for (var i = 0; i < counters.Count && Lane.OwnsSources && isDone; i++)
        {
            foreach (var segment in Lane.Sources[i].Segments.Where(segment => !leftOut.HasSegment(Lane.Sources[i], segment)))
            {
                counters[i].SegmentPassed(segment.CompressedSize);
            }
        }

        Begin(start, baseline, counters);
    }

    internal void Opened(long startOffset)
    {
        if (Acknowledged == 0)
        {
            Baseline = startOffset;
        }
    }

    /// <summary>Records were found in the target's log and are not sent.</summary>
    internal void Recognise(long records)
    {
        Recognised += records;
        Interlocked.Add(ref _sent, records);
    }

    internal void AddSent(int records) => Interlocked.Add(ref _sent, records);

    internal void End(LaneState state, RestoreException? failure = null) => Set(state, failure);

    private void Set(LaneState state, RestoreException? failure)
    {
        lock (_gate)
        {
            _state = state;
            _failure = failure;
        }
    }
}

/// <summary>What was acknowledged of one source of a lane; offsets and times mean something when <see cref="Records"/> is above 0.</summary>
/// <param name="Records">How many records.</param>
/// <param name="Bytes">Their uncompressed bytes.</param>
/// <param name="FirstSourceOffset">Source offset of the first.</param>
/// <param name="LastSourceOffset">Source offset of the last.</param>
/// <param name="FirstTargetOffset">Target offset of the first.</param>
/// <param name="LastTargetOffset">Target offset of the last.</param>
/// <param name="FirstTimestamp">Timestamp of the first, epoch milliseconds.</param>
/// <param name="LastTimestamp">Timestamp of the last, epoch milliseconds.</param>
public readonly record struct SourceAcks(
    long Records,
    long Bytes,
    long FirstSourceOffset,
    long LastSourceOffset,
    long FirstTargetOffset,
    long LastTargetOffset,
    long FirstTimestamp,
    long LastTimestamp)
{
    internal SourceAcks With(in SinkAck ack) => new(
        Records + ack.Records,
        Bytes + ack.Bytes,
        Records == 0 ? ack.FirstSourceOffset : FirstSourceOffset,
        ack.LastSourceOffset,
        Records == 0 ? ack.FirstTargetOffset : FirstTargetOffset,
        ack.TargetEnd - 1,
        Records == 0 ? ack.FirstTimestamp : FirstTimestamp,
        ack.LastTimestamp);
}
