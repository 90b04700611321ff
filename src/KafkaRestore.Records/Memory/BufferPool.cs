using System.Collections.Concurrent;
using System.Numerics;

namespace KafkaRestore.Records.Memory;

/// <summary>
/// Native buffers by size class, kept for the next renter up to a bound; larger ones are given back to the system at once.
/// The pool bounds nothing by itself: callers reserve from a <see cref="MemoryBudget"/> first.
/// </summary>
public sealed class BufferPool
{
    private const int SmallestClass = 12;   // 4 KiB
    private const int LargestPooledClass = 23;  // 8 MiB
    private readonly ConcurrentBag<NativeBuffer>[] _free;
    private readonly long _keepBytes;
    private long _kept;

    /// <summary>Creates a pool that keeps at most <paramref name="keepBytes"/> bytes of unused buffers.</summary>
    public BufferPool(long keepBytes = 32 << 20)
    {
        _keepBytes = keepBytes;
        _free = new ConcurrentBag<NativeBuffer>[LargestPooledClass + 1];
        for (var i = SmallestClass; i <= LargestPooledClass; i++)
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
        var sizeClass = Math.Max(SmallestClass, 32 - BitOperations.LeadingZeroCount((uint)Math.Max(bytes - 1, 0)));
        NativeBuffer? buffer;
        if (sizeClass > LargestPooledClass)
        {
            buffer = new NativeBuffer(this, bytes);
        }
        else if (_free[sizeClass].TryTake(out buffer))
        {
            Interlocked.Add(ref _kept, -buffer.Capacity);
        }
        else
        {
            buffer = new NativeBuffer(this, 1 << sizeClass);
        }

        buffer.MarkRented();
        return buffer;
    }

    internal void Return(NativeBuffer buffer)
    {
        if (buffer.Capacity > 1 << LargestPooledClass
            || Interlocked.Add(ref _kept, buffer.Capacity) > _keepBytes)
        {
            if (buffer.Capacity <= 1 << LargestPooledClass)
            {
                Interlocked.Add(ref _kept, -buffer.Capacity);
            }

            buffer.Free();
            return;
        }

        _free[BitOperations.Log2((uint)buffer.Capacity)].Add(buffer);
    }
}
