using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace KafkaRestore.Records.Hashing;

/// <summary>What the bit-reflected 32-bit CRCs have in common: eight tables, and folding by carry-less multiplication.</summary>
/// <remarks>Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ", Intel 2009.</remarks>
internal sealed class ReflectedCrc
{
    /// <summary>The fewest bytes that can be folded.</summary>
    public const int FoldedAtLeast = 64;

    private readonly uint[] _tables;
    private readonly Vector128<ulong> _by512;
    private readonly Vector128<ulong> _by128;

    /// <param name="polynomial">The polynomial, bit-reflected.</param>
    /// <param name="by512">x^(512±32) modulo the polynomial, bit-reflected.</param>
    /// <param name="by128">x^(128±32) modulo the polynomial, bit-reflected.</param>
    public ReflectedCrc(uint polynomial, Vector128<ulong> by512, Vector128<ulong> by128)
    {
        _tables = BuildTables(polynomial);
        _by512 = by512;
        _by128 = by128;
    }

    /// <summary>The state behind <paramref name="bytes"/>, eight of them at a time.</summary>
    public uint UpdateByTables(uint state, ReadOnlySpan<byte> bytes)
    {
        ref var tables = ref MemoryMarshal.GetArrayDataReference(_tables);
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

    /// <summary>
    /// Folds 64 bytes at a time into four lanes, then into one: the state behind <paramref name="bytes"/> is the state behind these 16 bytes, begun at 0, and
    /// then behind those that are left in <paramref name="bytes"/> (fewer than 16).
    /// </summary>
    /// <param name="state">The state before.</param>
    /// <param name="bytes">At least <see cref="FoldedAtLeast"/> bytes.</param>
    public Vector128<ulong> Fold(uint state, ref ReadOnlySpan<byte> bytes)
    {
        var lane0 = Load(bytes, 0) ^ Vector128.CreateScalar(state).AsUInt64();
        var lane1 = Load(bytes, 16);
        var lane2 = Load(bytes, 32);
        var lane3 = Load(bytes, 48);
        bytes = bytes[64..];
        while (bytes.Length >= 64)
        {
            lane0 = Fold(lane0, _by512) ^ Load(bytes, 0);
            lane1 = Fold(lane1, _by512) ^ Load(bytes, 16);
            lane2 = Fold(lane2, _by512) ^ Load(bytes, 32);
            lane3 = Fold(lane3, _by512) ^ Load(bytes, 48);
            bytes = bytes[64..];
        }

        lane0 = Fold(lane0, _by128) ^ lane1;
        lane0 = Fold(lane0, _by128) ^ lane2;
        lane0 = Fold(lane0, _by128) ^ lane3;
        while (bytes.Length >= 16)
        {
            lane0 = Fold(lane0, _by128) ^ Load(bytes, 0);
            bytes = bytes[16..];
        }

        return lane0;
    }

    private static Vector128<ulong> Fold(Vector128<ulong> lane, Vector128<ulong> factor) =>
        Pclmulqdq.CarrylessMultiply(lane, factor, 0x00) ^ Pclmulqdq.CarrylessMultiply(lane, factor, 0x11);

    private static Vector128<ulong> Load(ReadOnlySpan<byte> bytes, int at) =>
        Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(bytes), (nuint)at).AsUInt64();

    private static uint[] BuildTables(uint polynomial)
    {
        var tables = new uint[8 * 256];
        for (var i = 0u; i < 256; i++)
        {
            var entry = i;
            for (var bit = 0; bit < 8; bit++)
            {
                entry = (entry >> 1) ^ (polynomial & (uint)-(int)(entry & 1));
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
