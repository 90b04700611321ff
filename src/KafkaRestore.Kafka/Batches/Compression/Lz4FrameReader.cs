using System.Buffers.Binary;
using KafkaRestore.Records.Compression;

namespace KafkaRestore.Kafka.Batches.Compression;

/// <summary>Unpacks one LZ4 frame, whoever wrote it: blocks of any size, independent or linked, with or without checksums, which are not looked at.</summary>
/// <remarks>The batch's own checksum covers the frame.</remarks>
internal static unsafe class Lz4FrameReader
{
    private const uint Magic = 0x184D2204;
    private const int WindowBytes = 64 << 10;

    /// <summary>Unpacks <paramref name="packed"/>.</summary>
    /// <returns>Bytes written; <see cref="BatchDecompressor.TooSmall"/> when they do not fit.</returns>
    /// <exception cref="InvalidDataException">It is no such frame.</exception>
    public static int TryUnpack(ReadOnlySpan<byte> packed, Span<byte> plain)
    {
        var rest = packed;
        if (TakeNumber(ref rest) != Magic)
        {
            throw new InvalidDataException("not an LZ4 frame");
        }

        var flags = Take(ref rest, 1)[0];
        var mostBytes = BlockBytes(Take(ref rest, 1)[0]);
        var (isLinked, hasBlockChecksums) = ((flags & 0x20) == 0, (flags & 0x10) != 0);
        if (flags >> 6 != 1 || (flags & 1) != 0)
        {
            throw new InvalidDataException("an LZ4 frame of another version, or with a dictionary");
        }

        Take(ref rest, ((flags & 8) != 0 ? sizeof(long) : 0) + 1); // the content's size, the header's checksum
        var written = 0;
        while (true)
        {
            var field = TakeNumber(ref rest);
            if (field == 0)
            {
                return written;
            }

            var length = field & ~Lz4Frame.StoredFlag;
            if (length > mostBytes)
            {
                throw new InvalidDataException("an LZ4 block is longer than it may be");
            }

            var block = Take(ref rest, (int)length);
            var part = (field & Lz4Frame.StoredFlag) != 0
                ? Store(block, plain[written..])
                : Unpack(block, plain, written, mostBytes, isLinked);
            if (part < 0)
            {
                return BatchDecompressor.TooSmall;
            }

            written += part;
            if (hasBlockChecksums)
            {
                Take(ref rest, sizeof(uint));
            }
        }
    }

    private static int Store(ReadOnlySpan<byte> block, Span<byte> target) => block.TryCopyTo(target) ? block.Length : BatchDecompressor.TooSmall;

    private static int Unpack(ReadOnlySpan<byte> block, Span<byte> plain, int written, int mostBytes, bool isLinked)
    {
        var room = Math.Min(plain.Length - written, mostBytes);
        fixed (byte* from = block)
        fixed (byte* start = plain)
        {
            var to = start + written;
            var window = isLinked ? Math.Min(written, WindowBytes) : 0;
            var part = window == 0
                ? Lz4Native.Decompress(from, to, block.Length, room)
                : Lz4Native.DecompressLinked(from, to, block.Length, room, to - window, window);

            // The function does not tell a block that is malformed from one that does not fit; with room for any block it can only be the first.
            return part >= 0 || room < mostBytes ? part : throw new InvalidDataException("an LZ4 block is malformed");
        }
    }

    private static int BlockBytes(byte descriptor) => (descriptor >> 4 & 7) switch
    {
        4 => 64 << 10,
        5 => 256 << 10,
        6 => 1 << 20,
        7 => 4 << 20,
        _ => throw new InvalidDataException("an LZ4 frame names no block size"),
    };

    private static uint TakeNumber(ref ReadOnlySpan<byte> rest) => BinaryPrimitives.ReadUInt32LittleEndian(Take(ref rest, sizeof(uint)));

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> rest, int count)
    {
        if (count > rest.Length)
        {
            throw new InvalidDataException("the LZ4 frame is cut off");
        }

        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }
}
