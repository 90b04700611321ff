using System.Buffers.Binary;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ArmCrc32 = System.Runtime.Intrinsics.Arm.Crc32;

namespace KafkaRestore.Records.Hashing;

/// <summary>
/// CRC-32/ISO-HDLC (polynomial 0xEDB88320 reflected, initial value and final XOR all ones), the checksum of archive segments.
/// Fed piece by piece; <see cref="Value"/> may be read at any time.
/// </summary>
/// <remarks>
/// Uses carry-less multiplication on x86, the CRC instructions on Arm, tables elsewhere.
/// </remarks>
public struct Crc32
{
    private static readonly ReflectedCrc Shared = new(0xEDB88320, Vector128.Create(0x154442bd4UL, 0x1c6e41596UL), Vector128.Create(0x1751997d0UL, 0x0ccaa009eUL));

    private uint _state;
    private bool _started;

    /// <summary>The checksum of all bytes so far.</summary>
    public readonly uint Value => _started ? ~_state : 0;

    /// <summary>The checksum of <paramref name="bytes"/>.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = default(Crc32);
        crc.Append(bytes);
        return crc.Value;
    }

    /// <summary>Goes on with <paramref name="bytes"/>.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (!_started)
        {
            _state = uint.MaxValue;
            _started = true;
        }

        _state = ArmCrc32.Arm64.IsSupported ? UpdateArm(_state, bytes)
            : Pclmulqdq.IsSupported && bytes.Length >= ReflectedCrc.FoldedAtLeast ? UpdateByFolding(_state, bytes)
            : UpdateByTables(_state, bytes);
    }

    internal static uint UpdateByTables(uint state, ReadOnlySpan<byte> bytes) => Shared.UpdateByTables(state, bytes);

    /// <summary>Folds, and finishes the last 16 bytes by table.</summary>
    internal static uint UpdateByFolding(uint state, ReadOnlySpan<byte> bytes)
    {
        Span<byte> folded = stackalloc byte[16];
        Shared.Fold(state, ref bytes).AsByte().CopyTo(folded);
        return UpdateByTables(UpdateByTables(0, folded), bytes);
    }

    private static uint UpdateArm(uint state, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= 8)
        {
            state = ArmCrc32.Arm64.ComputeCrc32(state, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        foreach (var b in bytes)
        {
            state = ArmCrc32.ComputeCrc32(state, b);
        }

        return state;
    }
}
