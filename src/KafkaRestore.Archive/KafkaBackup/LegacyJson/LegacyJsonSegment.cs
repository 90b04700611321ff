using System.Runtime.CompilerServices;
using KafkaRestore.Archive.Compression;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Archive.KafkaBackup.LegacyJson;

/// <summary>
/// Segments of the pre-release form: a JSON array of records, the whole file compressed or not (archive format, section 3.1).
/// Such a segment has no checksum of its own; only its structure and the manifest's numbers can be checked.
/// </summary>
internal static class LegacyJsonSegment
{
    /// <summary>Parses the segment and hands out its records.</summary>
    public static async IAsyncEnumerable<RecordBlock> Read(
        SegmentReference segment,
        string key,
        MemoryContent content,
        SegmentLease lease,
        SegmentReadOptions options,
        List<string> notes,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (content.Length > options.Limits.LegacyJsonBytes)
        {
            throw SegmentDamage.Limit(key, $"the legacy JSON segment has {content.Length} bytes; the limit is {options.Limits.LegacyJsonBytes}");
        }

        var unpacked = await UnpackAsync(key, content, lease, options, cancellationToken).ConfigureAwait(false);
        using (unpacked.Owner)
        {
            var entry = segment.Entry;
            var parser = new LegacyJsonParser(key, unpacked.Bytes);
            long records = 0;
            var last = -1L;
            while (true)
            {
                // The next record is read before a block is taken, so that a large one gets a block of its own size.
                var pending = parser.Next();
                if (pending is null)
                {
                    break;
                }

                var size = RecordEncoder.SizeOf(pending);
                var block = size <= options.BlockBytes
                    ? await lease.RentAsync(options.BlockBytes, cancellationToken).ConfigureAwait(false)
                    : await lease.RentLargeAsync(size, cancellationToken).ConfigureAwait(false);
                var given = false;
                try
                {
                    var used = 0;
                    var count = 0;
                    while (pending is not null && used + RecordEncoder.SizeOf(pending) <= block.Capacity)
                    {
                        records++;
                        CheckOffset(key, records, pending.Offset, last);
                        if (records == 1 && pending.Offset != entry.StartOffset)
                        {
                            Mismatch(key, $"its first record has offset {pending.Offset}, the manifest says {entry.StartOffset}", options, notes);
                        }

                        last = pending.Offset;
                        used += RecordEncoder.Write(block.Memory[used..], pending);
                        count++;
                        pending = parser.Next();
                    }

                    parser.PutBack(pending);
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

            if (records != entry.RecordCount)
            {
                Mismatch(key, $"it holds {records} records, the manifest says {entry.RecordCount}", options, notes);
            }

            if (records > 0 && last != entry.EndOffset)
            {
                Mismatch(key, $"its last record has offset {last}, the manifest says {entry.EndOffset}", options, notes);
            }
        }
    }

    private static void Mismatch(string key, string what, SegmentReadOptions options, List<string> notes)
    {
        if (!options.TrustSegments)
        {
            throw SegmentDamage.Mismatch(key, what);
        }

        notes.Add(what);
    }

    private static void CheckOffset(string key, long number, long offset, long last)
    {
        if (offset < 0 || offset <= last)
        {
            throw SegmentDamage.Corrupt(key, $"offset {offset} of record {number} does not follow offset {last}");
        }
    }

    private static async ValueTask<(ReadOnlyMemory<byte> Bytes, IDisposable? Owner)> UnpackAsync(
        string key, MemoryContent content, SegmentLease lease, SegmentReadOptions options, CancellationToken cancellationToken)
    {
        var whole = content.Whole;
        var zstd = whole.Span.StartsWith((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD]);
        var lz4 = !zstd && key.EndsWith(".lz4", StringComparison.Ordinal);
        if (!zstd && !lz4)
        {
            var text = whole.Span.TrimStart(" \t\r\n"u8);
            return text.StartsWith("["u8)
                ? (whole, null)
                : throw SegmentDamage.Corrupt(key, "it is neither a segment (KBAK) nor a legacy JSON list");
        }

        if (zstd && ZstdDecoder.MemoryFor(whole.Span) - SegmentReader.UsualDecoderBytes is > 0 and var window)
        {
            await lease.ExtendAsync(window, cancellationToken).ConfigureAwait(false);
        }

        var buffer = new GrowingBuffer(lease, options.Limits.LegacyJsonBytes);
        try
        {
            using PayloadDecoder decoder = zstd ? new ZstdDecoder() : new Lz4BlockDecoder(BufferPool.Shared);
            var input = whole;
            while (true)
            {
                await buffer.MakeRoomAsync(key, cancellationToken).ConfigureAwait(false);
                int consumed, written;
                try
                {
                    decoder.Decode(input.Span, buffer.Room, out consumed, out written);
                }
                catch (InvalidDataException damage)
                {
                    throw SegmentDamage.Corrupt(key, $"after {buffer.Length} unpacked bytes: {damage.Message}", damage);
                }

                input = input[consumed..];
                buffer.Advance(written);
                if (consumed == 0 && written == 0)
                {
                    break;
                }
            }

            return decoder.IsComplete && input.IsEmpty
                ? (buffer.Written, buffer)
                : throw SegmentDamage.Corrupt(key, $"its compressed content breaks off after {buffer.Length} unpacked bytes");
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }

    /// <summary>Memory that doubles as it fills, up to a limit, each step taken from the budget.</summary>
    private sealed class GrowingBuffer(SegmentLease lease, int limit) : IDisposable
    {
        private NativeBuffer? _buffer;

        public int Length { get; private set; }

        public Span<byte> Room => _buffer!.GetSpan()[Length..];

        public ReadOnlyMemory<byte> Written => _buffer!.Memory[..Length];

        public async ValueTask MakeRoomAsync(string key, CancellationToken cancellationToken)
        {
            if (_buffer is { } full && Length < full.Capacity)
            {
                return;
            }

            var next = Math.Max(1 << 20, (long)Length * 2);
            if (next > limit && Length >= limit)
            {
                throw SegmentDamage.Limit(key, $"the legacy JSON segment unpacks to more than {limit} bytes");
            }

            var capacity = (int)Math.Min(next, limit);
            await lease.ExtendAsync(capacity, cancellationToken).ConfigureAwait(false);
            var larger = BufferPool.Shared.Rent(capacity);
            if (_buffer is { } smaller)
            {
                smaller.GetSpan()[..Length].CopyTo(larger.GetSpan());
                smaller.Dispose();
            }

            _buffer = larger;
        }

        public void Advance(int written) => Length += written;

        public void Dispose() => _buffer?.Dispose();
    }
}
