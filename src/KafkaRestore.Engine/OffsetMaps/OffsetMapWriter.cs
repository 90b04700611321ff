using KafkaRestore.Engine.OffsetMaps.Format;

namespace KafkaRestore.Engine.OffsetMaps;

/// <summary>
/// Writes the map of one source partition into one target partition, run after run, both axes strictly ascending. What is complete becomes
/// immutable chunks; the rest is a tail of bounded size that belongs into each checkpoint.
/// </summary>
/// <remarks>
/// Not thread-safe: append and take snapshots under the same lock; putting the chunks of a snapshot needs none. Appending allocates nothing
/// but one array for each sealed chunk; chunks stay in memory until a snapshot that holds them is confirmed.
/// </remarks>
public sealed class OffsetMapWriter
{
    /// <summary>Bytes of encoded runs at which a chunk is sealed, unless told otherwise: 64 KiB.</summary>
    public const int DefaultChunkBytes = 64 << 10;

    /// <summary>The smallest chunk size in bytes.</summary>
    public const int MinChunkBytes = 64;

    /// <summary>The largest chunk size in bytes.</summary>
    public const int MaxChunkBytes = 512 << 10;

    private readonly ChunkBuilder _builder = new();
    private readonly int _chunkBytes;
    private List<SealedChunk> _pending = [];
    private int _sealed;
    private uint _previous;

    // The last run may still grow: it is encoded when the next one begins.
    private long _source;
    private long _target;
    private long _length;

    /// <summary>Begins an empty map.</summary>
    public OffsetMapWriter(int chunkBytes = DefaultChunkBytes)
        : this(OffsetMapState.Empty, chunkBytes)
    {
    }

    /// <summary>Continues a map from what a checkpoint kept.</summary>
    /// <param name="state">From <see cref="OffsetMapSnapshot.State"/>; its chunks were put before.</param>
    /// <param name="chunkBytes">Bytes of encoded runs at which a chunk is sealed; may differ from before.</param>
    /// <exception cref="Records.Errors.RestoreException">STATE_CORRUPT: the tail is damaged.</exception>
    public OffsetMapWriter(OffsetMapState state, int chunkBytes = DefaultChunkBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(chunkBytes, MinChunkBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(chunkBytes, MaxChunkBytes);
        _chunkBytes = chunkBytes;
        var tail = OffsetMapTail.Read(state);
        _sealed = state.SealedChunks;
        if (tail is null)
        {
            return;
        }

        _previous = tail.Head.Previous;
        var runs = tail.Runs();
        while (runs.MoveNext())
        {
            Append(runs.Current);
        }
    }

    /// <summary>One behind the last source offset; 0 when the map is empty. The next run begins here or later.</summary>
    public long SourceEnd => _source + _length;

    /// <summary>One behind the last target offset; 0 when the map is empty. The next run begins here or later.</summary>
    public long TargetEnd => _target + _length;

    /// <summary>Bytes of sealed chunks that no confirmed snapshot has put yet: a reason for a checkpoint when it grows.</summary>
    public long PendingBytes { get; private set; }

    /// <summary>Adds a run; one that continues the last on both axes becomes a part of it.</summary>
    /// <exception cref="ArgumentException">It is empty or negative, or begins before the end of the last on either axis.</exception>
    public void Append(OffsetRun run) => Append(run.Source, run.Target, run.Length);

    /// <summary>Adds <paramref name="length"/> records whose offsets ascend by one from <paramref name="source"/> and <paramref name="target"/>.</summary>
    /// <exception cref="ArgumentException">It is empty or negative, or begins before the end of the last on either axis.</exception>
    public void Append(long source, long target, long length)
    {
        var (sourceEnd, targetEnd) = (_source + _length, _target + _length);
        if (source < sourceEnd || target < targetEnd || length <= 0 || length > long.MaxValue - Math.Max(source, target))
        {
            throw Refused(source, target, length);
        }

        if (source == sourceEnd && target == targetEnd && _length > 0)
        {
            _length += length;
            return;
        }

        if (_length > 0)
        {
            Close();
        }

        (_source, _target, _length) = (source, target, length);
    }

    /// <summary>The map as it is now.</summary>
    public OffsetMapSnapshot Snapshot()
    {
        var tail = _length == 0
            ? _builder.Build(isTail: true, _sealed, _previous, out _)
            : _builder.BuildWith(new OffsetRun(_source, _target, _length), isTail: true, _sealed, _previous);
        return new OffsetMapSnapshot(new OffsetMapState(_sealed, tail), [.. _pending]);
    }

    /// <summary>The snapshot's chunks and the checkpoint that counts them are durable: they need not be put again.</summary>
    public void Confirm(OffsetMapSnapshot snapshot)
    {
        var done = 0;
        while (done < _pending.Count && _pending[done].Number < snapshot.State.SealedChunks)
        {
            PendingBytes -= _pending[done++].Bytes.Length;
        }

        _pending = _pending[done..];
    }

    private void Close()
    {
        _builder.Add(new OffsetRun(_source, _target, _length));
        if (_builder.PayloadBytes >= _chunkBytes)
        {
            Seal();
        }
    }

    private void Seal()
    {
        var chunk = _builder.Build(isTail: false, _sealed, _previous, out _previous);
        _pending.Add(new SealedChunk(_sealed++, chunk));
        PendingBytes += chunk.Length;
        _builder.Clear();
    }

    private ArgumentException Refused(long source, long target, long length)
    {
        var run = $"a run of {length} from source offset {source} to target offset {target}";
        return length <= 0 || source < 0 || target < 0 || length > long.MaxValue - Math.Max(source, target)
            ? new ArgumentException($"{run} has no records or offsets that do not exist")
            : new ArgumentException($"{run} begins before the end of the last one, source offset {SourceEnd} and target offset {TargetEnd}");
    }
}
