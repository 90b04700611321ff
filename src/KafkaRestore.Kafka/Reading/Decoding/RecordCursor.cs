using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Kafka.Reading.Decoding;

/// <summary>Goes through the records of an unpacked batch (magic 2) and writes each in the layout of <see cref="RecordView"/>.</summary>
/// <remarks>Brokers are not trusted: every length is compared with what is there before anything is copied.</remarks>
internal unsafe struct RecordCursor
{
    /// <summary>Copies may read and write so many bytes beyond what they copy: both memories must go on so far.</summary>
    public const int Overrun = 32;

    // What stands in both layouts apart from keys, values and headers: 6 bytes at the least in a batch, 30 in ours.
    private const int LeastBody = 6;
    private const int MostGrowth = RecordView.SmallestBody + 4 - LeastBody;

    // A header takes two bytes of lengths at the least in a batch, six in ours.
    private const int MostHeaderGrowth = 4;

    private readonly byte* _end;
    private readonly long _baseOffset;
    private readonly long _lastOffset;
    private readonly long _baseTimestamp;
    private readonly long? _appendTime;
    private byte* _at;
    private int _left;

    /// <summary>Starts before the first record.</summary>
    /// <param name="records">The plain records.</param>
    /// <param name="length">Their bytes.</param>
    /// <param name="count">How many the batch claims.</param>
    /// <param name="baseOffset">What offsets are added to.</param>
    /// <param name="lastOffset">The last offset of the batch.</param>
    /// <param name="baseTimestamp">What timestamps are added to.</param>
    /// <param name="appendTime">The timestamp of every record, where the broker gives it.</param>
    public RecordCursor(byte* records, int length, int count, long baseOffset, long lastOffset, long baseTimestamp, long? appendTime)
    {
        _at = records;
        _end = records + length;
        _left = count;
        _baseOffset = baseOffset;
        _lastOffset = lastOffset;
        _baseTimestamp = baseTimestamp;
        _appendTime = appendTime;
        Offset = baseOffset - 1;
    }

    /// <summary>The offset of the record that was decoded last.</summary>
    public long Offset { get; private set; }

    /// <summary>Writes the next record.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="room">Bytes there.</param>
    /// <param name="size">Bytes written; or, without enough room, how many are.</param>
    /// <exception cref="InvalidDataException">The bytes are no such records.</exception>
    /// <exception cref="RestoreException">RECORD_NOT_REPRESENTABLE, without a place.</exception>
    public RecordStep Next(byte* target, long room, out int size)
    {
        size = 0;
        if (_left == 0)
        {
            return _at == _end ? RecordStep.End : throw new InvalidDataException($"{_end - _at} bytes are left after the last record");
        }

        var at = _at;
        var length = ReadNumber(ref at, _end);
        if (length < LeastBody || length > _end - at)
        {
            throw new InvalidDataException($"a record claims {length} bytes, {_end - at} are left");
        }

        var end = at + length;
        var most = length + MostGrowth + Overrun;
        if (most > room)
        {
            size = Fitting(most);
            return RecordStep.NoRoom;
        }

        at++; // attributes: none are defined
        var timestamp = unchecked(_baseTimestamp + ReadNumber(ref at, end));
        var delta = ReadNumber(ref at, end);
        if (delta < 0 || delta > _lastOffset - _baseOffset || _baseOffset + delta <= Offset)
        {
            throw new InvalidDataException($"a record has the offset delta {delta} after offset {Offset}");
        }

        var to = target + 20;
        CopyNullable(ref at, end, ref to);
        CopyNullable(ref at, end, ref to);
        var headers = ReadNumber(ref at, end);
        if (headers != 0)
        {
            most += MostHeaderGrowth * Checked(headers, end - at, _baseOffset + delta);
            if (most > room)
            {
                size = Fitting(most);
                return RecordStep.NoRoom;
            }
        }

        Unsafe.WriteUnaligned(to, Little((ushort)headers));
        to += sizeof(ushort);
        for (; headers > 0; headers--)
        {
            CopyHeader(ref at, end, ref to, _baseOffset + delta);
        }

        if (at != end)
        {
            throw new InvalidDataException($"{end - at} bytes of a record are left after its last header");
        }

        size = (int)(to - target);
        Unsafe.WriteUnaligned(target, Little(size - sizeof(uint)));
        Unsafe.WriteUnaligned(target + 4, Little(_appendTime ?? timestamp));
        Unsafe.WriteUnaligned(target + 12, Little(_baseOffset + delta));
        Offset = _baseOffset + delta;
        _at = at;
        _left--;
        return RecordStep.Record;
    }

