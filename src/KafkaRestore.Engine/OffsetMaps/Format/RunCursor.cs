using System.Runtime.CompilerServices;

namespace KafkaRestore.Engine.OffsetMaps.Format;

/// <summary>Decodes the runs of a chunk from a block on, to the chunk's end.</summary>
internal struct RunCursor
{
    private readonly Chunk _chunk;
    private int _position;
    private int _run;
    private int _leftInBlock;
    private long _records;

    /// <summary>Begins before the first run of <paramref name="block"/>.</summary>
    public RunCursor(Chunk chunk, int block)
    {
        _chunk = chunk;
        _run = block * ChunkHead.BlockRuns;
        if (chunk.Head.Runs > 0)
        {
            Enter(chunk.Block(block));
        }
    }

    /// <summary>The run; undefined before the first <see cref="MoveNext"/>.</summary>
    public OffsetRun Current { get; private set; }

    /// <summary>Records of the chunk before the current run.</summary>
    public readonly long RecordsBefore => _records - Current.Length;

    /// <summary>Goes to the next run; false at the chunk's end.</summary>
    /// <exception cref="Records.Errors.RestoreException">STATE_CORRUPT: the bytes are no runs, or others than head and index say.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // a reset of hundreds of groups is over before the runtime would compile it anew
    public bool MoveNext()
    {
        if (_run == _chunk.Head.Runs)
        {
            return AtEnd();
        }

        if (_leftInBlock == 0)
        {
            Cross(_chunk.Block(_run / ChunkHead.BlockRuns));
        }

        if (!RunEncoding.TryRead(_chunk.Payload, ref _position, out var sourceGap, out var targetGap, out var length))
        {
            throw _chunk.Damage($"run {_run} cannot be decoded");
        }

        var (sourceEnd, targetEnd) = (Current.SourceEnd, Current.TargetEnd);
        if (sourceGap > _chunk.Head.SourceEnd - sourceEnd - length || targetGap > _chunk.Head.TargetEnd - targetEnd - length)
        {
            throw _chunk.Damage($"run {_run} reaches beyond the chunk's end");
        }

        Current = new OffsetRun(sourceEnd + sourceGap, targetEnd + targetGap, length);
        _records += length;
        _run++;
        _leftInBlock--;
        return true;
    }

    private readonly bool AtEnd()
    {
        var head = _chunk.Head;
        var whole = head.Runs == 0 || (Current.SourceEnd == head.SourceEnd && Current.TargetEnd == head.TargetEnd && _records == head.Records && _position == head.PayloadBytes);
        return whole ? false : throw _chunk.Damage("its runs end elsewhere than its head says");
    }

    private void Cross(ChunkIndexEntry entry)
    {
        if (entry.Source < Current.SourceEnd || entry.Target < Current.TargetEnd || entry.Position != _position || entry.RecordsBefore != _records)
        {
            throw _chunk.Damage($"its index does not fit run {_run}");
        }

        Enter(entry);
    }

    private void Enter(ChunkIndexEntry entry)
    {
        var head = _chunk.Head;
        if (entry.Position < 0 || entry.Position >= head.PayloadBytes || entry.RecordsBefore < 0 || entry.RecordsBefore > head.Records
            || entry.Source < head.FirstSource || entry.Source >= head.SourceEnd || entry.Target < head.FirstTarget || entry.Target >= head.TargetEnd)
        {
            throw _chunk.Damage("its index leads out of the chunk");
        }

        _position = entry.Position;
        _records = entry.RecordsBefore;
        _leftInBlock = ChunkHead.BlockRuns;
        Current = new OffsetRun(entry.Source, entry.Target, 0);
    }
}
