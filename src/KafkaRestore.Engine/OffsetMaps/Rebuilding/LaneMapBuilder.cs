using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Engine.OffsetMaps.Sets;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Engine.OffsetMaps.Rebuilding;

/// <summary>The maps into one target partition, from its records in order. Memory: one unfinished chunk for each source, until <see cref="FinishAsync"/> has put it on disk.</summary>
internal sealed class LaneMapBuilder
{
    private const int Ambiguous = -1;
    private readonly LanePlan _lane;
    private readonly TemporaryChunks _chunks;
    private readonly bool _headersAreAdded;
    private readonly Dictionary<int, int> _sourceOf = [];
    private readonly SourceMap?[] _maps;
    private long _records;
    private long _mapped;
    private Stray _withoutHeaders;
    private Stray _withoutSource;
    private Stray _repeated;

    // What comes after the last mapped record so far; it counts once another mapped one follows.
    private Stray _headerlessSince;
    private Stray _sourcelessSince;

    /// <param name="lane">Which sources go into the partition.</param>
    /// <param name="headersAreAdded">Whether the restore added headers of its own, which always name the source partition.</param>
    /// <param name="chunks">Where the maps are kept.</param>
    public LaneMapBuilder(LanePlan lane, bool headersAreAdded, TemporaryChunks chunks)
    {
        _headersAreAdded = headersAreAdded;
        _lane = lane;
        _chunks = chunks;
        _maps = new SourceMap?[lane.Sources.Count];
        for (var i = 0; i < lane.Sources.Count; i++)
        {
            // Headers name the partition and not the topic.
            _sourceOf[lane.Sources[i].Partition] = _sourceOf.ContainsKey(lane.Sources[i].Partition) ? Ambiguous : i;
        }
    }

    /// <summary>Takes the next record, whose offset is that of the target.</summary>
    public void Take(RecordView record)
    {
        _records++;
        var target = record.Offset;
        if (!OriginHeaders.TryRead(record, out var origin))
        {
            _headerlessSince = _headerlessSince.And(target);
            return;
        }

        if (SourceOf(origin) is not { } source)
        {
            _sourcelessSince = _sourcelessSince.And(target);
            return;
        }

        var map = _maps[source] ??= new SourceMap(_chunks.NextFolder());
        if (!map.TryAppend(origin.Offset, target, record.Timestamp))
        {
            _repeated = _repeated.And(target);
            return;
        }

        _mapped++;
        _withoutHeaders = _withoutHeaders.And(_headerlessSince);
        _withoutSource = _withoutSource.And(_sourcelessSince);
        (_headerlessSince, _sourcelessSince) = (default, default);
    }

    /// <summary>Puts finished chunks on disk.</summary>
    public async Task PutAsync(CancellationToken cancellationToken)
    {
        foreach (var map in _maps)
        {
            if (map is { HasPending: true })
            {
                await map.PutAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Puts the rest on disk as well; what was found, and the maps.</summary>
    public async Task<(LaneFindings Findings, IReadOnlyList<StoredMap> Maps)> FinishAsync(CancellationToken cancellationToken)
    {
        var maps = new List<StoredMap>();
        for (var i = 0; i < _maps.Length; i++)
        {
            if (_maps[i] is { } map)
            {
                var source = _lane.Sources[i];
                var pair = new MapPair(new PartitionName(source.Topic, source.Partition), new PartitionName(_lane.Target.Topic, _lane.Target.Partition));
                maps.Add(await map.FinishAsync(pair, cancellationToken).ConfigureAwait(false));
            }
        }

        var since = _headerlessSince.Count == 0 ? _sourcelessSince
            : _sourcelessSince.Count == 0 ? _headerlessSince
            : new Stray(_headerlessSince.Count + _sourcelessSince.Count, Math.Min(_headerlessSince.FirstOffset!.Value, _sourcelessSince.FirstOffset!.Value));
        return (new LaneFindings
        {
            Records = _records,
            Mapped = _mapped,
            WithoutHeaders = _mapped == 0 ? _headerlessSince : _withoutHeaders,
            WithoutSource = _mapped == 0 ? _sourcelessSince : _withoutSource,
            Repeated = _repeated,
            Newer = _mapped == 0 ? default : since,
        }, maps);
    }

    /// <summary>Without a partition in the headers, as a backup leaves them, only the lane's single source can be meant.</summary>
    private int? SourceOf(OriginHeaders origin) =>
        origin.Partition is { } partition ? _sourceOf.TryGetValue(partition, out var source) && source != Ambiguous ? source : null
        : _lane.Sources.Count == 1 && !_headersAreAdded ? 0
        : null;
}
