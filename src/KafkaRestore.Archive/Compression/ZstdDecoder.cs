using System.Runtime.InteropServices;
using KafkaRestore.Records.Compression;

namespace KafkaRestore.Archive.Compression;

/// <summary>
/// A payload of one or more concatenated zstd frames (RFC 8878), windows up to <see cref="MaxWindowLog"/>.
/// </summary>
internal sealed unsafe class ZstdDecoder : PayloadDecoder
{
    /// <summary>The largest window: 2^27 bytes, what level 22 writes.</summary>
    public const int MaxWindowLog = 27;

    private readonly nint _context;
    private bool _betweenFrames = true;
    private bool _disposed;

    /// <summary>Creates the native context; its window is allocated when a frame names it.</summary>
    public ZstdDecoder()
    {
        try
        {
            _context = ZstdNative.CreateDecompressor();
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException or TypeInitializationException)
        {
            throw NativeCodecs.Missing(NativeCodecs.Zstd, missing);
        }

        if (_context == 0)
        {
            throw new OutOfMemoryException("libzstd could not allocate a context");
        }

        ZstdNative.SetDecompressorParameter(_context, ZstdNative.WindowLogMaxParameter, MaxWindowLog);
    }

    /// <inheritdoc/>
    public override bool IsComplete => _betweenFrames;

    /// <inheritdoc/>
    public override void Decode(ReadOnlySpan<byte> input, Span<byte> output, out int consumed, out int written)
    {
        fixed (byte* from = input)
        fixed (byte* to = output)
        {
            var source = new ZstdNative.Buffer { Memory = from, Size = (nuint)input.Length };
            var target = new ZstdNative.Buffer { Memory = to, Size = (nuint)output.Length };
            while (target.Position < target.Size)
            {
                if (_betweenFrames && source.Position == source.Size)
                {
                    break;
                }

                var before = (source.Position, target.Position);
                var result = ZstdNative.Decompress(_context, &target, &source);
                if (ZstdNative.IsError(result) != 0)
                {
                    throw new InvalidDataException($"zstd: {ZstdNative.Describe(result)}");
                }

                _betweenFrames = result == 0;
                if ((source.Position, target.Position) == before)
                {
                    break;
                }
            }

            consumed = (int)source.Position;
            written = (int)target.Position;
        }
    }

    /// <summary>
    /// The native memory that decoding a frame takes, from its first bytes: window and two blocks.
    /// </summary>
    /// <param name="start">The first bytes of the payload; 18 suffice.</param>
    /// <returns>Bytes; the least when the start is no zstd frame (decoding will say so).</returns>
    public static long MemoryFor(ReadOnlySpan<byte> start)
    {
        const long Fixed = 512 << 10;
        if (start.Length < 6 || !start[..4].SequenceEqual((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD]))
        {
            return Fixed;
        }

        var descriptor = start[4];
        var singleSegment = (descriptor & 0x20) != 0;
        long window;
        if (singleSegment)
        {
            var dictionaryIdSize = (descriptor & 3) switch { 0 => 0, 1 => 1, 2 => 2, _ => 4 };
            var sizeBytes = (descriptor >> 6) switch { 0 => 1, 1 => 2, 2 => 4, _ => 8 };
            if (start.Length < 5 + dictionaryIdSize + sizeBytes)
            {
                return Fixed;
            }

            var field = start.Slice(5 + dictionaryIdSize, sizeBytes);
            window = sizeBytes switch
            {
                1 => field[0],
                2 => 256 + MemoryMarshal.Read<ushort>(field),
                4 => MemoryMarshal.Read<uint>(field),
                _ => (long)Math.Min(MemoryMarshal.Read<ulong>(field), long.MaxValue / 2),
            };
        }
        else
        {
            var exponent = start[5] >> 3;
            var mantissa = start[5] & 7;
            var step = 1L << (10 + exponent);
            window = step + (step / 8 * mantissa);
        }

        return Fixed + Math.Min(window, 1L << MaxWindowLog);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _ = ZstdNative.FreeDecompressor(_context);
        }
    }
}
