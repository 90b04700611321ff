using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KafkaRestore.Kafka.Batches;

/// <summary>
/// Turns records in the archive's layout (see <see cref="Records.Layout.RecordView"/>) into records of a batch (magic 2), on raw memory.
/// </summary>
/// <remarks>Lengths inside a record are compared with its end before anything is copied, so even an unchecked record does no harm.</remarks>
internal static unsafe class RecordTranscoder
{
    /// <summary>Bytes of a record before its key's length: length prefix, timestamp and offset.</summary>
    public const int KeyLengthAt = 20;

    /// <summary>Largest record, in the archive's layout, that <see cref="TryTranscode"/> takes. It never becomes longer.</summary>
    public const int MostFast = 64 << 10;

    /// <summary>Copies may read and write so many bytes beyond what they copy: both memories must go on so far.</summary>
    public const int Overrun = 32;

    /// <summary>Length of a record in the archive's layout, prefix included.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long LengthOf(byte* record) => 4L + ReadUInt32(record);

    /// <summary>The record's timestamp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long TimestampOf(byte* record) => ReadInt64(record + 4);

    /// <summary>The record's source offset.</summary>
    public static long OffsetOf(byte* record) => ReadInt64(record + 12);

    /// <summary>Length of the record's body in a batch: all but its length prefix.</summary>
    /// <returns>Bytes; -1 when the lengths inside contradict each other.</returns>
    public static long SizeOfBody(byte* record, byte* end, long timestampDelta, int offsetDelta)
    {
        var source = record + KeyLengthAt;
        long size = 1 + VarInt.SizeOf(timestampDelta) + VarInt.SizeOf(offsetDelta);
        for (var part = 0; part < 2; part++)
        {
            if (end - source < 4 || ReadInt32(source) > end - source - 4)
            {
                return -1;
            }

            size += SizeOfNullable(ref source);
        }

        if (end - source < 2)
        {
            return -1;
        }

        int headers = ReadUInt16(source);
        source += 2;
        size += VarInt.SizeOf(headers);
        for (; headers > 0; headers--)
        {
            if (end - source < 6 || ReadUInt16(source) > end - source - 6)
            {
                return -1;
            }

            int keyLength = ReadUInt16(source);
            source += 2 + keyLength;
            size += VarInt.SizeOf(keyLength) + keyLength;
            if (ReadInt32(source) > end - source - 4)
            {
                return -1;
            }

            size += SizeOfNullable(ref source);
        }

        return source == end ? size : -1;
    }

    /// <summary>
    /// Writes the record of at most <see cref="MostFast"/> bytes between <paramref name="record"/> and <paramref name="end"/>.
    /// </summary>
    /// <returns>Bytes written, the length prefix included; -1 when the lengths inside contradict each other.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int TryTranscode(byte* record, byte* end, byte* target, long timestampDelta, int offsetDelta)
    {
        // The body's length is known when it is written: room is left for the length that it will most probably have.
        var estimate = (int)(end - record) - 22;
        var prefix = estimate < 0x40 ? 1 : estimate < 0x2000 ? 2 : 3;
        var body = target + prefix;
        var to = body;
        *to++ = 0;
        to = VarInt.Write(to, timestampDelta);
        to = VarInt.Write(to, offsetDelta);
        var source = record + KeyLengthAt;
        if (!TryCopyNullable(ref source, end, ref to) || !TryCopyNullable(ref source, end, ref to) || end - source < 2)
        {
            return -1;
        }

        int headers = ReadUInt16(source);
        source += 2;
        to = VarInt.Write(to, headers);
        for (; headers > 0; headers--)
        {
            if (end - source < 6 || ReadUInt16(source) > end - source - 6)
            {
                return -1;
            }

            int keyLength = ReadUInt16(source);
            to = VarInt.Write(to, keyLength);
            Copy(to, source + 2, keyLength);
            to += keyLength;
            source += 2 + keyLength;
            if (!TryCopyNullable(ref source, end, ref to))
            {
                return -1;
            }
        }

        if (source != end)
        {
            return -1;
        }

        var size = (int)(to - body);
        if (VarInt.SizeOf(size) != prefix)
        {
            prefix = VarInt.SizeOf(size);
            Buffer.MemoryCopy(body, target + prefix, size, size);
        }

        VarInt.Write(target, size);
        return prefix + size;
    }

    public static int ReadInt32(byte* at) => BitConverter.IsLittleEndian ? Unsafe.ReadUnaligned<int>(at) : BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<int>(at));

    public static ushort ReadUInt16(byte* at) => BitConverter.IsLittleEndian ? Unsafe.ReadUnaligned<ushort>(at) : BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<ushort>(at));

    private static uint ReadUInt32(byte* at) => (uint)ReadInt32(at);

    private static long ReadInt64(byte* at) => BitConverter.IsLittleEndian ? Unsafe.ReadUnaligned<long>(at) : BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<long>(at));

    private static long SizeOfNullable(ref byte* source)
    {
        var length = ReadInt32(source);
        var bytes = Math.Max(length, 0);
        source += 4 + bytes;
        return VarInt.SizeOf(Math.Max(length, -1)) + (long)bytes;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryCopyNullable(ref byte* source, byte* end, ref byte* to)
    {
        if (end - source < 4)
        {
            return false;
        }

        var length = ReadInt32(source);
        source += 4;
        if (length < 0)
        {
            *to++ = 1; // -1, null
            return true;
        }

        if (length > end - source)
        {
            return false;
        }

        to = VarInt.Write(to, length);
        Copy(to, source, length);
        source += length;
        to += length;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(byte* to, byte* from, int length)
    {
        Vector256.Store(Vector256.Load(from), to);
        if (length > 32)
        {
            CopyRest(to, from, length);
        }
    }

    private static void CopyRest(byte* to, byte* from, int length)
    {
        if (length > 512)
        {
            Buffer.MemoryCopy(from, to, length, length);
            return;
        }

        for (var at = 32; at < length; at += 32)
        {
            Vector256.Store(Vector256.Load(from + at), to + at);
        }
    }
}
