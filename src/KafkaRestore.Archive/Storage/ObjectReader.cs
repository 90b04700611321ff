using System.Runtime.CompilerServices;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Archive.Storage;

/// <summary>Reads whole objects.</summary>
internal static class ObjectReader
{
    public static ValueTask<int> ReadAtMostAsync(IArchiveStorage storage, string key, Memory<byte> destination, CancellationToken cancellationToken) =>
        storage.ReadAsync(key, 0, destination, cancellationToken);

    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadSequentiallyAsync(
        IArchiveStorage storage, string key, long atMost, NativeBuffer chunk, BufferPool pool, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long position = 0;
        while (position < atMost)
        {
            var read = await storage.ReadAsync(key, position, chunk.Memory[..(int)Math.Min(chunk.Capacity, atMost - position)], cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                yield break;
            }

            position += read;
            yield return chunk.Memory[..read];
        }
    }
}
