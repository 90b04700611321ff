using KafkaRestore.Engine.Lanes.Stream;
using KafkaRestore.Engine.OffsetMaps;
using KafkaRestore.Kafka.Sinks;

namespace KafkaRestore.Engine.Lanes;

/// <summary>
/// What a lane has done, to the last acknowledged record: position in the stream, end of the target, offset maps, fingerprints. A checkpoint is a
/// snapshot of it, and so never says more than the target has acknowledged.
/// </summary>
/// <remarks>Acknowledgements come from the sink's threads; everything is guarded by one lock that is never held while a file is written.</remarks>
internal sealed class LaneJournal : ISinkObserver
{
    private readonly Lock _gate = new();
    private readonly LaneStatus _status;
    private readonly OffsetMapWriter[] _maps;
    private readonly SourceTally[] _tallies;
    private readonly RecordTail _tail;
    private readonly LeftOutRecords[] _leftOut;
    private readonly Queue<(long Records, int Generation, StreamMark Mark)> _ahead = new();
    private StreamPosition _position;
    private long _targetEnd;
    private long _sent;
    private long _acknowledged;

    /// <param name="status">Is told of every acknowledgement, for progress and report.</param>
    /// <param name="start">Where the lane goes on.</param>
    public LaneJournal(LaneStatus status, LaneStart start)
    {
        _status = status;
        _position = start.Position;
        _targetEnd = start.TargetEnd;
        _tail = start.Tail;
        _tallies = [.. start.Sources.Select(source => source.Tally)];
        _maps = [.. start.Sources.Select(source => new OffsetMapWriter(source.Map))];
        _leftOut = [.. start.Sources.Select(_ => new LeftOutRecords())];
    }

    /// <summary>Whether every record of the pieces begun is acknowledged or left out: nothing can be under way.</summary>
    public bool IsQuiet
    {
        get
        {
            lock (_gate)
            {
                return _sent == _acknowledged;
            }
        }
    }

    /// <summary>The sink is open: the next record gets <paramref name="startOffset"/>, what lies before it has been judged.</summary>
    public void Opened(long startOffset)
    {
        lock (_gate)
        {
            _targetEnd = startOffset;
        }
    }

    /// <summary>Notes a piece of the stream before its records are sent: once they are acknowledged, its mark holds.</summary>
    /// <param name="records">How many records it has; 0 where only the position moves.</param>
    /// <param name="generation">The generation that is being read.</param>
    /// <param name="mark">What is accounted for behind it.</param>
    public void Sending(int records, int generation, in StreamMark mark)
    {
        lock (_gate)
        {
            _sent += records;
            if (mark.ReadFrom != StreamMark.Open)
            {
                _ahead.Enqueue((_sent, generation, mark));
                Settle();
            }
        }
    }

    /// <inheritdoc/>
    public void Acknowledged(in SinkAck ack)
    {
        lock (_gate)
        {
            var target = ack.FirstTargetOffset;
            foreach (var run in ack.Runs.Span)
            {
                _maps[ack.Source].Append(run.First, target, run.Count);
                target += run.Count;
            }

            _tail.Add(ack);
            _targetEnd = ack.TargetEnd;
            _acknowledged += ack.Records;
            _position = _position with { NextOffset = ack.LastSourceOffset + 1 };
            ((ISinkObserver)_status).Acknowledged(ack);
            Settle();
        }
    }

    /// <inheritdoc/>
    public void Troubled(string? why) => ((ISinkObserver)_status).Troubled(why);

    /// <inheritdoc/>
    public void Retried() => ((ISinkObserver)_status).Retried();

    /// <summary>A record that was sent is left out by the sink: everything before it is acknowledged, nothing behind it is.</summary>
    public void LeftOut(int source, long offset)
    {
        lock (_gate)
        {
            _leftOut[source].Add(offset);
            _acknowledged++;
            _position = _position with { NextOffset = offset + 1 };
            _status.Counters[source].LeftOutBySink();
            Settle();
        }
    }

    /// <summary>Whether something of a source at <paramref name="offset"/> or behind it may be accounted for already.</summary>
    public bool HasPassed(int generation, int source, long offset)
    {
        lock (_gate)
        {
            return generation != _position.Generation ? generation < _position.Generation
                : source != _position.Source ? source < _position.Source
                : offset < _position.NextOffset;
        }
    }

