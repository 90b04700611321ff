using KafkaRestore.Engine.OffsetMaps.Format;

namespace KafkaRestore.Engine.OffsetMaps;

/// <summary>Reads the part of a map that a checkpoint holds.</summary>
internal static class OffsetMapTail
{
    internal const string Where = "the offset map's tail in the checkpoint";

    /// <summary>The tail; null for a map that never had a run.</summary>
    /// <exception cref="Records.Errors.RestoreException">STATE_CORRUPT.</exception>
    public static Chunk? Read(OffsetMapState state)
    {
        if (state.Tail.IsEmpty)
        {
            return state.SealedChunks == 0 ? null : throw OffsetMapDamage.Corrupt(Where, $"it is empty, but {state.SealedChunks} chunks were sealed");
        }

        var tail = Chunk.Parse(state.Tail.ToArray(), state.Tail.Length, isTail: true, state.SealedChunks, Where);
        return tail.Head.Runs == 0 ? null : tail;
    }

    /// <summary>Checks that the tail follows the last sealed chunk.</summary>
    public static void CheckFollows(ChunkHead before, ChunkHead next, string where)
    {
        if (next.Previous != before.Identity)
        {
            throw OffsetMapDamage.Corrupt(where, $"it does not follow chunk {before.Number} as that is now; another run replaced one of them");
        }

        if (next.FirstSource < before.SourceEnd || next.FirstTarget < before.TargetEnd)
        {
            throw OffsetMapDamage.Corrupt(where, $"it begins before the end of chunk {before.Number}");
        }
    }
}
