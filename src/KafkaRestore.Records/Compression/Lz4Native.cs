using System.Runtime.InteropServices;

namespace KafkaRestore.Records.Compression;

/// <summary>The functions of liblz4 that are used (lz4.h).</summary>
internal static unsafe partial class Lz4Native
{
    static Lz4Native() => NativeCodecs.EnsureRegistered();

    [LibraryImport(NativeCodecs.Lz4, EntryPoint = "LZ4_compressBound")]
    public static partial int CompressBound(int size);

    [LibraryImport(NativeCodecs.Lz4, EntryPoint = "LZ4_compress_default")]
    public static partial int Compress(byte* source, byte* destination, int size, int capacity);

    [LibraryImport(NativeCodecs.Lz4, EntryPoint = "LZ4_sizeofState")]
    public static partial int SizeOfState();

    /// <summary>Packs a block with a state that the caller keeps; 0 when it does not fit into <paramref name="capacity"/>.</summary>
    [LibraryImport(NativeCodecs.Lz4, EntryPoint = "LZ4_compress_fast_extState")]
    public static partial int CompressFast(void* state, byte* source, byte* destination, int size, int capacity, int acceleration);

    /// <summary>Unpacks a block; negative when it is malformed or does not fit into <paramref name="capacity"/>.</summary>
    [LibraryImport(NativeCodecs.Lz4, EntryPoint = "LZ4_decompress_safe")]
    public static partial int Decompress(byte* source, byte* destination, int size, int capacity);

    /// <summary>As <see cref="Decompress"/>, for a block that may refer to the <paramref name="dictionarySize"/> bytes before it.</summary>
    [LibraryImport(NativeCodecs.Lz4, EntryPoint = "LZ4_decompress_safe_usingDict")]
    public static partial int DecompressLinked(byte* source, byte* destination, int size, int capacity, byte* dictionary, int dictionarySize);
}
