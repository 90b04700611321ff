using System.IO.Compression;
using KafkaRestore.Records.Compression;

namespace KafkaRestore.Kafka.Batches.Compression;

/// <summary>Unpacks the records of batches in every codec that Kafka has, whoever packed them. Made for one thread.</summary>
internal sealed unsafe class BatchDecompressor : IDisposable
{
    /// <summary>Says that the plain bytes are more than fit.</summary>
    public const int TooSmall = -1;

    private const int FirstPlainBytes = 256 << 10;
    private nint _zstd;

    /// <summary>Unpacks the records of a batch into ordinary memory, however many they are: for batches of this program.</summary>
    /// <param name="bits">The codec's number in the protocol.</param>
    /// <param name="packed">What follows the batch's header.</param>
    /// <exception cref="InvalidDataException">The bytes are not of this codec.</exception>
    public static ReadOnlyMemory<byte> Unpack(short bits, ReadOnlyMemory<byte> packed)
    {
        if (bits == StoredCompressor.Number)
        {
            return packed;
        }

        using var decompressor = new BatchDecompressor();
        for (var room = Math.Max(FirstPlainBytes, 4L * packed.Length); ; room *= 2)
        {
            var plain = new byte[Math.Min(room, Array.MaxLength)];
            var length = decompressor.TryUnpack(bits, packed.Span, plain);
            if (length != TooSmall)
            {
                return plain.AsMemory(0, length);
            }

            if (room > Array.MaxLength)
            {
                throw new InvalidDataException($"a batch unpacks to more than {Array.MaxLength} bytes");
            }
        }
    }

    /// <summary>Unpacks the records of a batch into <paramref name="plain"/>.</summary>
    /// <param name="bits">The codec's number in the protocol.</param>
    /// <param name="packed">What follows the batch's header.</param>
    /// <param name="plain">Where to; its contents are undefined when the result is <see cref="TooSmall"/>.</param>
    /// <returns>Bytes written, or <see cref="TooSmall"/>.</returns>
    /// <exception cref="InvalidDataException">The bytes are not of this codec.</exception>
    /// <exception cref="Records.Errors.RestoreException">NATIVE_LIBRARY_MISSING.</exception>
    public int TryUnpack(short bits, ReadOnlySpan<byte> packed, Span<byte> plain) => bits switch
    {
        StoredCompressor.Number => packed.TryCopyTo(plain) ? packed.Length : TooSmall,
        GzipCompressor.Number => TryUnpackGzip(packed, plain),
        SnappyBlock.Number => SnappyBlock.TryUnpack(packed, plain),
        Lz4Compressor.Number => Needing(NativeCodecs.Lz4, packed, plain, static (_, from, to) => Lz4FrameReader.TryUnpack(from, to)),
        ZstdCompressor.Number => Needing(NativeCodecs.Zstd, packed, plain, static (self, from, to) => self.TryUnpackZstd(from, to)),
        _ => throw new InvalidDataException($"codec {bits} is none of Kafka's"),
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_zstd != 0)
        {
            _ = ZstdNative.FreeDecompressor(_zstd);
            _zstd = 0;
        }
    }

    private delegate int Unpacker(BatchDecompressor self, ReadOnlySpan<byte> packed, Span<byte> plain);

    private int Needing(string library, ReadOnlySpan<byte> packed, Span<byte> plain, Unpacker unpack)
    {
        try
        {
            return unpack(this, packed, plain);
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException or TypeInitializationException)
        {
            throw NativeCodecs.Missing(library, missing);
        }
    }

    private int TryUnpackZstd(ReadOnlySpan<byte> packed, Span<byte> plain)
    {
        if (_zstd == 0 && (_zstd = ZstdNative.CreateDecompressor()) == 0)
        {
            throw new OutOfMemoryException("libzstd could not allocate a context");
        }

        fixed (byte* from = packed)
        fixed (byte* to = plain)
        {
            var result = ZstdNative.DecompressWhole(_zstd, to, (nuint)plain.Length, from, (nuint)packed.Length);
            return ZstdNative.IsError(result) == 0 ? (int)result
                : ZstdNative.ErrorCode(result) == ZstdNative.ErrorTargetTooSmall ? TooSmall
                : throw new InvalidDataException($"zstd: {ZstdNative.Describe(result)}");
        }
    }

    private static int TryUnpackGzip(ReadOnlySpan<byte> packed, Span<byte> plain)
    {
        fixed (byte* from = packed)
        {
            using var source = new GZipStream(new UnmanagedMemoryStream(from, packed.Length), CompressionMode.Decompress);
            var written = source.ReadAtLeast(plain, plain.Length, throwOnEndOfStream: false);
            return written < plain.Length || source.ReadByte() < 0 ? written : TooSmall;
        }
    }
}
