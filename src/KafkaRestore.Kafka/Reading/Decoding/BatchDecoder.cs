using KafkaRestore.Kafka.Batches;
using KafkaRestore.Kafka.Batches.Compression;
using KafkaRestore.Kafka.Wire.Protocol;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Hashing;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Kafka.Reading.Decoding;

/// <summary>Turns fetched batches into record blocks: checks, unpacks, leaves out what is not wanted. No object for a record or a batch.</summary>
/// <remarks>It never waits: where it lacks memory it says how much, and goes on at the same place when it is called again.</remarks>
internal sealed unsafe class BatchDecoder(TargetPartition target, long from, long to, ReadOptions options, BufferPool pool) : IDisposable
{
    private readonly BatchDecompressor _decompressor = new();
    private readonly AbortedProducers _aborted = new();
    private ReadOnlyMemory<byte> _fetched;
    private NativeBuffer? _plain;
    private RecordCursor _records;
    private bool _inBatch;

    // A broker that failed while it wrote (a full disk) may have the same batch in its log twice, at the same offsets: what was passed is not read again.
    private long _next = from;
    private long _batchEnd;

    /// <summary>Bytes that batches may unpack to now.</summary>
    public int Room { get; private set; }

    /// <summary>Begins with what was fetched; it must stay until <see cref="Fill"/> has come to the end.</summary>
    public void Begin(FetchPartitionResult fetched)
    {
        _fetched = fetched.Records;
        if (options.Isolation == ReadIsolation.Committed)
        {
            _aborted.Begin(fetched.Aborted);
        }

        _inBatch = false;
    }

    /// <summary>Gives room for batches that unpack to <paramref name="bytes"/>.</summary>
    public void Grow(int bytes)
    {
        _plain?.Dispose();
        _plain = pool.Rent(bytes + RecordCursor.Overrun);
        Room = bytes;
    }

