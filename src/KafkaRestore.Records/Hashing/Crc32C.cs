using System.Buffers.Binary;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ArmCrc32 = System.Runtime.Intrinsics.Arm.Crc32;

namespace KafkaRestore.Records.Hashing;

/// <summary>
/// CRC-32C (Castagnoli polynomial 0x82F63B78 reflected, initial value and final XOR all ones; RFC 3720), the checksum of record batches.
/// Fed piece by piece; <see cref="Value"/> may be read at any time.
/// </summary>
/// <remarks>
/// Uses carry-less multiplication and the CRC instruction on x86, the CRC instructions on Arm, tables elsewhere.
/// </remarks>
public struct Crc32C
{
    private static readonly ReflectedCrc Shared = new(0x82F63B78, Vector128.Create(0x740eef02UL, 0x9e4addf8UL), Vector128.Create(0xf20c0dfeUL, 0x14cd00bd6UL));

    private uint _state;
    private bool _started;

    /// <summary>The checksum of all bytes so far.</summary>
    public readonly uint Value => _started ? ~_state : 0;

    /// <summary>The checksum of <paramref name="bytes"/>.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = default(Crc32C);
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
            : !Sse42.X64.IsSupported ? UpdateByTables(_state, bytes)
            : Pclmulqdq.IsSupported && bytes.Length >= ReflectedCrc.FoldedAtLeast ? UpdateByFolding(_state, bytes)
            : UpdateByInstruction(_state, bytes);
    }

    internal static uint UpdateByTables(uint state, ReadOnlySpan<byte> bytes) => Shared.UpdateByTables(state, bytes);

    internal static uint UpdateByInstruction(uint state, ReadOnlySpan<byte> bytes)
    {
        ulong wide = state;
        while (bytes.Length >= 8)
        {
            wide = Sse42.X64.Crc32(wide, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        state = (uint)wide;
        foreach (var b in bytes)
        {
            state = Sse42.Crc32(state, b);
        }

        return state;
    }

    /// <summary>Folds, and finishes with the CRC instruction.</summary>
    internal static uint UpdateByFolding(uint state, ReadOnlySpan<byte> bytes)
    {
        var lane = Shared.Fold(state, ref bytes);
        var folded = Sse42.X64.Crc32(Sse42.X64.Crc32(0, lane.ToScalar()), lane.GetElement(1));
        return UpdateByInstruction((uint)folded, bytes);
    }

    private static uint UpdateArm(uint state, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= 8)
        {
            state = ArmCrc32.Arm64.ComputeCrc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        foreach (var b in bytes)
        {
            state = ArmCrc32.ComputeCrc32C(state, b);
        }

        return state;
    }
}
