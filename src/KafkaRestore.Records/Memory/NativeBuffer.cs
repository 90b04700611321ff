using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KafkaRestore.Records.Memory;

/// <summary>
/// A block of memory outside the garbage-collected heap, rented from a <see cref="BufferPool"/>. Disposing it gives it back;
/// spans and memories taken from it must not be used after that.
/// </summary>
public sealed unsafe class NativeBuffer : MemoryManager<byte>
{
    private readonly BufferPool _pool;
    private byte* _pointer;
    private int _rented;

    internal NativeBuffer(BufferPool pool, int capacity)
    {
        _pool = pool;
        Capacity = capacity;
        _pointer = (byte*)NativeMemory.Alloc((nuint)capacity);
    }

    /// <summary>Size in bytes; at least what was asked for.</summary>
    public int Capacity { get; }

    /// <inheritdoc/>
    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _rented) == 0, this);
        return new Span<byte>(_pointer, Capacity);
    }

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _rented) == 0, this);
        return new MemoryHandle(_pointer + elementIndex);
    }

    /// <inheritdoc/>
    public override void Unpin()
    {
    }

    internal void MarkRented() => Volatile.Write(ref _rented, 1);

    internal void Free()
    {
        NativeMemory.Free(_pointer);
        _pointer = null;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _rented, 0) == 1)
        {
            _pool.Return(this);
        }
    }

    /// <summary>Gives the buffer back to its pool. A second call does nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Dispose() => Dispose(true);
}
