using KafkaRestore.Records.Memory;

namespace KafkaRestore.Records.Layout;

/// <summary>
/// Some consecutive whole records of one source partition in pooled memory: what travels from the archive to the sink.
/// It has one owner at a time; whoever holds it last disposes it, which gives its memory back.
/// </summary>
/// <remarks>Every record in it has passed <see cref="RecordCheck"/>; source offsets ascend strictly.</remarks>
public sealed class RecordBlock : IDisposable
{
    private readonly Owner _owner;
    private int _start;
    private int _disposed;

    /// <summary>Creates an empty block over <paramref name="buffer"/>.</summary>
    /// <param name="buffer">Memory that the block owns from now on.</param>
    /// <param name="lease">What is given back with the memory (a slot, a reservation); may be null.</param>
    public RecordBlock(NativeBuffer buffer, IDisposable? lease = null)
    {
        _owner = new Owner(buffer, lease);
    }

    private RecordBlock(Owner owner) => _owner = owner;

    /// <summary>Number of records.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes used by the records.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes that fit.</summary>
    public int Capacity => _owner.Buffer.Capacity - _start;

    /// <summary>Which of the lane's sources the records come from (an index into the lane's sources).</summary>
    public int Source { get; set; }

    /// <summary>The encoded records.</summary>
    public ReadOnlySpan<byte> Bytes => _owner.Buffer.GetSpan().Slice(_start, Length);

    /// <summary>All of the memory, for whoever fills or edits the block; <see cref="SetContent"/> says what is in it afterwards.</summary>
    public Span<byte> Memory => _owner.Buffer.GetSpan()[_start..];

    /// <summary>Declares the first <paramref name="length"/> bytes to be <paramref name="count"/> checked records.</summary>
    public void SetContent(int count, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Capacity);
        Count = count;
        Length = length;
    }

    /// <summary>
    /// Cuts off the first records as a block of its own; this block goes on after them. The memory is given back when both are disposed.
    /// </summary>
    /// <param name="count">How many records; fewer than <see cref="Count"/>.</param>
    /// <param name="length">How many bytes they take.</param>
    public RecordBlock SplitFirst(int count, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(count, Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(length, Length);
        _owner.Share();
        var first = new RecordBlock(_owner) { _start = _start, Count = count, Length = length, Source = Source };
        _start += length;
        Length -= length;
        Count -= count;
        return first;
    }

    /// <summary>Goes through the records.</summary>
    public Enumerator GetEnumerator() => new(Bytes);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _owner.Leave();
        }
    }

    /// <summary>The memory, shared by the parts of a block that was split.</summary>
    private sealed class Owner(NativeBuffer buffer, IDisposable? lease)
    {
        private int _parts = 1;

        public NativeBuffer Buffer { get; } = buffer;

        public void Share() => Interlocked.Increment(ref _parts);

        public void Leave()
        {
            if (Interlocked.Decrement(ref _parts) == 0)
            {
                Buffer.Dispose();
                lease?.Dispose();
            }
        }
    }

    /// <summary>Goes through the records of a block.</summary>
    public ref struct Enumerator
    {
        private ReadOnlySpan<byte> _rest;
        private RecordView _current;

        internal Enumerator(ReadOnlySpan<byte> bytes) => _rest = bytes;

        /// <summary>The record reached.</summary>
        public readonly RecordView Current => _current;

        /// <summary>Goes to the next record; false after the last.</summary>
        public bool MoveNext()
        {
            if (_rest.IsEmpty)
            {
                return false;
            }

            _current = RecordView.At(_rest);
            _rest = _rest[_current.Encoded.Length..];
            return true;
        }
    }
}
