using System.Buffers.Binary;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Records.Compression;

namespace KafkaRestore.Archive.Compression;

/// <summary>Packs a segment's payload for writing (archive format, section 4.5).</summary>
internal static unsafe class PayloadEncoder
{
    /// <summary>Packs <paramref name="payload"/> behind <paramref name="headRoom"/> free bytes and before <paramref name="tailRoom"/> free ones.</summary>
    public static byte[] Encode(ReadOnlySpan<byte> payload, SegmentCompression compression, int zstdLevel, int headRoom, int tailRoom)
    {
        try
        {
            return compression switch
            {
                SegmentCompression.Zstd => Zstd(payload, zstdLevel, headRoom, tailRoom),
                SegmentCompression.Lz4 => Lz4(payload, headRoom, tailRoom),
                _ => Stored(payload, headRoom, tailRoom),
            };
        }
        catch (Exception missing) when (missing is DllNotFoundException or TypeInitializationException)
        {
            throw NativeCodecs.Missing(compression == SegmentCompression.Zstd ? NativeCodecs.Zstd : NativeCodecs.Lz4, missing);
        }
    }

    private static byte[] Stored(ReadOnlySpan<byte> payload, int headRoom, int tailRoom)
    {
        var result = new byte[headRoom + payload.Length + tailRoom];
        payload.CopyTo(result.AsSpan(headRoom));
        return result;
    }

    private static byte[] Lz4(ReadOnlySpan<byte> payload, int headRoom, int tailRoom)
    {
        var result = new byte[headRoom + 4 + Lz4Native.CompressBound(payload.Length) + tailRoom];
        BinaryPrimitives.WriteUInt32LittleEndian(result.AsSpan(headRoom), (uint)payload.Length);
        int packed;
        fixed (byte* from = payload)
        fixed (byte* to = &result[headRoom + 4])
        {
            // An empty span pins to null, which the library reads as an error.
            var nothing = default(byte);
            packed = Lz4Native.Compress(payload.IsEmpty ? &nothing : from, to, payload.Length, result.Length - headRoom - 4 - tailRoom);
        }

        return packed > 0
            ? result[..(headRoom + 4 + packed + tailRoom)]
            : throw new InvalidOperationException($"lz4 could not pack {payload.Length} bytes");
    }

    private static byte[] Zstd(ReadOnlySpan<byte> payload, int level, int headRoom, int tailRoom)
    {
        var context = ZstdNative.CreateCompressor();
        try
        {
            // The stream call without a pledged size writes what existing archives hold: one frame, no content size, no checksum.
            Check(ZstdNative.SetCompressorParameter(context, ZstdNative.CompressionLevelParameter, level));
            var result = new byte[headRoom + (int)ZstdNative.CompressBound((nuint)payload.Length) + 64 + tailRoom];
            fixed (byte* from = payload)
            fixed (byte* to = &result[headRoom])
            {
                var source = new ZstdNative.Buffer { Memory = from, Size = (nuint)payload.Length };
                var target = new ZstdNative.Buffer { Memory = to, Size = (nuint)(result.Length - headRoom - tailRoom) };
                Check(ZstdNative.Compress(context, &target, &source, 0));
                if (Check(ZstdNative.Compress(context, &target, &source, ZstdNative.EndFrame)) != 0)
                {
                    throw new InvalidOperationException("zstd did not finish the frame in the room that it asked for");
                }

                return result[..(headRoom + (int)target.Position + tailRoom)];
            }
        }
        finally
        {
            _ = ZstdNative.FreeCompressor(context);
        }
    }

    private static nuint Check(nuint result) =>
        ZstdNative.IsError(result) == 0 ? result : throw new InvalidOperationException($"zstd: {ZstdNative.Describe(result)}");
}
