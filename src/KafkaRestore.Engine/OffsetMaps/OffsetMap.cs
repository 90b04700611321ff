using KafkaRestore.Engine.OffsetMaps.Format;
using KafkaRestore.Engine.OffsetMaps.Storage;

namespace KafkaRestore.Engine.OffsetMaps;

/// <summary>
/// The map of one source partition into one target partition, as a checkpoint left it. Holds the heads of the chunks and the tail; chunks
/// are read when a lookup needs them. Immutable and thread-safe.
/// </summary>
/// <remarks>
/// Any lookup may throw <see cref="Records.Errors.RestoreException"/>: STATE_CORRUPT naming the chunk, or the storage's own failure.
/// Not guaranteed: that the target still holds the records; retention and compaction there are unknown to the map.
/// </remarks>
public sealed partial class OffsetMap
{
    private readonly IOffsetMapChunks _chunks;
    private readonly OffsetMapCache _cache;

    // The tail, when it has runs, is the last part; it never leaves memory.
    private readonly ChunkHead[] _parts;
    private readonly long[] _recordsBefore;
    private readonly Chunk? _tail;

    private OffsetMap(IOffsetMapChunks chunks, OffsetMapCache cache, ChunkHead[] parts, Chunk? tail)
    {
        _chunks = chunks;
        _cache = cache;
        _parts = parts;
        _tail = tail;
        _recordsBefore = new long[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            _recordsBefore[i] = Records;
            Records += parts[i].Records;
            Runs += parts[i].Runs;
            StoredBytes += parts[i].TotalBytes;
        }
    }

    /// <summary>Whether no record is mapped.</summary>
    public bool IsEmpty => _parts.Length == 0;

    /// <summary>Number of mapped records.</summary>
    public long Records { get; }

    /// <summary>Number of runs.</summary>
    public long Runs { get; }

    /// <summary>Bytes of its chunks and its tail.</summary>
    public long StoredBytes { get; }

    /// <summary>Source offset of the first mapped record; null when the map is empty.</summary>
    public long? FirstSource => IsEmpty ? null : _parts[0].FirstSource;

    /// <summary>One behind the last mapped source offset; null when the map is empty.</summary>
    public long? SourceEnd => IsEmpty ? null : _parts[^1].SourceEnd;

    /// <summary>Target offset of the first mapped record; null when the map is empty.</summary>
    public long? FirstTarget => IsEmpty ? null : _parts[0].FirstTarget;

    /// <summary>One behind the last mapped target offset; null when the map is empty.</summary>
    public long? TargetEnd => IsEmpty ? null : _parts[^1].TargetEnd;

    /// <summary>
    /// Where a group goes on that has read everything before <paramref name="sourceOffset"/>: at the first surviving record at or after it,
    /// or at the end. Exact; never between records, never beyond the end. A negative offset lies before everything.
    /// </summary>
    public async ValueTask<OffsetTranslation> TranslateAsync(long sourceOffset, CancellationToken cancellationToken)
    {
        if (IsEmpty)
        {
            return new OffsetTranslation(TranslationKind.EmptyMap, null, null);
        }

        return await FindAsync(OffsetAxis.Source, sourceOffset, cancellationToken).ConfigureAwait(false) is { } found
            ? new OffsetTranslation(found.Source == sourceOffset ? TranslationKind.Record : TranslationKind.NextRecord, found.Source, found.Target)
            : new OffsetTranslation(TranslationKind.End, null, TargetEnd);
    }

    /// <summary>Number of mapped records whose source offset is lower than <paramref name="sourceOffset"/>.</summary>
    public async ValueTask<long> CountBeforeSourceAsync(long sourceOffset, CancellationToken cancellationToken) =>
        (await FindAsync(OffsetAxis.Source, sourceOffset, cancellationToken).ConfigureAwait(false))?.Rank ?? Records;

    /// <summary>Number of mapped records whose target offset is lower than <paramref name="targetOffset"/>.</summary>
    public async ValueTask<long> CountBeforeTargetAsync(long targetOffset, CancellationToken cancellationToken) =>
        (await FindAsync(OffsetAxis.Target, targetOffset, cancellationToken).ConfigureAwait(false))?.Rank ?? Records;

    /// <summary>The first mapped record at or after <paramref name="value"/>, or null.</summary>
    private ValueTask<FoundRecord?> FindAsync(OffsetAxis axis, long value, CancellationToken cancellationToken)
    {
        var part = PartOf(axis, value);
        if (part == _parts.Length)
        {
            return default;
        }

        var head = _parts[part];
        if (value <= (axis == OffsetAxis.Source ? head.FirstSource : head.FirstTarget))
        {
            return new(new FoundRecord(head.FirstSource, head.FirstTarget, _recordsBefore[part]));
        }

        var chunk = _tail is not null && part == _parts.Length - 1 ? _tail : _cache.Get(this, part);
        return chunk is not null ? new(In(chunk, part, axis, value)) : LoadAndFindAsync(part, axis, value, cancellationToken);
    }

    private async ValueTask<FoundRecord?> LoadAndFindAsync(int part, OffsetAxis axis, long value, CancellationToken cancellationToken)
    {
        var chunk = await LoadAsync(part, cancellationToken).ConfigureAwait(false);
        _cache.Add(this, part, chunk);
        return In(chunk, part, axis, value);
    }

    private FoundRecord In(Chunk chunk, int part, OffsetAxis axis, long value)
    {
        var found = chunk.Find(axis, value);
        return found with { Rank = _recordsBefore[part] + found.Rank };
    }

    /// <summary>The first part that ends behind <paramref name="value"/>, or their number.</summary>
    private int PartOf(OffsetAxis axis, long value)
    {
        int low = 0, high = _parts.Length;
        while (low < high)
        {
            var middle = (low + high) >> 1;
            ref readonly var head = ref _parts[middle];
            if ((axis == OffsetAxis.Source ? head.SourceEnd : head.TargetEnd) > value)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }
}
