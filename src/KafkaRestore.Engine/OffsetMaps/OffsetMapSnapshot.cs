using KafkaRestore.Engine.OffsetMaps.Storage;

namespace KafkaRestore.Engine.OffsetMaps;

/// <summary>
/// A moment of an <see cref="OffsetMapWriter"/>: nothing in it changes when runs are appended afterwards. Durable in this order:
/// <see cref="PutAsync"/>, then the checkpoint with <see cref="State"/>, then <see cref="OffsetMapWriter.Confirm"/>.
/// </summary>
public sealed class OffsetMapSnapshot
{
    internal OffsetMapSnapshot(OffsetMapState state, IReadOnlyList<SealedChunk> pending)
    {
        State = state;
        Pending = pending;
    }

    /// <summary>What belongs into the checkpoint.</summary>
    public OffsetMapState State { get; }

    /// <summary>Chunks that <see cref="State"/> counts and that no confirmed snapshot has put yet, in order.</summary>
    public IReadOnlyList<SealedChunk> Pending { get; }

    /// <summary>Puts the pending chunks. A chunk of the same number that a run left behind without a checkpoint is replaced.</summary>
    /// <exception cref="Records.Errors.RestoreException">The storage's failure; putting again is harmless.</exception>
    public async Task PutAsync(IOffsetMapChunks chunks, CancellationToken cancellationToken)
    {
        foreach (var chunk in Pending)
        {
            await chunks.PutAsync(chunk.Number, chunk.Bytes, cancellationToken).ConfigureAwait(false);
        }
    }
}

/// <summary>A finished, immutable part of an offset map.</summary>
/// <param name="Number">Its number, from 0, without a gap.</param>
/// <param name="Bytes">Its contents.</param>
public sealed record SealedChunk(int Number, ReadOnlyMemory<byte> Bytes);
