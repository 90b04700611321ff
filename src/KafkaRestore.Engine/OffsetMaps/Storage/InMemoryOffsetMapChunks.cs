using System.Collections.Concurrent;

namespace KafkaRestore.Engine.OffsetMaps.Storage;

/// <summary>Chunks in memory: for tests, and for maps that live no longer than the process.</summary>
public sealed class InMemoryOffsetMapChunks : IOffsetMapChunks
{
    private readonly ConcurrentDictionary<int, byte[]> _chunks = new();

    /// <inheritdoc/>
    public string NameOf(int number) => $"chunk {number} in memory";

    /// <inheritdoc/>
    public ValueTask PutAsync(int number, ReadOnlyMemory<byte> chunk, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _chunks[number] = chunk.ToArray();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<int> ReadAsync(int number, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!_chunks.TryGetValue(number, out var chunk))
        {
            throw OffsetMapDamage.Missing(NameOf(number));
        }

        var from = (int)Math.Min(offset, chunk.Length);
        var count = Math.Min(chunk.Length - from, destination.Length);
        chunk.AsMemory(from, count).CopyTo(destination);
        return new(count);
    }

    /// <inheritdoc/>
    public ValueTask DeleteAllAsync(CancellationToken cancellationToken)
    {
        _chunks.Clear();
        return ValueTask.CompletedTask;
    }
}