    private static long Checked(long headers, long bytes, long offset) => headers switch
    {
        < 0 => throw new InvalidDataException($"a record claims {headers} headers"),
        _ when headers > bytes / 2 => throw new InvalidDataException($"a record claims {headers} headers in {bytes} bytes"),
        > RecordEncoder.MaxHeaders => throw NotRepresentable($"the record at offset {offset} has {headers} headers, {RecordEncoder.MaxHeaders} can be read"),
        _ => headers,
    };

    private static void CopyHeader(ref byte* at, byte* end, ref byte* to, long offset)
    {
        var length = ReadNumber(ref at, end);
        if (length < 0 || length > end - at)
        {
            throw new InvalidDataException($"a header's key claims {length} bytes, {end - at} are left");
        }

        if (length > RecordEncoder.MaxHeaderKey)
        {
            throw NotRepresentable($"the record at offset {offset} has a header key of {length} bytes, {RecordEncoder.MaxHeaderKey} can be read");
        }

        Unsafe.WriteUnaligned(to, Little((ushort)length));
        to += sizeof(ushort);
        Copy(to, at, length);
        at += length;
        to += length;
        CopyNullable(ref at, end, ref to);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyNullable(ref byte* at, byte* end, ref byte* to)
    {
        var length = ReadNumber(ref at, end);
        if (length > end - at || length < -1)
        {
            throw new InvalidDataException($"a key or value claims {length} bytes, {end - at} are left");
        }

        Unsafe.WriteUnaligned(to, Little((int)length));
        to += sizeof(int);
        if (length > 0)
        {
            Copy(to, at, length);
            at += length;
            to += length;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(byte* to, byte* from, long length)
    {
        Vector256.Store(Vector256.Load(from), to);
        if (length > Overrun)
        {
            Buffer.MemoryCopy(from + Overrun, to + Overrun, length - Overrun, length - Overrun);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long ReadNumber(ref byte* at, byte* end)
    {
        if (at < end && *at < 0x80)
        {
            var small = *at++;
            return (small >> 1) ^ -(small & 1);
        }

        return ReadLongNumber(ref at, end);
    }

    private static long ReadLongNumber(ref byte* at, byte* end)
    {
        ulong value = 0;
        for (var shift = 0; shift < 70 && at < end; shift += 7)
        {
            var next = *at++;
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return (long)(value >> 1) ^ -(long)(value & 1);
            }
        }

        throw new InvalidDataException("a number is cut off or longer than any");
    }

    private static int Fitting(long size) => size <= Array.MaxLength ? (int)size : throw new InvalidDataException($"a record claims {size} bytes");

    private static RestoreException NotRepresentable(string what) => new(ErrorCodes.RecordNotRepresentable, what);

    private static ushort Little(ushort value) => BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);

    private static int Little(int value) => BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);

    private static long Little(long value) => BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);
}

/// <summary>What a step of a <see cref="RecordCursor"/> came to.</summary>
internal enum RecordStep
{
    /// <summary>A record was written.</summary>
    Record,

    /// <summary>The record does not fit; nothing has moved.</summary>
    NoRoom,

    /// <summary>There is no further record.</summary>
    End,
}
