using System.Globalization;
using System.Runtime.CompilerServices;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Archive.Storage.Reading;

/// <summary>
/// Reads whole objects by ranges, several at once where <see cref="StorageProperties.ParallelReads"/> says that it pays.
/// </summary>
/// <remarks>Not guaranteed: that an object is not longer than the length given; its rest is not looked at.</remarks>
public static class ObjectReader
{
    /// <summary>
    /// Bytes of memory that <see cref="ReadChunksAsync"/> or <see cref="OpenSequential"/> holds at most, for the caller to reserve.
    /// </summary>
    public static long MemoryFor(IArchiveStorage storage)
    {
        ArgumentNullException.ThrowIfNull(storage);
        return (long)storage.Properties.PreferredReadBytes * storage.Properties.ParallelReads;
    }

    /// <summary>Fills <paramref name="destination"/> with the object from its start.</summary>
    /// <param name="storage">Where the object is.</param>
    /// <param name="key">The object.</param>
    /// <param name="destination">As long as the object is known to be; when empty, nothing is asked of the storage.</param>
    /// <param name="cancellationToken">Stops reading; nobody writes into the destination once the task has ended.</param>
    /// <exception cref="RestoreException">ARCHIVE_CORRUPT: the object is shorter; else what the storage throws.</exception>
    public static async ValueTask ReadWholeAsync(
        IArchiveStorage storage, string key, Memory<byte> destination, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(storage);
        var piece = storage.Properties.PreferredReadBytes;
        long end = destination.Length;
        var pieces = Enumerable.Range(0, (int)((end + piece - 1) / piece));
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = storage.Properties.ParallelReads,
            CancellationToken = cancellationToken,
        };
        await Parallel.ForEachAsync(pieces, options, async (index, token) =>
        {
            var offset = (long)index * piece;
            if (offset >= Interlocked.Read(ref end))
            {
                return;
            }

            var wanted = destination.Slice((int)offset, (int)Math.Min(piece, destination.Length - offset));
            var read = await storage.ReadAsync(key, offset, wanted, token).ConfigureAwait(false);
            if (read < wanted.Length)
            {
                LowerTo(ref end, offset + read);
            }
        }).ConfigureAwait(false);

        if (end < destination.Length)
        {
            throw EndsEarly(key, end, destination.Length);
        }
    }

    /// <summary>
    /// The object's bytes in order, as chunks that are valid until the next one is asked for; the following ones are fetched meanwhile.
    /// </summary>
    /// <param name="storage">Where the object is.</param>
    /// <param name="key">The object.</param>
    /// <param name="length">Its length in bytes, 0 or more.</param>
    /// <param name="pool">Where the chunks' memory comes from; null is the shared pool.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="RestoreException">ARCHIVE_CORRUPT: the object is shorter; else what the storage throws.</exception>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadChunksAsync(
        IArchiveStorage storage,
        string key,
        long length,
        BufferPool? pool = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var ahead = new Queue<Chunk>();
        try
        {
            long asked = 0;
            for (long delivered = 0; delivered < length;)
            {
                while (asked < length && ahead.Count < storage.Properties.ParallelReads)
                {
                    var wanted = (int)Math.Min(storage.Properties.PreferredReadBytes, length - asked);
                    ahead.Enqueue(Chunk.Start(storage, key, asked, wanted, pool ?? BufferPool.Shared, stop.Token));
                    asked += wanted;
                }

                var chunk = ahead.Peek();
                var read = await chunk.Read.ConfigureAwait(false);
                if (read < chunk.Wanted)
                {
                    throw EndsEarly(key, delivered + read, length);
                }

                yield return chunk.Buffer.Memory[..read];
                delivered += read;
                ahead.Dequeue().Buffer.Dispose();
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            foreach (var chunk in ahead)
            {
                // A buffer goes back only when nobody writes into it any more.
                await ((Task)chunk.Read).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                chunk.Buffer.Dispose();
            }
        }
    }

    /// <summary>The object as a stream that only goes forward; its length need not be known.</summary>
    /// <param name="storage">Where the object is.</param>
    /// <param name="key">The object; a missing one is noticed by the first read.</param>
    /// <param name="cancellationToken">Stops every read of the stream.</param>
    public static Stream OpenSequential(IArchiveStorage storage, string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(storage);
        return new SequentialObjectStream(storage, key, BufferPool.Shared, cancellationToken);
    }

    private static void LowerTo(ref long end, long value)
    {
        var seen = Interlocked.Read(ref end);
        while (value < seen)
        {
            var before = Interlocked.CompareExchange(ref end, value, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }

    private static RestoreException EndsEarly(string key, long end, long expected) => new(
        ErrorCodes.ArchiveCorrupt, string.Create(CultureInfo.InvariantCulture, $"The object ends at byte {end}, expected {expected}"), key);

    private sealed record Chunk(NativeBuffer Buffer, int Wanted, Task<int> Read)
    {
        public static Chunk Start(
            IArchiveStorage storage, string key, long offset, int wanted, BufferPool pool, CancellationToken cancellationToken)
        {
            var buffer = pool.Rent(wanted);
            return new Chunk(buffer, wanted, ReadAsync(storage, key, offset, buffer.Memory[..wanted], cancellationToken));
        }

        private static async Task<int> ReadAsync(
            IArchiveStorage storage, string key, long offset, Memory<byte> destination, CancellationToken cancellationToken) =>
            await storage.ReadAsync(key, offset, destination, cancellationToken).ConfigureAwait(false);
    }
}
