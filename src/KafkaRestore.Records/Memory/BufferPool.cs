using System.Collections.Concurrent;
using System.Numerics;

namespace KafkaRestore.Records.Memory;

/// <summary>
/// Native buffers by size class, kept for the next renter up to a bound; larger ones are given back to the system at once.
/// The pool bounds nothing by itself: callers reserve from a <see cref="MemoryBudget"/> first.
/// </summary>
public sealed class BufferPool
{
    // Four size classes to each power of two, so that a buffer is at most a quarter larger than asked for.
    private const int SmallestBytes = 4 << 10;
    private const int LargestPooledBytes = 8 << 20;
    private static readonly int Classes = ClassOf(LargestPooledBytes) + 1;
    private readonly ConcurrentBag<NativeBuffer>[] _free;
    private readonly long _keepBytes;
    private long _kept;

    /// <summary>Creates a pool that keeps at most <paramref name="keepBytes"/> bytes of unused buffers.</summary>
    public BufferPool(long keepBytes = 32 << 20)
    {
        _keepBytes = keepBytes;
        _free = new ConcurrentBag<NativeBuffer>[Classes];
        for (var i = 0; i < Classes; i++)
        {
            _free[i] = [];
        }
    }

    /// <summary>The pool that a process uses when none is given.</summary>
    public static BufferPool Shared { get; } = new();

    /// <summary>Rents a buffer of at least <paramref name="bytes"/> bytes; its contents are undefined.</summary>
    public NativeBuffer Rent(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        NativeBuffer? buffer;
        if (bytes > LargestPooledBytes)
        {
            buffer = new NativeBuffer(this, bytes);
        }
        else
        {
            var sizeClass = ClassOf(bytes);
            if (_free[sizeClass].TryTake(out buffer))
            {
                Interlocked.Add(ref _kept, -buffer.Capacity);
            }
            else
            {
                buffer = new NativeBuffer(this, BytesOf(sizeClass));
            }
        }

        buffer.MarkRented();
        return buffer;
    }

    internal void Return(NativeBuffer buffer)
    {
        if (buffer.Capacity > LargestPooledBytes)
        {
            buffer.Free();
        }
        else if (Interlocked.Add(ref _kept, buffer.Capacity) > _keepBytes)
        {
            Interlocked.Add(ref _kept, -buffer.Capacity);
            buffer.Free();
        }
        else
        {
            _free[ClassOf(buffer.Capacity)].Add(buffer);
        }
    }

    private static int ClassOf(int bytes)
    {
        var last = Math.Max(bytes, SmallestBytes) - 1;
        var power = BitOperations.Log2((uint)last);
        var quarter = (last >> (power - 2)) & 3;
        return ((power - BitOperations.Log2(SmallestBytes - 1)) * 4) + quarter - 3;
    }

    private static int BytesOf(int sizeClass)
    {
        var position = sizeClass + 3;
        var power = (position / 4) + BitOperations.Log2(SmallestBytes - 1);
        return (1 << power) + (((position % 4) + 1) << (power - 2));
    }
}
