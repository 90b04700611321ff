using KafkaRestore.Engine.OffsetMaps.Rebuilding;
using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Engine.OffsetMaps.Sets;
using KafkaRestore.Engine.Planning;

namespace KafkaRestore.Engine.Verification.Comparison;

/// <summary>The offset maps into one target partition, from a comparison of its records with the archive's. Memory: one unfinished chunk for each source.</summary>
/// <param name="lane">The lane that is compared.</param>
/// <param name="chunks">Where the maps are kept.</param>
internal sealed class MatchedMaps(LanePlan lane, TemporaryChunks chunks)
{
    private readonly SourceMap?[] _maps = new SourceMap?[lane.Sources.Count];

    /// <summary>A record of the archive that stands in the target.</summary>
    public void Add(int source, long sourceOffset, long targetOffset, long timestamp)
    {
        var map = _maps[source] ??= new SourceMap(chunks.NextFolder());
        if (!map.TryAppend(sourceOffset, targetOffset, timestamp))
        {
            throw new InvalidOperationException($"the stream of {lane.Target} gives source offset {sourceOffset} of source {source} twice");
        }
    }

    /// <summary>Puts finished chunks on disk.</summary>
    public async ValueTask PutAsync(CancellationToken cancellationToken)
    {
        foreach (var map in _maps)
        {
            if (map is { HasPending: true })
            {
                await map.PutAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Puts the rest on disk as well. A source of which no record stands in the target has a map without records.</summary>
    public async Task<IReadOnlyList<StoredMap>> FinishAsync(CancellationToken cancellationToken)
    {
        var finished = new List<StoredMap>();
        for (var i = 0; i < _maps.Length; i++)
        {
            var pair = new MapPair(new PartitionName(lane.Sources[i].Topic, lane.Sources[i].Partition), new PartitionName(lane.Target.Topic, lane.Target.Partition));
            finished.Add(_maps[i] is { } map ? await map.FinishAsync(pair, cancellationToken).ConfigureAwait(false) : new StoredMap(pair, null, null));
        }

        return finished;
    }
}
