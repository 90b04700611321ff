using KafkaRestore.Kafka.Batches.Compression;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Kafka.Batches;

/// <summary>Encodes records into record batches (magic 2). Used by one thread at a time; used again for batch after batch.</summary>
/// <remarks>
/// Records are encoded into a chunk of 64 kB that stays in the processor's cache and is packed when it is full. Nothing is allocated per record; what a
/// record is longer than a chunk goes past it.
/// </remarks>
internal sealed unsafe partial class RecordBatchBuilder : IDisposable
{
    // Room for what compression of incompressible records adds, so that lengths stay below 2^31.
    private const long MostPlainBytes = int.MaxValue - (64 << 20);
    private const int ChunkBytes = BatchCompressor.ChunkBytes;

    private readonly BatchCompressor _compressor;
    private readonly PackedBytes _packed;
    private readonly NativeBuffer _scratch;
    private readonly byte* _chunk;
    private int _filled;
    private long _plainBytes;
    private long _recordBytes;
    private long _maxTimestamp;

    /// <summary>Creates a builder.</summary>
    /// <param name="codec">How batches are packed; one that <see cref="Supports"/> allows.</param>
    /// <param name="level">The codec's level, for zstd (1 to 19) and gzip (1 to 9); null is the codec's default.</param>
    /// <param name="pool">Where memory comes from.</param>
    /// <exception cref="ArgumentOutOfRangeException">A codec or level that this program cannot write.</exception>
    /// <exception cref="Records.Errors.RestoreException">The codec's library is not installed.</exception>
    public RecordBatchBuilder(ProduceCodec codec, int? level, BufferPool pool)
    {
        _compressor = BatchCompressor.Create(codec, level);
        _packed = new PackedBytes(pool);

        // One chunk, the record that fills it, and what copies write too much.
        _scratch = pool.Rent(ChunkBytes + RecordTranscoder.MostFast + (2 * RecordTranscoder.Overrun));
        _chunk = (byte*)_scratch.Pin().Pointer;
        Discard();
    }

    /// <summary>Number of records so far.</summary>
    public int Count { get; private set; }

    /// <summary>Encoded size of the records so far before compression, in bytes, batch header included.</summary>
    public int PlainBytes => (int)_plainBytes;

    /// <summary>Timestamp of the batch's first record; meaningless when there is none.</summary>
    public long FirstTimestamp { get; private set; }

    /// <summary>Timestamp of the batch's last record; meaningless when there is none.</summary>
    public long LastTimestamp { get; private set; }

    /// <summary>Bytes of memory that the builder holds at the moment, the codec's state included; finished batches hold their own.</summary>
    public long HeldBytes => _scratch.Capacity + _packed.Capacity + _compressor.HeldBytes;

    /// <summary>Whether batches can be packed with <paramref name="codec"/>.</summary>
    public static bool Supports(ProduceCodec codec) => codec is ProduceCodec.None or ProduceCodec.Lz4 or ProduceCodec.Zstd or ProduceCodec.Gzip;

    /// <summary>What <paramref name="record"/> would add to <see cref="PlainBytes"/>.</summary>
    public long SizeOf(RecordView record)
    {
        fixed (byte* start = record.Encoded)
        {
            return WithPrefix(SizeOfBody(start, start + record.Encoded.Length));
        }
    }

    /// <summary>Adds a record. For many, <see cref="AppendMany"/> is several times faster.</summary>
    /// <exception cref="InvalidOperationException">The batch would exceed what the format can express, about 2 GiB.</exception>
    public void Append(RecordView record)
    {
        if (AppendMany(record.Encoded, MostPlainBytes, int.MaxValue, out _) == 0)
        {
            throw new InvalidOperationException($"a batch of {_plainBytes} bytes has no room for a record of {record.Encoded.Length} bytes");
        }
    }

    /// <summary>Adds consecutive records until a limit is reached. An empty batch takes its first record whatever the limits are.</summary>
    /// <param name="records">Whole records in the archive's layout that have passed <see cref="RecordCheck"/>.</param>
    /// <param name="plainLimit">The most that <see cref="PlainBytes"/> may become.</param>
    /// <param name="countLimit">The most that <see cref="Count"/> may become.</param>
    /// <param name="consumedBytes">Bytes of <paramref name="records"/> that were added: where the next batch goes on.</param>
    /// <returns>How many records were added; 0 when the batch is full.</returns>
    /// <exception cref="ArgumentException">The bytes are not whole records.</exception>
    public int AppendMany(ReadOnlySpan<byte> records, long plainLimit, int countLimit, out int consumedBytes)
    {
        var before = Count;
        plainLimit = Math.Min(plainLimit, MostPlainBytes);
        fixed (byte* start = records)
        {
            var source = start;
            var end = start + records.Length;
            while (source < end && (Count == 0 || Count < countLimit))
            {
                if (Count > 0)
                {
                    source = AppendRun(source, end, plainLimit, countLimit);
                    if (_filled >= ChunkBytes)
                    {
                        PackFullChunks();
                        continue;
                    }

                    if (source == end || Count == countLimit)
                    {
                        break;
                    }
                }

                // The first record of the batch, the last of the memory, a large one, or one that may not fit any more.
                if (!TryAppendOne(ref source, end, plainLimit))
                {
                    break;
                }
            }

            consumedBytes = (int)(source - start);
        }

        _recordBytes += consumedBytes;
        return Count - before;
    }

    /// <summary>Ends the batch, at least one record, and starts the next. Producer id and sequence are still to be stamped.</summary>
    /// <exception cref="InvalidOperationException">The batch has no record.</exception>
    public RecordBatch Finish()
    {
        if (Count == 0)
        {
            throw new InvalidOperationException("a batch has at least one record");
        }

        if (_filled > 0)
        {
            _compressor.Write(_chunk, _filled, _packed);
        }

        _compressor.End(_packed);
        BatchHeader.Write(_packed.Span, _compressor.Bits, Count, FirstTimestamp, _maxTimestamp);
        var length = _packed.Length;
        var batch = new RecordBatch(_packed.Take(), length, Count, _recordBytes, FirstTimestamp, LastTimestamp);
        Discard();
        return batch;
    }

    /// <summary>Forgets the records so far and starts the next batch.</summary>
    public void Discard()
    {
        _packed.Clear();
        _packed.Reserve(BatchHeader.Length);
        _packed.Advance(BatchHeader.Length);
        _compressor.Begin(_packed);
        _filled = 0;
        _plainBytes = BatchHeader.Length;
        _recordBytes = 0;
        Count = 0;
    }

    /// <summary>Gives its memory back.</summary>
    public void Dispose()
    {
        _compressor.Dispose();
        _packed.Dispose();
        _scratch.Dispose();
    }

    private static long WithPrefix(long body) => VarInt.SizeOf(body) + body;

    private long SizeOfBody(byte* record, byte* end)
    {
        var delta = Count == 0 ? 0 : unchecked(RecordTranscoder.TimestampOf(record) - FirstTimestamp);
        return RecordTranscoder.SizeOfBody(record, end, delta, Count);
    }

    private void PackFullChunks()
    {
        var chunk = _chunk;
        for (; _filled >= ChunkBytes; _filled -= ChunkBytes)
        {
            _compressor.Write(chunk, ChunkBytes, _packed);
            chunk += ChunkBytes;
        }

        Buffer.MemoryCopy(chunk, _chunk, _filled, _filled);
    }
}
