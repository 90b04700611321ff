using System.Runtime.InteropServices;

namespace KafkaRestore.Archive.KafkaBackup.Manifests;

/// <summary>A SHA-256 digest held in place, without an array of its own.</summary>
/// <param name="A">Bytes 0 to 7.</param>
/// <param name="B">Bytes 8 to 15.</param>
/// <param name="C">Bytes 16 to 23.</param>
/// <param name="D">Bytes 24 to 31.</param>
public readonly record struct Sha256Digest(ulong A, ulong B, ulong C, ulong D)
{
    /// <summary>Takes the digest from its 32 bytes.</summary>
    public static Sha256Digest From(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<Sha256Digest>(bytes[..32]);

    /// <summary>Reads 64 hexadecimal digits; false for anything else.</summary>
    public static bool TryParse(string text, out Sha256Digest digest)
    {
        Span<byte> bytes = stackalloc byte[32];
        if (text.Length == 64 && Convert.FromHexString(text, bytes, out _, out var written) == System.Buffers.OperationStatus.Done && written == 32)
        {
            digest = From(bytes);
            return true;
        }

        digest = default;
        return false;
    }

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString()
    {
        var copy = this;
        return Convert.ToHexStringLower(MemoryMarshal.AsBytes(new ReadOnlySpan<Sha256Digest>(in copy)));
    }
}
