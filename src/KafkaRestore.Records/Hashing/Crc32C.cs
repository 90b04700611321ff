using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ArmCrc32 = System.Runtime.Intrinsics.Arm.Crc32;

namespace KafkaRestore.Records.Hashing;

/// <summary>
/// CRC-32C (Castagnoli polynomial 0x82F63B78 reflected, initial value and final XOR all ones; RFC 3720), the checksum of record batches.
/// Fed piece by piece; <see cref="Value"/> may be read at any time.
/// </summary>
/// <remarks>
/// Uses carry-less multiplication and the CRC instruction on x86 (Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ",
/// Intel 2009), the CRC instructions on Arm, tables elsewhere.
/// </remarks>
public struct Crc32C
{
    private static readonly uint[] Tables = BuildTables();

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
            : Pclmulqdq.IsSupported && bytes.Length >= 64 ? UpdateByFolding(_state, bytes)
            : UpdateByInstruction(_state, bytes);
    }

    internal static uint UpdateByTables(uint state, ReadOnlySpan<byte> bytes)
    {
        ref var tables = ref MemoryMarshal.GetArrayDataReference(Tables);
        while (bytes.Length >= 8)
        {
            var word = BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ state;
            state = Unsafe.Add(ref tables, (nint)(0x700 + (byte)word))
                ^ Unsafe.Add(ref tables, (nint)(0x600 + (byte)(word >> 8)))
                ^ Unsafe.Add(ref tables, (nint)(0x500 + (byte)(word >> 16)))
                ^ Unsafe.Add(ref tables, (nint)(0x400 + (byte)(word >> 24)))
                ^ Unsafe.Add(ref tables, (nint)(0x300 + (byte)(word >> 32)))
                ^ Unsafe.Add(ref tables, (nint)(0x200 + (byte)(word >> 40)))
                ^ Unsafe.Add(ref tables, (nint)(0x100 + (byte)(word >> 48)))
                ^ Unsafe.Add(ref tables, (nint)(byte)(word >> 56));
            bytes = bytes[8..];
        }

        foreach (var b in bytes)
        {
            state = Unsafe.Add(ref tables, (nint)(byte)(state ^ b)) ^ (state >> 8);
        }

        return state;
    }

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

    /// <summary>Folds 64 bytes at a time into four lanes, then into one, and finishes with the CRC instruction.</summary>
    internal static uint UpdateByFolding(uint state, ReadOnlySpan<byte> bytes)
    {
        // x^(512±32), x^(128±32) modulo the polynomial, bit-reflected.
        var by512 = Vector128.Create(0x740eef02UL, 0x9e4addf8UL);
        var by128 = Vector128.Create(0xf20c0dfeUL, 0x14cd00bd6UL);

        var lane0 = Load(bytes, 0) ^ Vector128.CreateScalar(state).AsUInt64();
        var lane1 = Load(bytes, 16);
        var lane2 = Load(bytes, 32);
        var lane3 = Load(bytes, 48);
        bytes = bytes[64..];
        while (bytes.Length >= 64)
        {
            lane0 = Fold(lane0, by512) ^ Load(bytes, 0);
            lane1 = Fold(lane1, by512) ^ Load(bytes, 16);
            lane2 = Fold(lane2, by512) ^ Load(bytes, 32);
            lane3 = Fold(lane3, by512) ^ Load(bytes, 48);
            bytes = bytes[64..];
        }

        lane0 = Fold(lane0, by128) ^ lane1;
        lane0 = Fold(lane0, by128) ^ lane2;
        lane0 = Fold(lane0, by128) ^ lane3;
        while (bytes.Length >= 16)
        {
            lane0 = Fold(lane0, by128) ^ Load(bytes, 0);
            bytes = bytes[16..];
        }

        var folded = Sse42.X64.Crc32(Sse42.X64.Crc32(0, lane0.ToScalar()), lane0.GetElement(1));
        return UpdateByInstruction((uint)folded, bytes);
    }

    private static Vector128<ulong> Fold(Vector128<ulong> lane, Vector128<ulong> factor) =>
        Pclmulqdq.CarrylessMultiply(lane, factor, 0x00) ^ Pclmulqdq.CarrylessMultiply(lane, factor, 0x11);

    private static Vector128<ulong> Load(ReadOnlySpan<byte> bytes, int at) =>
        Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(bytes), (nuint)at).AsUInt64();

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

    private static uint[] BuildTables()
    {
        var tables = new uint[8 * 256];
        for (var i = 0u; i < 256; i++)
        {
            var entry = i;
            for (var bit = 0; bit < 8; bit++)
            {
                entry = (entry >> 1) ^ (0x82F63B78u & (uint)-(int)(entry & 1));
            }

            tables[i] = entry;
        }

        for (var slice = 1; slice < 8; slice++)
        {
            for (var i = 0; i < 256; i++)
            {
                var before = tables[((slice - 1) * 256) + i];
                tables[(slice * 256) + i] = tables[(byte)before] ^ (before >> 8);
            }
        }

        return tables;
    }
}
