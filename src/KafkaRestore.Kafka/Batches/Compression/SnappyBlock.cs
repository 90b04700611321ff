using System.Buffers.Binary;

namespace KafkaRestore.Kafka.Batches.Compression;

/// <summary>Unpacks Snappy, raw or in the framing of Xerial's Java library, both of which batches have.</summary>
internal static unsafe class SnappyBlock
{
    public const short Number = 2;

    // The magic is followed by two version numbers, then chunks with their lengths.
    private const int XerialHeaderBytes = 16;

    private static ReadOnlySpan<byte> XerialMagic => [0x82, (byte)'S', (byte)'N', (byte)'A', (byte)'P', (byte)'P', (byte)'Y', 0];

    /// <summary>Unpacks all of <paramref name="packed"/>.</summary>
    /// <returns>Bytes written; <see cref="BatchDecompressor.TooSmall"/> when they do not fit.</returns>
    /// <exception cref="InvalidDataException">It is not Snappy.</exception>
    public static int TryUnpack(ReadOnlySpan<byte> packed, Span<byte> plain)
    {
        if (!packed.StartsWith(XerialMagic))
        {
            return TryUnpackRaw(packed, plain);
        }

        var written = 0;
        for (var rest = packed.Length > XerialHeaderBytes ? packed[XerialHeaderBytes..] : default; !rest.IsEmpty;)
        {
            var length = rest.Length >= sizeof(int) ? BinaryPrimitives.ReadInt32BigEndian(rest) : -1;
            if (length < 0 || length > rest.Length - sizeof(int))
            {
                throw new InvalidDataException("a Snappy chunk is cut off");
            }

            var part = TryUnpackRaw(rest.Slice(sizeof(int), length), plain[written..]);
            if (part < 0)
            {
                return part;
            }

            written += part;
            rest = rest[(sizeof(int) + length)..];
        }

        return written;
    }

    private static int TryUnpackRaw(ReadOnlySpan<byte> packed, Span<byte> plain)
    {
        fixed (byte* source = packed)
        fixed (byte* target = plain)
        {
            var at = source;
            var end = source + packed.Length;
            var length = ReadLength(ref at, end);
            if (length > (uint)plain.Length)
            {
                return BatchDecompressor.TooSmall;
            }

            var to = target;
            var full = target + length;
            while (at < end)
            {
                var tag = *at++;
                if ((tag & 3) == 0)
                {
                    Literal(tag >> 2, ref at, end, ref to, full);
                }
                else
                {
                    Copy(tag, ref at, end, target, ref to, full);
                }
            }

            return to == full ? (int)length : throw Malformed();
        }
    }

    private static uint ReadLength(ref byte* at, byte* end)
    {
        ulong value = 0;
        for (var shift = 0; shift < 35 && at < end; shift += 7)
        {
            var next = *at++;
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value <= uint.MaxValue ? (uint)value : throw Malformed();
            }
        }

        throw Malformed();
    }

    private static void Literal(int code, ref byte* at, byte* end, ref byte* to, byte* full)
    {
        var length = code + 1L;
        if (code >= 60)
        {
            var bytes = code - 59;
            length = ReadNumber(ref at, end, bytes) + 1L;
        }

        if (length > end - at || length > full - to)
        {
            throw Malformed();
        }

        Buffer.MemoryCopy(at, to, length, length);
        at += length;
        to += length;
    }

    private static void Copy(int tag, ref byte* at, byte* end, byte* target, ref byte* to, byte* full)
    {
        var length = (tag & 3) == 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
        var distance = (tag & 3) switch
        {
            1 => ((uint)(tag >> 5) << 8) | ReadNumber(ref at, end, 1),
            2 => ReadNumber(ref at, end, 2),
            _ => ReadNumber(ref at, end, 4),
        };
        if (distance == 0 || distance > to - target || length > full - to)
        {
            throw Malformed();
        }

        var from = to - distance;
        if (distance >= length)
        {
            Buffer.MemoryCopy(from, to, length, length);
            to += length;
            return;
        }

        // The copy repeats what it has just written.
        for (; length > 0; length--)
        {
            *to++ = *from++;
        }
    }

    private static uint ReadNumber(ref byte* at, byte* end, int bytes)
    {
        if (bytes > end - at)
        {
            throw Malformed();
        }

        var value = 0u;
        for (var i = 0; i < bytes; i++)
        {
            value |= (uint)*at++ << (8 * i);
        }

        return value;
    }

    private static InvalidDataException Malformed() => new("a Snappy block is malformed");
}
