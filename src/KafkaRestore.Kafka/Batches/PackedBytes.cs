using System.Runtime.CompilerServices;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Kafka.Batches;

/// <summary>The batch in progress as it will go out: pooled memory that grows by doubling and is kept from batch to batch.</summary>
internal sealed unsafe class PackedBytes(BufferPool pool) : IDisposable
{
    private const int FirstCapacity = 128 << 10;
    private const int MostKept = 4 << 20;
    private NativeBuffer? _buffer;
    private byte* _start;
    private int _capacity;

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes of memory that it holds.</summary>
    public int Capacity => _capacity;

    /// <summary>What was written.</summary>
    public Span<byte> Span => new(_start, Length);

    /// <summary>Room for at least <paramref name="bytes"/> more; what is written there counts after <see cref="Advance"/>.</summary>
    /// <exception cref="OverflowException">The batch would exceed 2 GiB.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Reserve(int bytes)
    {
        if (bytes > _capacity - Length)
        {
            Grow(checked(Length + bytes));
        }

        return _start + Length;
    }

    /// <summary>Counts bytes that were written into the room.</summary>
    public void Advance(int bytes) => Length += bytes;

    /// <summary>Copies bytes to the end.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(new Span<byte>(Reserve(bytes.Length), bytes.Length));
        Length += bytes.Length;
    }

    /// <summary>Begins again.</summary>
    public void Clear() => Length = 0;

    /// <summary>Gives what was written in a buffer of its own size and begins again.</summary>
    public NativeBuffer Take()
    {
        var taken = pool.Rent(Length);
        Span.CopyTo(taken.GetSpan());
        Length = 0;
        if (_capacity > MostKept)
        {
            Release();
        }

        return taken;
    }

    /// <inheritdoc/>
    public void Dispose() => Release();

    private void Grow(int needed)
    {
        var larger = pool.Rent((int)Math.Clamp(2L * _capacity, Math.Max(needed, FirstCapacity), int.MaxValue));
        Span.CopyTo(larger.GetSpan());
        Release();
        _buffer = larger;
        _start = (byte*)larger.Pin().Pointer;
        _capacity = larger.Capacity;
    }

    private void Release()
    {
        _buffer?.Dispose();
        _buffer = null;
        _start = null;
        _capacity = 0;
    }
}
