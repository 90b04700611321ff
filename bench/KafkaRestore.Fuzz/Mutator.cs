using System.Buffers.Binary;

namespace KafkaRestore.Fuzz;

/// <summary>Damages bytes in the ways that find holes in parsers of lengths and counts.</summary>
internal static class Mutator
{
    private static readonly long[] s_numbers =
    [
        0, 1, 2, 3, 4, 20, 25, 26, 27, 255, 256, 65_535, 65_536, int.MaxValue, int.MaxValue - 3, int.MinValue, uint.MaxValue, -1, -2, -26,
        long.MaxValue, long.MinValue, 1L << 32, 1L << 40,
    ];

    /// <summary>Does one to five things to a copy of <paramref name="original"/>.</summary>
    /// <param name="random">What decides.</param>
    /// <param name="original">Whole bytes.</param>
    /// <param name="other">Other bytes, to splice from.</param>
    /// <param name="from">Where damage may begin.</param>
    public static byte[] Mutate(Random random, byte[] original, byte[] other, int from = 0)
    {
        var bytes = (byte[])original.Clone();
        for (var times = random.Next(1, 6); times > 0; times--)
        {
            if (bytes.Length <= from)
            {
                break;
            }

            bytes = Once(random, bytes, other, from);
        }

        return bytes;
    }

    private static byte[] Once(Random random, byte[] bytes, byte[] other, int from)
    {
        var at = random.Next(from, bytes.Length);
        switch (random.Next(10))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1:
                bytes[at] = (byte)s_numbers[random.Next(s_numbers.Length)];
                return bytes;
            case 2:
                return bytes[..at];
            case 3:
                var until = random.Next(at, bytes.Length) + 1;
                return [.. bytes[..at], .. bytes[until..]];
            case 4:
                var start = random.Next(other.Length + 1);
                var end = random.Next(start, Math.Min(other.Length, start + 2000) + 1);
                return [.. bytes[..at], .. other[start..end], .. bytes[(random.Next(2) == 0 ? at : Math.Min(bytes.Length, at + end - start))..]];
            case 5:
                var repeated = bytes[at..Math.Min(bytes.Length, at + random.Next(1, 200))];
                return [.. bytes[..at], .. repeated, .. bytes[at..]];
            default:
                WriteNumber(random, bytes, at);
                return bytes;
        }
    }

    /// <summary>Puts a number that means trouble where a length, count or offset may stand, or moves the one that stands there.</summary>
    private static void WriteNumber(Random random, byte[] bytes, int at)
    {
        var number = s_numbers[random.Next(s_numbers.Length)];
        var room = bytes.AsSpan(at);
        switch (random.Next(4))
        {
            case 0 when room.Length >= 2:
                BinaryPrimitives.WriteUInt16LittleEndian(room, (ushort)number);
                break;
            case 1 when room.Length >= 4:
                BinaryPrimitives.WriteInt32LittleEndian(room, (int)number);
                break;
            case 2 when room.Length >= 8:
                BinaryPrimitives.WriteInt64LittleEndian(room, number);
                break;
            case 3 when room.Length >= 4:
                BinaryPrimitives.WriteInt32LittleEndian(room, BinaryPrimitives.ReadInt32LittleEndian(room) + random.Next(-3, 4));
                break;
            default:
                room[0]++;
                break;
        }
    }
}
