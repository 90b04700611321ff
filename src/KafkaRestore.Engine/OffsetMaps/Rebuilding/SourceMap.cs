using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Engine.OffsetMaps.Sets;
using KafkaRestore.Engine.OffsetMaps.Storage;

namespace KafkaRestore.Engine.OffsetMaps.Rebuilding;

/// <summary>The map from one source partition into one target partition, while it is being made from the target's records. Memory: one unfinished chunk.</summary>
/// <param name="folder">Where it is kept; does not exist yet.</param>
internal sealed class SourceMap(string folder)
{
    private const string TailName = "tail";
    private readonly OffsetMapWriter _writer = new();
    private readonly DirectoryOffsetMapChunks _chunks = new(folder);
    private long _firstSource;
    private long _firstTarget;
    private long _firstTimestamp;
    private long _lastTimestamp;
    private bool _any;

    /// <summary>Whether a chunk is finished and not on disk yet.</summary>
    public bool HasPending => _writer.PendingBytes > 0;

    /// <summary>Takes the next record; false when its source offset is not behind the last one's.</summary>
    public bool TryAppend(long source, long target, long timestamp)
    {
        if (source < _writer.SourceEnd || source == long.MaxValue)
        {
            return false;
        }

        _writer.Append(source, target, 1);
        if (!_any)
        {
            (_firstSource, _firstTarget, _firstTimestamp, _any) = (source, target, timestamp, true);
        }

        _lastTimestamp = timestamp;
        return true;
    }

    /// <summary>Puts finished chunks on disk.</summary>
    public async Task PutAsync(CancellationToken cancellationToken)
    {
        var snapshot = _writer.Snapshot();
        await snapshot.PutAsync(_chunks, cancellationToken).ConfigureAwait(false);
        _writer.Confirm(snapshot);
    }

    /// <summary>Puts the rest on disk as well; the map, to be opened when it is needed.</summary>
    public async Task<StoredMap> FinishAsync(MapPair pair, CancellationToken cancellationToken)
    {
        await PutAsync(cancellationToken).ConfigureAwait(false);
        var state = _writer.Snapshot().State;
        var tail = Path.Combine(folder, TailName);
        Directory.CreateDirectory(folder);
        await File.WriteAllBytesAsync(tail, state.Tail, cancellationToken).ConfigureAwait(false);
        var (chunks, sealedChunks) = (_chunks, state.SealedChunks);
        return new StoredMap(pair, new OffsetReportEntry
        {
            Pair = pair,
            SourceFirstOffset = _firstSource,
            SourceLastOffset = _writer.SourceEnd - 1,
            TargetFirstOffset = _firstTarget,
            TargetLastOffset = _writer.TargetEnd - 1,
            FirstTimestamp = _firstTimestamp,
            LastTimestamp = _lastTimestamp,
        }, OpenAsync);

        async Task<OffsetMap> OpenAsync(CancellationToken token) =>
            await OffsetMap.OpenAsync(chunks, new OffsetMapState(sealedChunks, await File.ReadAllBytesAsync(tail, token).ConfigureAwait(false)), null, token).ConfigureAwait(false);
    }
}
