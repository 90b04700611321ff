using System.Runtime.CompilerServices;
using KafkaRestore.Engine.OffsetMaps.Format;
using KafkaRestore.Engine.OffsetMaps.Storage;

namespace KafkaRestore.Engine.OffsetMaps;

public sealed partial class OffsetMap
{
    private const int HeadsAtOnce = 16;

    /// <summary>Opens a map: reads the head of every chunk that <paramref name="state"/> counts, and none behind.</summary>
    /// <param name="chunks">The map's sealed chunks.</param>
    /// <param name="state">What the checkpoint kept.</param>
    /// <param name="cache">Where chunks stay for the next lookups; null for a cache of the map's own.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="Records.Errors.RestoreException">STATE_CORRUPT: a chunk is missing or damaged, or they do not belong together; or the storage's failure.</exception>
    public static async Task<OffsetMap> OpenAsync(IOffsetMapChunks chunks, OffsetMapState state, OffsetMapCache? cache, CancellationToken cancellationToken)
    {
        var tail = OffsetMapTail.Read(state);
        if (state.SealedChunks < 0 || (state.SealedChunks > 0 && tail is null))
        {
            throw OffsetMapDamage.Corrupt("the checkpoint", $"{state.SealedChunks} sealed chunks without a tail");
        }

        // Grows with the chunks that are there, not with the number that is claimed.
        var parts = new List<ChunkHead>();
        while (parts.Count < state.SealedChunks)
        {
            var heads = await Task.WhenAll(Enumerable.Range(parts.Count, Math.Min(HeadsAtOnce, state.SealedChunks - parts.Count))
                .Select(number => ReadHeadAsync(chunks, number, cancellationToken))).ConfigureAwait(false);
            foreach (var head in heads)
            {
                Follow(parts, head, chunks.NameOf(head.Number));
            }
        }

        if (tail is not null)
        {
            Follow(parts, tail.Head, OffsetMapTail.Where);
        }

        return new OffsetMap(chunks, cache ?? new OffsetMapCache(), [.. parts], tail);
    }

    /// <summary>All runs in order; no two of them touch on both axes. Memory: one chunk.</summary>
    public async IAsyncEnumerable<OffsetRun> RunsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var part = 0; part < _parts.Length; part++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var chunk = _tail is not null && part == _parts.Length - 1 ? _tail : await LoadAsync(part, cancellationToken).ConfigureAwait(false);
            var runs = chunk.Runs();
            while (runs.MoveNext())
            {
                yield return runs.Current;
            }
        }
    }

    private static void Follow(List<ChunkHead> parts, ChunkHead next, string where)
    {
        if (parts.Count > 0)
        {
            OffsetMapTail.CheckFollows(parts[^1], next, where);
        }

        parts.Add(next);
    }

    private static async Task<ChunkHead> ReadHeadAsync(IOffsetMapChunks chunks, int number, CancellationToken cancellationToken)
    {
        var bytes = new byte[ChunkHead.Bytes];
        var read = await chunks.ReadAsync(number, 0, bytes, cancellationToken).ConfigureAwait(false);
        return ChunkHead.Read(bytes.AsSpan(0, read), isTail: false, number, chunks.NameOf(number));
    }

    private async ValueTask<Chunk> LoadAsync(int part, CancellationToken cancellationToken)
    {
        // One byte more than there should be, so that a longer one is seen.
        var head = _parts[part];
        var bytes = GC.AllocateUninitializedArray<byte>(head.TotalBytes + 1);
        var read = await _chunks.ReadAsync(part, 0, bytes, cancellationToken).ConfigureAwait(false);
        var chunk = Chunk.Parse(bytes, read, isTail: false, part, _chunks.NameOf(part));
        return chunk.Head == head ? chunk : throw OffsetMapDamage.Corrupt(_chunks.NameOf(part), "it was replaced while the map was open");
    }
}
