using System.Runtime.InteropServices;

namespace KafkaRestore.Kafka.Tests.Batches;

/// <summary>libzstd's one-call decoder, bound apart from the bindings under test.</summary>
internal static unsafe class NativeZstd
{
    private static readonly nint Library = Load();

    public static byte[] Decompress(ReadOnlySpan<byte> packed, int capacity)
    {
        var decompress = (delegate* unmanaged<byte*, nuint, byte*, nuint, nuint>)NativeLibrary.GetExport(Library, "ZSTD_decompress");
        var plain = new byte[capacity];
        fixed (byte* from = packed)
        fixed (byte* to = plain)
        {
            var length = decompress(to, (nuint)plain.Length, from, (nuint)packed.Length);
            Assert.True(length <= (nuint)plain.Length, "libzstd refused the frame");
            return plain[..(int)length];
        }
    }

    private static nint Load()
    {
        string[] candidates = ["libzstd.so.1", "libzstd.1.dylib", "/opt/homebrew/lib/libzstd.1.dylib", "libzstd.dll"];
        foreach (var candidate in candidates)
        {
            if (NativeLibrary.TryLoad(candidate, out var handle))
            {
                return handle;
            }
        }

        throw new DllNotFoundException("libzstd");
    }
}
