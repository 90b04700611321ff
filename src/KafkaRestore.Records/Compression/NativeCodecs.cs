using System.Reflection;
using System.Runtime.InteropServices;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Records.Compression;

/// <summary>Finds the system's libzstd and liblz4 under the names that the platforms give them.</summary>
internal static class NativeCodecs
{
    public const string Zstd = "zstd";
    public const string Lz4 = "lz4";

    private static int _registered;

    /// <summary>Makes the names resolvable; called before the first native call of each codec.</summary>
    public static void EnsureRegistered()
    {
        if (Interlocked.Exchange(ref _registered, 1) == 0)
        {
            NativeLibrary.SetDllImportResolver(typeof(NativeCodecs).Assembly, Resolve);
        }
    }

    /// <summary>The error for a codec whose library is not installed.</summary>
    public static RestoreException Missing(string name, Exception inner) =>
        new(ErrorCodes.NativeLibraryMissing, $"lib{name} is not installed", inner: inner);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        string[] candidates = name switch
        {
            Zstd => ["libzstd.so.1", "libzstd.so", "libzstd.1.dylib", "/opt/homebrew/lib/libzstd.1.dylib", "libzstd.dll", "zstd.dll"],
            Lz4 => ["liblz4.so.1", "liblz4.so", "liblz4.1.dylib", "/opt/homebrew/lib/liblz4.1.dylib", "liblz4.dll", "lz4.dll"],
            _ => [],
        };
        foreach (var candidate in candidates)
        {
            if (NativeLibrary.TryLoad(candidate, assembly, path, out var handle))
            {
                return handle;
            }
        }

        return 0;
    }
}
