using System.Runtime.CompilerServices;

namespace KafkaRestore.Engine.OffsetMaps.Format;

/// <summary>
/// A run as bytes, relative to the end of the run before it. First byte: bit 0 a target gap follows, bit 1 a length follows, bits 2-6 the
/// lowest bits of the source gap, bit 7 more of them follow. Then, where present, the rest of the source gap, the target gap - 1 and the
/// length - 2, each in groups of seven bits, lowest first, bit 7 set on all but the last. A lone record of a compacted topic is one byte.
/// </summary>
internal static class RunEncoding
{
    /// <summary>No run needs more bytes.</summary>
    public const int MaxBytes = 28;

    private const byte More = 0x80;
    private const byte HasTargetGap = 1;
    private const byte HasLength = 2;
    private const int GapShift = 2;
    private const int GapBits = 5;
    private const int MaxGroups = 9;

    /// <summary>Writes a run; returns the bytes used.</summary>
    /// <param name="destination">At least <see cref="MaxBytes"/> bytes.</param>
    /// <param name="sourceGap">Source offsets left out before it, 0 or more.</param>
    /// <param name="targetGap">Target offsets left out before it, 0 or more.</param>
    /// <param name="length">Records, 1 or more.</param>
    public static int Write(Span<byte> destination, long sourceGap, long targetGap, long length)
    {
        var first = (int)(sourceGap & ((1 << GapBits) - 1)) << GapShift;
        var rest = sourceGap >> GapBits;
        first |= (targetGap == 0 ? 0 : HasTargetGap) | (length == 1 ? 0 : HasLength) | (rest == 0 ? 0 : More);
        destination[0] = (byte)first;
        var position = 1;
        if (rest != 0)
        {
            position = WriteNumber(destination, position, rest);
        }

        if (targetGap != 0)
        {
            position = WriteNumber(destination, position, targetGap - 1);
        }

        return length == 1 ? position : WriteNumber(destination, position, length - 2);
    }

    /// <summary>Reads a run from <paramref name="position"/> on and moves it behind; false when the bytes are no run.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // see RunCursor
    public static bool TryRead(ReadOnlySpan<byte> source, ref int position, out long sourceGap, out long targetGap, out long length)
    {
        sourceGap = targetGap = 0;
        length = 1;
        if ((uint)position >= (uint)source.Length)
        {
            return false;
        }

        int first = source[position++];
        sourceGap = (first >> GapShift) & ((1 << GapBits) - 1);
        if ((first & More) != 0)
        {
            if (!TryReadNumber(source, ref position, out var rest) || rest > long.MaxValue >> GapBits)
            {
                return false;
            }

            sourceGap |= rest << GapBits;
        }

        if ((first & HasTargetGap) != 0)
        {
            if (!TryReadNumber(source, ref position, out targetGap) || targetGap == long.MaxValue)
            {
                return false;
            }

            targetGap++;
        }

        if ((first & HasLength) != 0)
        {
            if (!TryReadNumber(source, ref position, out length) || length > long.MaxValue - 2)
            {
                return false;
            }

            length += 2;
        }

        return true;
    }

    private static int WriteNumber(Span<byte> destination, int position, long value)
    {
        while (value >= More)
        {
            destination[position++] = (byte)(value | More);
            value >>= 7;
        }

        destination[position++] = (byte)value;
        return position;
    }

    private static bool TryReadNumber(ReadOnlySpan<byte> source, ref int position, out long value)
    {
        value = 0;
        for (var shift = 0; shift < MaxGroups * 7; shift += 7)
        {
            if ((uint)position >= (uint)source.Length)
            {
                return false;
            }

            var group = source[position++];
            value |= (long)(group & ~More) << shift;
            if (group < More)
            {
                return true;
            }
        }

        return false;
    }
}