    /// <summary>Appends records to a block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="needed">How many bytes are needed, where some are.</param>
    /// <exception cref="RestoreException">TARGET_CORRUPT, FOREIGN_WRITER, RECORD_NOT_REPRESENTABLE, NATIVE_LIBRARY_MISSING.</exception>
    public DecodeStep Fill(RecordBlock block, out int needed)
    {
        needed = 0;
        while (true)
        {
            if (!_inBatch)
            {
                var step = NextBatch(out needed);
                if (step is { } end)
                {
                    return end;
                }
            }

            if (!TryFill(block, out needed))
            {
                return DecodeStep.BlockFull;
            }

            _inBatch = false;
            _next = Math.Max(_next, _batchEnd);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _plain?.Dispose();
        _plain = null;
        _decompressor.Dispose();
    }

    /// <summary>Opens the next batch that holds a wanted record; not null: there is none, or it needs more memory.</summary>
    private DecodeStep? NextBatch(out int needed)
    {
        needed = 0;
        while (true)
        {
            var walker = new RecordBatchWalker(_fetched.Span);
            if (walker.Next(out var header) != RecordBatchStep.Batch || header.BaseOffset >= to)
            {
                return DecodeStep.End;
            }

            var isOpen = IsWanted(header, walker.Batch);
            if (isOpen && !TryOpen(header, walker.Batch, out needed))
            {
                return DecodeStep.NeedsRoom;
            }

            _fetched = _fetched[header.SizeBytes..];
            if (isOpen)
            {
                _inBatch = true;
                _batchEnd = header.NextOffset;
                return null;
            }

            _next = Math.Max(_next, header.NextOffset);
        }
    }

    private bool IsWanted(in RecordBatchHeader header, ReadOnlySpan<byte> batch)
    {
        if (options.Isolation == ReadIsolation.Committed)
        {
            _aborted.Reach(header);
            if (header.IsControl)
            {
                // Whichever way it ended: what the producer writes from here on is of another transaction.
                Check(header, batch);
                _aborted.End(header.ProducerId);
            }
        }

        return !header.IsControl && header.Records > 0 && header.LastOffset >= _next && !(options.Isolation == ReadIsolation.Committed && _aborted.Covers(header));
    }

    private bool TryOpen(in RecordBatchHeader header, ReadOnlySpan<byte> batch, out int needed)
    {
        needed = 0;
        Check(header, batch);
        var packed = batch[BatchHeader.Length..];
        var codec = BatchHeader.ReadCodecBits(batch);
        byte* records;
        int length;
        if (codec == StoredCompressor.Number)
        {
            // Fetched memory is native: it stays where it is.
            fixed (byte* start = packed)
            {
                records = start;
            }

            length = packed.Length;
        }
        else
        {
            length = Unpack(header, codec, packed);
            if (length == BatchDecompressor.TooSmall)
            {
                needed = LargerRoom(header, packed.Length);
                return false;
            }

            records = (byte*)_plain!.Pin().Pointer;
        }

        _records = new RecordCursor(
            records,
            length,
            header.Records,
            header.BaseOffset,
            header.LastOffset,
            BatchHeader.ReadBaseTimestamp(batch),
            BatchHeader.ReadIsLogAppendTime(batch) ? header.MaxTimestamp : null);
        return true;
    }

    private void Check(in RecordBatchHeader header, ReadOnlySpan<byte> batch)
    {
        var claimed = BatchHeader.ReadChecksum(batch);
        var found = Crc32C.Of(batch[BatchHeader.ChecksumStart..]);
        if (claimed != found)
        {
            throw Corrupt(header.BaseOffset, $"its checksum is {found:x8}, it claims {claimed:x8}");
        }
    }

    private int Unpack(in RecordBatchHeader header, short codec, ReadOnlySpan<byte> packed)
    {
        try
        {
            return _plain is null ? BatchDecompressor.TooSmall : _decompressor.TryUnpack(codec, packed, _plain.GetSpan()[..Room]);
        }
        catch (InvalidDataException e)
        {
            throw Corrupt(header.BaseOffset, e.Message, e);
        }
    }

    private int LargerRoom(in RecordBatchHeader header, int packed)
    {
        if (Room >= options.MostUnpackedBytes)
        {
            throw Corrupt(header.BaseOffset, $"its {packed} bytes unpack to more than {options.MostUnpackedBytes}");
        }

        return (int)Math.Min(options.MostUnpackedBytes, Math.Max(2L * Room, packed));
    }

    /// <summary>Appends the batch's records; false when the block is full.</summary>
    private bool TryFill(RecordBlock block, out int needed)
    {
        var (count, length) = (block.Count, block.Length);
        try
        {
            fixed (byte* start = block.Memory)
            {
                while (true)
                {
                    switch (_records.Next(start + length, block.Capacity - length, out needed))
                    {
                        case RecordStep.NoRoom:
                            return false;
                        case RecordStep.End:
                            return true;
                        case RecordStep.Record when _records.Offset >= to:
                            return true;
                        case RecordStep.Record when _records.Offset >= _next:
                            count++;
                            length += needed;
                            break;
                    }
                }
            }
        }
        catch (InvalidDataException e)
        {
            throw Corrupt(_records.Offset, e.Message, e);
        }
        catch (RestoreException e) when (e.Where is null)
        {
            throw new RestoreException(e.Code, e.Message, target.ToString(), e.Hint, e);
        }
        finally
        {
            block.SetContent(count, length);
        }
    }

    private RestoreException Corrupt(long offset, string why, Exception? inner = null) =>
        new(ErrorCodes.TargetCorrupt, $"the batch around offset {offset} cannot be read: {why}", target.ToString(), inner: inner);
}

/// <summary>Where a <see cref="BatchDecoder"/> stopped.</summary>
internal enum DecodeStep
{
    /// <summary>The fetched batches are done.</summary>
    End,

    /// <summary>The next record needs another block, of so many bytes at least.</summary>
    BlockFull,

    /// <summary>The next batch needs room to be unpacked in: see <see cref="BatchDecoder.Grow"/>.</summary>
    NeedsRoom,
}
