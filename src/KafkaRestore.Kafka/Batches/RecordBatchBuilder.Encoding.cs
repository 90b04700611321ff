using KafkaRestore.Kafka.Batches.Compression;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Kafka.Batches;

/// <content>The two ways into the chunk: fast for runs of small records, and piece by piece for any.</content>
internal sealed unsafe partial class RecordBatchBuilder
{
    /// <summary>Adds small records until the chunk is full, a limit is reached or a record comes that is none for this way.</summary>
    /// <returns>The first record that was not added.</returns>
    private byte* AppendRun(byte* source, byte* end, long plainLimit, int countLimit)
    {
        var safeEnd = end - RecordTranscoder.Overrun;
        var start = _chunk + _filled;
        var target = start;
        var full = _chunk + ChunkBytes;
        var room = plainLimit - _plainBytes;
        var baseTimestamp = FirstTimestamp;
        var maxTimestamp = _maxTimestamp;
        var count = Count;
        byte* last = null;
        while (target < full && count < countLimit && safeEnd - source > RecordView.SmallestBody)
        {
            var length = RecordTranscoder.LengthOf(source);
            if (length > RecordTranscoder.MostFast || length > safeEnd - source)
            {
                break;
            }

            var timestamp = RecordTranscoder.TimestampOf(source);
            var written = RecordTranscoder.TryTranscode(source, source + length, target, unchecked(timestamp - baseTimestamp), count);
            if (written < 0 || target + written - start > room)
            {
                break;
            }

            maxTimestamp = Math.Max(maxTimestamp, timestamp);
            last = source;
            source += length;
            target += written;
            count++;
        }

        if (last != null)
        {
            _plainBytes += target - start;
            _filled = (int)(target - _chunk);
            _maxTimestamp = maxTimestamp;
            Count = count;
            LastTimestamp = RecordTranscoder.TimestampOf(last);
        }

        return source;
    }

    /// <summary>Adds one record of any size and goes to the next; false when the batch has no room for it.</summary>
    private bool TryAppendOne(ref byte* source, byte* end, long plainLimit)
    {
        var length = end - source >= 4 + RecordView.SmallestBody ? RecordTranscoder.LengthOf(source) : long.MaxValue;
        if (length > end - source)
        {
            throw new ArgumentException("the bytes end inside a record");
        }

        var record = source;
        var body = SizeOfBody(record, record + length);
        if (body < 0)
        {
            throw new ArgumentException($"the lengths inside the record at source offset {RecordTranscoder.OffsetOf(record)} contradict each other");
        }

        var size = WithPrefix(body);
        if (_plainBytes + size > (Count == 0 ? MostPlainBytes : plainLimit))
        {
            return Count == 0 ? throw new InvalidOperationException($"a record of {length} bytes is larger than any batch") : false;
        }

        LastTimestamp = RecordTranscoder.TimestampOf(record);
        if (Count == 0)
        {
            FirstTimestamp = _maxTimestamp = LastTimestamp;
        }

        Write(record, body);
        _maxTimestamp = Math.Max(_maxTimestamp, LastTimestamp);
        _plainBytes += size;
        Count++;
        source += length;
        return true;
    }

    /// <summary>Writes a record whose lengths have been checked.</summary>
    private void Write(byte* record, long body)
    {
        WriteNumber(body);
        WriteNumber(0); // attributes, one byte
        WriteNumber(unchecked(LastTimestamp - FirstTimestamp));
        WriteNumber(Count);
        var source = record + RecordTranscoder.KeyLengthAt;
        WriteNullable(ref source);
        WriteNullable(ref source);
        int headers = RecordTranscoder.ReadUInt16(source);
        source += 2;
        WriteNumber(headers);
        for (; headers > 0; headers--)
        {
            int keyLength = RecordTranscoder.ReadUInt16(source);
            WriteNumber(keyLength);
            WriteBytes(source + 2, keyLength);
            source += 2 + keyLength;
            WriteNullable(ref source);
        }
    }

    private void WriteNullable(ref byte* source)
    {
        var length = RecordTranscoder.ReadInt32(source);
        source += 4;
        WriteNumber(Math.Max(length, -1));
        if (length > 0)
        {
            WriteBytes(source, length);
            source += length;
        }
    }

    private void WriteNumber(long value)
    {
        var target = _chunk + _filled;
        _filled += (int)(VarInt.Write(target, value) - target);
        if (_filled >= ChunkBytes)
        {
            PackFullChunks();
        }
    }

    private void WriteBytes(byte* source, int length)
    {
        while (length > 0)
        {
            if (_filled == 0 && length >= BatchCompressor.ChunkBytes)
            {
                _compressor.Write(source, ChunkBytes, _packed);
                source += ChunkBytes;
                length -= ChunkBytes;
                continue;
            }

            var piece = Math.Min(length, ChunkBytes - _filled);
            Buffer.MemoryCopy(source, _chunk + _filled, piece, piece);
            _filled += piece;
            source += piece;
            length -= piece;
            if (_filled == ChunkBytes)
            {
                PackFullChunks();
            }
        }
    }
}
