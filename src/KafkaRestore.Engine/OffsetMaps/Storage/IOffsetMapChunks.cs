namespace KafkaRestore.Engine.OffsetMaps.Storage;

/// <summary>
/// Where the sealed chunks of one map live: one source partition into one target partition. All members may be called from many threads at once.
/// </summary>
/// <remarks>
/// Failures are <see cref="Records.Errors.RestoreException"/>. Not guaranteed: which of two writers of one number wins; the lane's
/// ownership is to prevent that, and a map that was mixed from two is refused when it is opened.
/// </remarks>
public interface IOffsetMapChunks
{
    /// <summary>The chunk's name for people: path or key, never with a credential.</summary>
    string NameOf(int number);

    /// <summary>Stores a chunk, atomically and durably, in place of one of the same number. The bytes are not kept after the task has ended.</summary>
    ValueTask PutAsync(int number, ReadOnlyMemory<byte> chunk, CancellationToken cancellationToken);

    /// <summary>Reads from <paramref name="offset"/> until <paramref name="destination"/> is full or the chunk ends.</summary>
    /// <returns>Bytes read; fewer than asked for only at the chunk's end.</returns>
    /// <exception cref="Records.Errors.RestoreException">STATE_CORRUPT: there is no chunk of this number.</exception>
    ValueTask<int> ReadAsync(int number, long offset, Memory<byte> destination, CancellationToken cancellationToken);

    /// <summary>Removes every chunk of the map; none is no error.</summary>
    ValueTask DeleteAllAsync(CancellationToken cancellationToken);
}
