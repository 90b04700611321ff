using System.Runtime.CompilerServices;
using KafkaRestore.Archive.Compression;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Archive.KafkaBackup.Segments;

/// <summary>
/// Unpacks a proven segment and cuts it into blocks of whole, checked records. Allocates per block, never per record.
/// </summary>
internal sealed class BlockReader
{
    private readonly SegmentReference _segment;
    private readonly string _key;
    private readonly SegmentHeader _header;
    private readonly SegmentContent _content;
    private readonly SegmentLease _lease;
    private readonly SegmentReadOptions _options;
    private readonly BufferPool _pool;
    private readonly int _blockBytes;
    private readonly List<string> _notes;

    private ReadOnlyMemory<byte> _input;
    private bool _inputEnded;
    private long _unpacked;
    private long _records;
    private long _lastOffset = -1;

    public BlockReader(
        SegmentReference segment,
        string key,
        SegmentHeader header,
        SegmentContent content,
        SegmentLease lease,
        SegmentReadOptions options,
        BufferPool pool,
        int blockBytes,
        List<string> notes)
    {
        _segment = segment;
        _key = key;
        _header = header;
        _content = content;
        _lease = lease;
        _options = options;
        _pool = pool;
        _blockBytes = blockBytes;
        _notes = notes;
    }

