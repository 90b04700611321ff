using System.Numerics;
using System.Runtime.CompilerServices;

namespace KafkaRestore.Kafka.Batches;

/// <summary>Numbers of variable length as record batches have them: zig-zag, seven bits to a byte, the lowest first.</summary>
internal static unsafe class VarInt
{
    /// <summary>The longest that a number can get, in bytes.</summary>
    public const int Longest = 10;

    /// <summary>Bytes that <paramref name="value"/> takes, 1 to 10.</summary>
    public static int SizeOf(long value) => (BitOperations.Log2(ZigZag(value) | 1) / 7) + 1;

    /// <summary>Writes <paramref name="value"/> and gives the place after it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* Write(byte* target, long value)
    {
        var rest = ZigZag(value);
        while (rest >= 0x80)
        {
            *target++ = (byte)(rest | 0x80);
            rest >>= 7;
        }

        *target++ = (byte)rest;
        return target;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));
}
