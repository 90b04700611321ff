using System.Runtime.InteropServices;

namespace KafkaRestore.Records.Compression;

/// <summary>The functions of liblz4 that writing needs (lz4.h).</summary>
internal static unsafe partial class Lz4Native
{
    static Lz4Native() => NativeCodecs.EnsureRegistered();

    [LibraryImport(NativeCodecs.Lz4, EntryPoint = "LZ4_compressBound")]
    public static partial int CompressBound(int size);

    [LibraryImport(NativeCodecs.Lz4, EntryPoint = "LZ4_compress_default")]
    public static partial int Compress(byte* source, byte* destination, int size, int capacity);
}
