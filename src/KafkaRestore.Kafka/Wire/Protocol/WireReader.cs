using System.Buffers.Binary;
using System.Text;

namespace KafkaRestore.Kafka.Wire.Protocol;

/// <summary>
/// Reads an answer: Kafka's primitive types, every length checked against what is really there before anything is allocated. The same calls read
/// classic and flexible versions (KIP-482).
/// </summary>
/// <remarks>Brokers are not trusted: whatever the bytes are, the result is a value or a <see cref="WireFormatException"/>.</remarks>
internal ref struct WireReader
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly bool _flexible;
    private int _position;

    public WireReader(ReadOnlySpan<byte> bytes, bool flexible)
    {
        _bytes = bytes;
        _flexible = flexible;
    }

    /// <summary>Bytes not read yet.</summary>
    public readonly int Remaining => _bytes.Length - _position;

    /// <summary>Reads 0 or 1.</summary>
    public bool Boolean() => Take(1)[0] != 0;

    /// <summary>Reads one byte.</summary>
    public sbyte Int8() => (sbyte)Take(1)[0];

    /// <summary>Reads two bytes, big-endian.</summary>
    public short Int16() => BinaryPrimitives.ReadInt16BigEndian(Take(2));

    /// <summary>Reads four bytes, big-endian.</summary>
    public int Int32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

    /// <summary>Reads eight bytes, big-endian.</summary>
    public long Int64() => BinaryPrimitives.ReadInt64BigEndian(Take(8));

    /// <summary>Reads a UUID.</summary>
    public Guid Uuid() => new(Take(16), bigEndian: true);

    /// <summary>Reads an error code.</summary>
    public Confluent.Kafka.ErrorCode ErrorCode() => (Confluent.Kafka.ErrorCode)Int16();

    /// <summary>Reads a duration in milliseconds; a negative one counts as none.</summary>
    public TimeSpan Milliseconds() => TimeSpan.FromMilliseconds((long)Math.Max(0, Int32()));

    /// <summary>Reads an unsigned number of at most 32 bits, seven bits to a byte.</summary>
    public uint UnsignedVarInt()
    {
        var value = 0u;
        for (var shift = 0; shift < 35; shift += 7)
        {
            var next = Take(1)[0];
            if (shift == 28 && next > 0x0F)
            {
                break;
            }

            value |= (uint)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new WireFormatException("a length has more than 32 bits");
    }

    /// <summary>Reads a text that must not be null.</summary>
    public string String() => NullableString() ?? throw new WireFormatException("a text is null that must not be");

    /// <summary>Reads a text or null.</summary>
    public string? NullableString()
    {
        var length = StringLength();
        return length < 0 ? null : Encoding.UTF8.GetString(Take(length));
    }

    /// <summary>Leaves a text or null out.</summary>
    public void SkipString() => Skip((uint)Math.Max(0, StringLength()));

    /// <summary>Reads bytes with their length, in place; null gives an empty span.</summary>
    public ReadOnlySpan<byte> Bytes()
    {
        var length = Length();
        return length < 0 ? default : Take(length);
    }

    /// <summary>Reads the number of elements of an array, each of which takes at least <paramref name="leastBytes"/> bytes; null counts as 0.</summary>
    public int ArrayLength(int leastBytes = 1)
    {
        var count = Length();
        if (count > 0 && (long)count * leastBytes > Remaining)
        {
            throw new WireFormatException($"an array claims {count} elements, {Remaining} bytes are left");
        }

        return Math.Max(0, count);
    }

    /// <summary>
    /// Reads the number of elements of an array as <see cref="ArrayLength"/> does, and gives room for them. The caller's elements must not be much larger
    /// than <paramref name="leastBytes"/>.
    /// </summary>
    public T[] NewArray<T>(int leastBytes)
    {
        var count = ArrayLength(leastBytes);
        return count == 0 ? [] : new T[count];
    }

    /// <summary>Reads an array of numbers.</summary>
    public int[] Int32Array()
    {
        var numbers = NewArray<int>(sizeof(int));
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = Int32();
        }

        return numbers;
    }

    /// <summary>Ends a structure: skips its tagged fields, where the version has them at all.</summary>
    public void EndStructure() => EndStructure(uint.MaxValue, out _);

    /// <summary>Ends a structure as <see cref="EndStructure()"/> does, but for one tagged field.</summary>
    /// <param name="wanted">The field's tag.</param>
    /// <param name="field">Reads that field.</param>
    /// <returns>Whether the field is there.</returns>
    public bool EndStructure(uint wanted, out WireReader field)
    {
        field = default;
        var isThere = false;
        for (var left = _flexible ? UnsignedVarInt() : 0; left > 0; left--)
        {
            var tag = UnsignedVarInt();
            var size = UnsignedVarInt();
            if (tag == wanted && size <= Remaining)
            {
                field = new WireReader(_bytes.Slice(_position, (int)size), _flexible);
                isThere = true;
            }

            Skip(size);
        }

        return isThere;
    }

    /// <summary>Leaves <paramref name="count"/> bytes out.</summary>
    public void Skip(uint count)
    {
        if (count > Remaining)
        {
            throw Short(count);
        }

        _position += (int)count;
    }

    private int StringLength() => Checked(_flexible ? CompactLength() : Int16());

    private int Length() => Checked(_flexible ? CompactLength() : Int32());

    // -1 is null; nothing else below 0 has a meaning.
    private static int Checked(int length) => length >= -1 ? length : throw new WireFormatException($"a length of {length}");

    private int CompactLength()
    {
        var length = UnsignedVarInt();
        return length > int.MaxValue ? throw new WireFormatException($"a length of {length - 1} bytes") : (int)length - 1;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if ((uint)count > (uint)Remaining)
        {
            throw Short(count);
        }

        var span = _bytes.Slice(_position, count);
        _position += count;
        return span;
    }

    private readonly WireFormatException Short(long wanted) => new($"{wanted} bytes are wanted at byte {_position}, {Remaining} are left");
}
