using System.Runtime.InteropServices;

namespace KafkaRestore.Records.Compression;

/// <summary>The functions of libzstd that are used (zstd.h, stable section).</summary>
internal static unsafe partial class ZstdNative
{
    public const int WindowLogMaxParameter = 100;
    public const int CompressionLevelParameter = 100;
    public const int WindowLogParameter = 101;
    public const int ContinueFrame = 0;
    public const int EndFrame = 2;
    public const int ResetSession = 1;
    public const int ErrorTargetTooSmall = 70;

    static ZstdNative() => NativeCodecs.EnsureRegistered();

    [LibraryImport(NativeCodecs.Zstd, EntryPoint = "ZSTD_createDCtx")]
    public static partial nint CreateDecompressor();

    [LibraryImport(NativeCodecs.Zstd, EntryPoint = "ZSTD_freeDCtx")]
    public static partial nuint FreeDecompressor(nint context);

    [LibraryImport(NativeCodecs.Zstd, EntryPoint = "ZSTD_DCtx_setParameter")]
    public static partial nuint SetDecompressorParameter(nint context, int parameter, int value);

    [LibraryImport(NativeCodecs.Zstd, EntryPoint = "ZSTD_decompressStream")]
    public static partial nuint Decompress(nint context, Buffer* output, Buffer* input);

    /// <summary>Unpacks all frames at once, straight into the target: no window is kept.</summary>
    [LibraryImport(NativeCodecs.Zstd, EntryPoint = "ZSTD_decompressDCtx")]
    public static partial nuint DecompressWhole(nint context, void* output, nuint capacity, void* input, nuint size);

    [LibraryImport(NativeCodecs.Zstd, EntryPoint = "ZSTD_getErrorCode")]
    public static partial int ErrorCode(nuint result);

    [LibraryImport(NativeCodecs.Zstd, EntryPoint = "ZSTD_createCCtx")]
    public static partial nint CreateCompressor();

    [LibraryImport(NativeCodecs.Zstd, EntryPoint = "ZSTD_freeCCtx")]
    public static partial nuint FreeCompressor(nint context);

    [LibraryImport(NativeCodecs.Zstd, EntryPoint = "ZSTD_sizeof_CCtx")]
    public static partial nuint SizeOfCompressor(nint context);

    [LibraryImport(NativeCodecs.Zstd, EntryPoint = "ZSTD_CCtx_setParameter")]
    public static partial nuint SetCompressorParameter(nint context, int parameter, int value);

    [LibraryImport(NativeCodecs.Zstd, EntryPoint = "ZSTD_CCtx_reset")]
    public static partial nuint ResetCompressor(nint context, int directive);

    [LibraryImport(NativeCodecs.Zstd, EntryPoint = "ZSTD_compressStream2")]
    public static partial nuint Compress(nint context, Buffer* output, Buffer* input, int directive);

    [LibraryImport(NativeCodecs.Zstd, EntryPoint = "ZSTD_compressBound")]
    public static partial nuint CompressBound(nuint size);

    [LibraryImport(NativeCodecs.Zstd, EntryPoint = "ZSTD_isError")]
    public static partial uint IsError(nuint result);

    [LibraryImport(NativeCodecs.Zstd, EntryPoint = "ZSTD_getErrorName")]
    public static partial nint ErrorName(nuint result);

    /// <summary>The library's text for an error.</summary>
    public static string Describe(nuint result) => Marshal.PtrToStringUTF8(ErrorName(result)) ?? "unknown error";

    /// <summary>ZSTD_inBuffer and ZSTD_outBuffer: the same three fields.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Buffer
    {
        public void* Memory;
        public nuint Size;
        public nuint Position;
    }
}