    public async IAsyncEnumerable<RecordBlock> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using PayloadDecoder decoder = _header.Compression switch
        {
            SegmentCompression.Zstd => new ZstdDecoder(),
            SegmentCompression.Lz4 => new Lz4BlockDecoder(_pool),
            _ => new StoredDecoder(),
        };
        using var carry = _pool.Rent(_blockBytes);
        var carried = 0;
        while (true)
        {
            var block = await _lease.RentAsync(_blockBytes, cancellationToken).ConfigureAwait(false);
            var given = false;
            try
            {
                carry.GetSpan()[..carried].CopyTo(block.Memory);
                var filled = await FillAsync(decoder, block, carried, _blockBytes, cancellationToken).ConfigureAwait(false);
                var used = Accept(block.Memory[..filled], out var count, out var next);
                if (count == 0 && next > _blockBytes)
                {
                    CheckClaim(filled, next);
                    block.Memory[..filled].CopyTo(carry.GetSpan());
                    block.Dispose();
                    block = await _lease.RentLargeAsync((int)next, cancellationToken).ConfigureAwait(false);
                    carry.GetSpan()[..filled].CopyTo(block.Memory);
                    filled = await FillAsync(decoder, block, filled, (int)next, cancellationToken).ConfigureAwait(false);
                    used = Accept(block.Memory[..filled], out count, out next);
                }

                if (count == 0)
                {
                    CheckEnd(decoder, filled);
                    yield break;
                }

                carried = filled - used;
                block.Memory.Slice(used, carried).CopyTo(carry.GetSpan());
                block.SetContent(count, used);
                given = true;
                yield return block;
            }
            finally
            {
                if (!given)
                {
                    block.Dispose();
                }
            }
        }
    }

    /// <summary>Unpacks into the block from <paramref name="filled"/> up to <paramref name="limit"/> bytes; fewer only at the payload's end.</summary>
    private async ValueTask<int> FillAsync(PayloadDecoder decoder, RecordBlock block, int filled, int limit, CancellationToken cancellationToken)
    {
        while (filled < limit)
        {
            if (_input.IsEmpty && !_inputEnded)
            {
                _input = await _content.NextAsync(cancellationToken).ConfigureAwait(false);
                _inputEnded = _input.IsEmpty;
            }

            int consumed, written;
            try
            {
                decoder.Decode(_input.Span, block.Memory[filled..limit], out consumed, out written);
            }
            catch (InvalidDataException damage)
            {
                throw Corrupt($"after {_unpacked} unpacked bytes: {damage.Message}", damage);
            }

            _input = _input[consumed..];
            filled += written;
            _unpacked += written;
            CheckUnpacked();
            if (consumed == 0 && written == 0)
            {
                if (_inputEnded)
                {
                    break;
                }

                if (!_input.IsEmpty)
                {
                    throw Corrupt($"{_input.Length} bytes of its payload cannot be unpacked");
                }
            }
        }

        return filled;
    }

    /// <summary>Checks the whole records at the start of <paramref name="bytes"/>.</summary>
    /// <param name="bytes">Unpacked bytes.</param>
    /// <param name="count">How many records.</param>
    /// <param name="next">Length of the record that is not whole, when known; else 0.</param>
    /// <returns>How many bytes they take.</returns>
    private int Accept(ReadOnlySpan<byte> bytes, out int count, out long next)
    {
        var used = 0;
        count = 0;
        while (true)
        {
            var result = RecordCheck.Check(bytes[used..], out next, out var problem);
            if (result == RecordCheckResult.Incomplete)
            {
                if (next > _options.Limits.RecordBytes)
                {
                    throw SegmentDamage.Limit(_key, $"record {_records + 1} of {_header.RecordCount} claims {next} bytes; the limit is {_options.Limits.RecordBytes}");
                }

                return used;
            }

            if (result == RecordCheckResult.Malformed)
            {
                throw Corrupt($"record {_records + 1} of {_header.RecordCount}, at unpacked byte {_unpacked - bytes.Length + used}: {problem}");
            }

            AcceptOffset(RecordView.At(bytes[used..]).Offset);
            used += (int)next;
            count++;
        }
    }

    private void AcceptOffset(long offset)
    {
        if (++_records > _header.RecordCount)
        {
            throw Corrupt($"it holds more than the {_header.RecordCount} records of its header");
        }

        if (_records == 1 && offset != _header.StartOffset)
        {
            throw Corrupt($"its first record has offset {offset}, its header says {_header.StartOffset}");
        }

        if (offset <= _lastOffset)
        {
            throw Corrupt($"offset {offset} of record {_records} does not follow offset {_lastOffset}");
        }

        _lastOffset = offset;
    }

    /// <summary>A record's length that cannot be true is noticed before memory is taken for it.</summary>
    private void CheckClaim(int filled, long length)
    {
        if (filled < _blockBytes)
        {
            throw Corrupt($"record {_records + 1} of {_header.RecordCount} claims {length} bytes; the payload ends after {filled} of them");
        }

        if (_segment.Entry.UncompressedSize > 0 && !_options.TrustSegments && _unpacked - filled + length > _segment.Entry.UncompressedSize)
        {
            throw Corrupt($"record {_records + 1} of {_header.RecordCount} claims {length} bytes, more than the segment has left");
        }
    }

    private void CheckUnpacked()
    {
        var limits = _options.Limits;
        var declared = _segment.Entry.UncompressedSize;
        if (declared > 0 && _unpacked > declared && !_options.TrustSegments)
        {
            throw SegmentDamage.Mismatch(_key, $"it unpacks to more than the {declared} bytes that the manifest says");
        }

        if (_unpacked > limits.UnpackedBytes || _unpacked > (_content.Length * limits.UnpackRatio))
        {
            throw SegmentDamage.Limit(_key, $"the segment of {_content.Length} bytes unpacks to more than {Math.Min(limits.UnpackedBytes, _content.Length * limits.UnpackRatio)} bytes");
        }
    }

    private void CheckEnd(PayloadDecoder decoder, int left)
    {
        if (!decoder.IsComplete)
        {
            throw Corrupt($"its payload breaks off after {_unpacked} unpacked bytes");
        }

        if (left > 0)
        {
            throw Corrupt($"{left} bytes after record {_records} are no whole record");
        }

        if (_records != _header.RecordCount)
        {
            throw Corrupt($"it holds {_records} records, its header says {_header.RecordCount}");
        }

        if (_records > 0 && _lastOffset != _header.EndOffset)
        {
            throw Corrupt($"its last record has offset {_lastOffset}, its header says {_header.EndOffset}");
        }

        var declared = _segment.Entry.UncompressedSize;
        if (declared > 0 && declared != _unpacked)
        {
            var what = $"it unpacks to {_unpacked} bytes, the manifest says {declared}";
            if (!_options.TrustSegments)
            {
                throw SegmentDamage.Mismatch(_key, what);
            }

            _notes.Add(what);
        }
    }

    private RestoreException Corrupt(string what, Exception? inner = null) => SegmentDamage.Corrupt(_key, what, inner);
}