    /// <summary>Everything as it is now.</summary>
    public LaneSnapshot Snapshot()
    {
        lock (_gate)
        {
            return new LaneSnapshot(_position, _targetEnd, _tail.ToBytes(), [.. Enumerable.Range(0, _maps.Length).Select(_status.AcksOf)], [.. _tallies], [.. _maps.Select(map => map.Snapshot())]);
        }
    }

    /// <summary>The snapshot is durable: its map chunks need not be stored again.</summary>
    public void Confirm(LaneSnapshot snapshot)
    {
        lock (_gate)
        {
            for (var i = 0; i < _maps.Length; i++)
            {
                _maps[i].Confirm(snapshot.Maps[i]);
            }

            _status.Checkpointed(
                snapshot.Maps.Sum(static map => map.Pending.Sum(static chunk => (long)chunk.Bytes.Length)),
                snapshot.Maps.Sum(static map => (long)map.State.Tail.Length));
        }
    }

    /// <summary>Applies the marks whose records are all acknowledged.</summary>
    private void Settle()
    {
        while (_ahead.TryPeek(out var next) && next.Records <= _acknowledged)
        {
            _ahead.Dequeue();
            var mark = next.Mark;
            if (mark.ReadFrom == StreamMark.SourceEnd)
            {
                _tallies[mark.Source] = _leftOut[mark.Source].AddTo(mark.Tally, long.MaxValue);
                _position = new StreamPosition(next.Generation, mark.Source + 1, 0, 0);
                continue;
            }

            var readFrom = mark.ReadFrom ?? _position.NextOffset;
            _tallies[mark.Source] = _leftOut[mark.Source].AddTo(mark.Tally, readFrom);
            _position = new StreamPosition(next.Generation, mark.Source, readFrom, Math.Max(readFrom, _position.NextOffset));
        }
    }
}

/// <summary>
/// Records of a source that its sink has left out. They count from where reading goes on: those behind it are read and counted again by whoever goes on there.
/// </summary>
internal sealed class LeftOutRecords
{
    private readonly Queue<long> _behind = new();
    private long _counted;

    /// <summary>One more, behind all others.</summary>
    public void Add(long offset) => _behind.Enqueue(offset);

    /// <summary>What was left out of the source below <paramref name="readFrom"/>, by the stream and by the sink.</summary>
    public SourceTally AddTo(SourceTally tally, long readFrom)
    {
        while (_behind.TryPeek(out var offset) && offset < readFrom)
        {
            _behind.Dequeue();
            _counted++;
        }

        return tally with { Unwritable = tally.Unwritable + _counted };
    }
}

/// <summary>Where a lane goes on.</summary>
/// <param name="Position">The place in its stream.</param>
/// <param name="TargetEnd">The target offset behind its last record; where the next one is expected, markers aside.</param>
/// <param name="Tail">Its last records.</param>
/// <param name="Sources">Its sources so far.</param>
internal sealed record LaneStart(StreamPosition Position, long TargetEnd, RecordTail Tail, IReadOnlyList<LaneSourceStart> Sources)
{
    /// <summary>The start of a lane that has not begun.</summary>
    public static LaneStart New(int sources, long baseline) =>
        new(StreamPosition.Beginning, baseline, new RecordTail(), [.. Enumerable.Repeat(new LaneSourceStart(default, SourceTally.None, OffsetMapState.Empty), sources)]);
}

/// <summary>What a lane has done with one of its sources.</summary>
/// <param name="Acks">What was acknowledged.</param>
/// <param name="Tally">What was left out.</param>
/// <param name="Map">The offset map so far.</param>
internal sealed record LaneSourceStart(SourceAcks Acks, SourceTally Tally, OffsetMapState Map);

/// <summary>What a checkpoint says of a lane.</summary>
/// <param name="Position">The place in its stream.</param>
/// <param name="TargetEnd">The target offset behind its last record.</param>
/// <param name="Tail">Its last records, as <see cref="RecordTail.ToBytes"/> gives them.</param>
/// <param name="Acks">What was acknowledged, per source.</param>
/// <param name="Tallies">What was left out, per source.</param>
/// <param name="Maps">The offset maps, per source.</param>
internal sealed record LaneSnapshot(
    StreamPosition Position,
    long TargetEnd,
    byte[] Tail,
    IReadOnlyList<SourceAcks> Acks,
    IReadOnlyList<SourceTally> Tallies,
    IReadOnlyList<OffsetMapSnapshot> Maps);
