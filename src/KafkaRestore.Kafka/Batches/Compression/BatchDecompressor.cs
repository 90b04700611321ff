using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using KafkaRestore.Records.Compression;

namespace KafkaRestore.Kafka.Batches.Compression;

/// <summary>Unpacks what a <see cref="BatchCompressor"/> of this program packed. Not made for the frames of others.</summary>
internal static unsafe class BatchDecompressor
{
    /// <summary>Unpacks the records of a batch.</summary>
    /// <param name="bits">The codec's number in the protocol.</param>
    /// <param name="packed">What follows the batch's header.</param>
    /// <exception cref="InvalidDataException">The bytes are not what this program writes.</exception>
    public static ReadOnlyMemory<byte> Unpack(short bits, ReadOnlyMemory<byte> packed) => bits switch
    {
        StoredCompressor.Number => packed,
        Lz4Compressor.Number => UnpackLz4(packed.Span),
        ZstdCompressor.Number => UnpackZstd(packed.Span),
        GzipCompressor.Number => UnpackGzip(packed.Span),
        _ => throw new InvalidDataException($"codec {bits} is not one that this program writes"),
    };

    private static ReadOnlyMemory<byte> UnpackLz4(ReadOnlySpan<byte> packed)
    {
        if (!packed.StartsWith(Lz4Frame.Header))
        {
            throw new InvalidDataException("not an LZ4 frame of this program");
        }

        packed = packed[Lz4Frame.Header.Length..];
        var plain = new ArrayBufferWriter<byte>(Lz4Frame.BlockBytes);
        while (true)
        {
            var field = packed.Length >= Lz4Frame.LengthBytes
                ? BinaryPrimitives.ReadUInt32LittleEndian(packed)
                : throw new InvalidDataException("the LZ4 frame has no end mark");
            packed = packed[Lz4Frame.LengthBytes..];
            var length = field & ~Lz4Frame.StoredFlag;
            if (field == 0)
            {
                return plain.WrittenMemory;
            }

            if (length > packed.Length || length > Lz4Frame.BlockBytes)
            {
                throw new InvalidDataException("an LZ4 block is longer than it may be");
            }

            var block = packed[..(int)length];
            packed = packed[(int)length..];
            if ((field & Lz4Frame.StoredFlag) != 0)
            {
                plain.Write(block);
                continue;
            }

            fixed (byte* from = block)
            fixed (byte* to = plain.GetSpan(Lz4Frame.BlockBytes))
            {
                var written = Lz4Native.Decompress(from, to, block.Length, Lz4Frame.BlockBytes);
                plain.Advance(written >= 0 ? written : throw new InvalidDataException("an LZ4 block is malformed"));
            }
        }
    }

    private static ReadOnlyMemory<byte> UnpackZstd(ReadOnlySpan<byte> packed)
    {
        var plain = new ArrayBufferWriter<byte>(BatchCompressor.ChunkBytes);
        var context = ZstdNative.CreateDecompressor();
        try
        {
            fixed (byte* from = packed)
            {
                var source = new ZstdNative.Buffer { Memory = from, Size = (nuint)packed.Length };
                while (true)
                {
                    fixed (byte* to = plain.GetSpan(BatchCompressor.ChunkBytes))
                    {
                        var target = new ZstdNative.Buffer { Memory = to, Size = BatchCompressor.ChunkBytes };
                        var left = ZstdNative.Decompress(context, &target, &source);
                        if (ZstdNative.IsError(left) != 0 || (left != 0 && target.Position == 0 && source.Position == source.Size))
                        {
                            throw new InvalidDataException($"zstd: {(ZstdNative.IsError(left) != 0 ? ZstdNative.Describe(left) : "the frame is cut off")}");
                        }

                        plain.Advance((int)target.Position);
                        if (left == 0)
                        {
                            return plain.WrittenMemory;
                        }
                    }
                }
            }
        }
        finally
        {
            _ = ZstdNative.FreeDecompressor(context);
        }
    }

    private static ReadOnlyMemory<byte> UnpackGzip(ReadOnlySpan<byte> packed)
    {
        fixed (byte* from = packed)
        {
            using var source = new GZipStream(new UnmanagedMemoryStream(from, packed.Length), CompressionMode.Decompress);
            using var plain = new MemoryStream();
            source.CopyTo(plain);
            return plain.GetBuffer().AsMemory(0, (int)plain.Length);
        }
    }
}
