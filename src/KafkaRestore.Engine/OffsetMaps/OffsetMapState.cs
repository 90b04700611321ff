namespace KafkaRestore.Engine.OffsetMaps;

/// <summary>
/// What a checkpoint keeps of an offset map: together with the sealed chunks 0 to <paramref name="SealedChunks"/> - 1 it is the whole map.
/// Its size does not grow with the map.
/// </summary>
/// <param name="SealedChunks">Number of sealed chunks that belong to the map; later ones of the storage do not count.</param>
/// <param name="Tail">The part that is not sealed yet, opaque and with a checksum of its own; empty stands for a map without a run.</param>
public readonly record struct OffsetMapState(int SealedChunks, ReadOnlyMemory<byte> Tail)
{
    /// <summary>The state of a map without a run.</summary>
    public static OffsetMapState Empty => default;
}
