using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace KafkaRestore.Archive.Compression;

/// <summary>
/// Whole sequences at a time, while input and window are far from their ends. Whatever is unusual (a length that runs on, a wrong offset, too
/// much output) is left untouched for the careful steps, which wait or say what is wrong.
/// </summary>
internal sealed partial class Lz4BlockDecoder
{
    // Copies go in steps of 16 bytes and may write up to 31 bytes too far; nothing is read or written beyond this margin.
    private const int Margin = 32;

    /// <summary>Decodes as many whole sequences as can be; false when it could not do even one.</summary>
    private bool DecodeFast(ref ReadOnlySpan<byte> input)
    {
        var room = (int)Math.Min(_window.Capacity - _produced, _declared - _total);
        if (input.Length < 2 * Margin || room < 2 * Margin)
        {
            return false;
        }

        var window = _window.GetSpan();
        ref var source = ref MemoryMarshal.GetReference(input);
        ref var target = ref MemoryMarshal.GetReference(window);
        nint read = 0, sourceEnd = input.Length - Margin;
        nint write = _produced, start = _produced, targetEnd = Math.Min(_produced + room, _window.Capacity - Margin);
        while (read < sourceEnd && write < targetEnd)
        {
            var at = read;
            int token = Unsafe.Add(ref source, at++);
            nint literals = token >> 4;
            if (literals == 15 && !TryLengthen(ref source, ref at, sourceEnd, ref literals))
            {
                break;
            }

            if (at + literals > sourceEnd || write + literals > targetEnd)
            {
                break;
            }

            ref var from = ref Unsafe.Add(ref source, at);
            ref var to = ref Unsafe.Add(ref target, write);
            Copy16(ref from, ref to);
            for (nint copied = 16; copied < literals; copied += 16)
            {
                Copy16(ref Unsafe.Add(ref from, copied), ref Unsafe.Add(ref to, copied));
            }

            at += literals;
            nint offset = Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref source, at));
            if (!BitConverter.IsLittleEndian)
            {
                offset = System.Buffers.Binary.BinaryPrimitives.ReverseEndianness((ushort)offset);
            }

            at += 2;
            nint match = token & 15;
            if (match == 15 && !TryLengthen(ref source, ref at, sourceEnd, ref match))
            {
                break;
            }

            match += 4;
            var end = write + literals;
            if (offset == 0 || offset > end || offset > Math.Min(_total + (end - start), History - 1) || match > targetEnd - end)
            {
                break;
            }

            CopyMatch(ref Unsafe.Add(ref target, end), offset, match);
            read = at;
            write = end + match;
        }

        if (read == 0)
        {
            return false;
        }

        input = input[(int)read..];
        Produced((int)(write - start));
        return true;
    }

    /// <summary>Adds the bytes by which a length of 15 goes on; false when they come near the end of the input.</summary>
    private static bool TryLengthen(ref byte source, ref nint at, nint end, ref nint length)
    {
        byte more;
        do
        {
            if (at >= end)
            {
                return false;
            }

            more = Unsafe.Add(ref source, at++);
            length += more;
        }
        while (more == 255);

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy16(ref byte from, ref byte to) => Vector128.LoadUnsafe(ref from).StoreUnsafe(ref to);

    /// <summary>Repeats what stands <paramref name="offset"/> bytes before <paramref name="to"/>; the two may overlap.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyMatch(ref byte to, nint offset, nint length)
    {
        ref var from = ref Unsafe.Subtract(ref to, offset);
        nint copied = 0;
        if (offset < 16)
        {
            // Byte by byte until the distance, a multiple of the offset, is wide enough for whole steps.
            for (; copied < 16; copied++)
            {
                Unsafe.Add(ref to, copied) = Unsafe.Add(ref from, copied);
            }

            var distance = offset * ((15 + offset) / offset);
            from = ref Unsafe.Subtract(ref to, distance);
        }

        for (; copied < length; copied += 16)
        {
            Copy16(ref Unsafe.Add(ref from, copied), ref Unsafe.Add(ref to, copied));
        }
    }
}
