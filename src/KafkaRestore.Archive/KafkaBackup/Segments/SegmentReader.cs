using System.Runtime.CompilerServices;
using KafkaRestore.Archive.Compression;
using KafkaRestore.Archive.KafkaBackup.LegacyJson;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Archive.Storage.Reading;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Archive.KafkaBackup.Segments;

/// <summary>
/// Opens segments: fetches the object, proves its checksums, and hands out its records in blocks. Nothing of a segment is handed out
/// before its checksum is known good. May be used by many lanes at once.
/// </summary>
public sealed class SegmentReader
{
    private const int ChunkBytes = 1 << 20;
    private const int SmallestBlock = 4 << 10;

    /// <summary>What decoding takes unless a segment says otherwise: the window of zstd's usual levels.</summary>
    internal const long UsualDecoderBytes = 3 << 20;

    private readonly IArchiveStorage _storage;
    private readonly MemoryBudget _budget;
    private readonly BufferPool _pool;
    private readonly SegmentReadOptions _options;
    private readonly MemoryBudget _beyond;
    private readonly object? _holder;

    // What decoding is known to take, shared with the readers made from this one; null where everything was reserved already.
    private readonly StrongBox<long>? _decoderBytes;

    /// <summary>Creates a reader over <paramref name="storage"/> that keeps within <paramref name="budget"/>.</summary>
    public SegmentReader(IArchiveStorage storage, MemoryBudget budget, SegmentReadOptions? options = null, BufferPool? pool = null)
    {
        _storage = storage;
        _budget = budget;
        _pool = pool ?? BufferPool.Shared;
        _options = options ?? new SegmentReadOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Blocks, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.BlockBytes, 64);
        _beyond = budget;
        _decoderBytes = new StrongBox<long>(UsualDecoderBytes);
    }

    private SegmentReader(SegmentReader other, MemoryBudget budget, object? holder, StrongBox<long>? decoderBytes)
    {
        _storage = other._storage;
        _budget = budget;
        _pool = other._pool;
        _options = other._options;
        _beyond = other._beyond;
        _holder = holder;
        _decoderBytes = decoderBytes;
    }

    /// <summary>The budget that its segments come out of.</summary>
    public MemoryBudget Budget => _budget;

    /// <summary>Whether a whole segment may hold other records than the manifest says (<see cref="SegmentReadOptions.TrustSegments"/>).</summary>
    public bool TrustsSegments => _options.TrustSegments;

    /// <summary>
    /// The memory in bytes that reading the segment takes, to be reserved before it is opened. A caller that reads ahead must reserve in the
    /// order in which it will read: then the first of its segments can always be finished, and nobody waits for ever.
    /// </summary>
    public long MemoryFor(SegmentReference segment) =>
        MemoryFor(segment, segment.Entry.CompressedSize, _decoderBytes is null ? UsualDecoderBytes : Interlocked.Read(ref _decoderBytes.Value));

    /// <summary>
    /// The same reader over a part of the budget that the caller has reserved as a whole, by the sum of <see cref="MemoryFor(SegmentReference)"/>
    /// for the segments that will be open at once. What they turn out to need beyond that comes out of the whole budget.
    /// </summary>
    public SegmentReader Within(MemoryBudget part) => new(this, part, _holder, null);

    /// <summary>
    /// The same reader for segments that are read together, of whatever source: where one of them needs more than was reserved, they exceed the budget
    /// as one, and none waits for another. Without it that holds for the segments of one source partition.
    /// </summary>
    public SegmentReader Together() => new(this, _budget, new object(), _decoderBytes);

    /// <summary>Fetches and proves the segment. Takes over <paramref name="reservation"/>, also when it fails.</summary>
    /// <exception cref="RestoreException">ARCHIVE_CORRUPT, ARCHIVE_LIMIT, SEGMENT_MISSING, DISK_FULL, or the storage's own failures.</exception>
    public async Task<OpenSegment> OpenAsync(SegmentReference segment, MemoryReservation reservation, CancellationToken cancellationToken)
    {
        var holder = _holder ?? (segment.BackupId, segment.Topic, segment.Partition);
        var lease = new SegmentLease(_beyond, holder, _pool, reservation, _options.Blocks);
        SegmentContent? content = null;
        try
        {
            var key = segment.Key;
            var notes = new List<string>();
            content = await FetchAsync(segment, key, lease, notes, cancellationToken).ConfigureAwait(false);
            if (content is MemoryContent whole && !IsBinary(whole.Start))
            {
                return await ReadyAsync(accepted => LegacyJsonSegment.Read(segment, key, whole, lease, _options, accepted, cancellationToken)).ConfigureAwait(false);
            }

            var header = ParseHeader(key, content.Start);
            CompareHeader(segment, key, header, notes);
            if (header.Compression == SegmentCompression.Zstd)
            {
                var decoder = ZstdDecoder.MemoryFor(content.Start[SegmentHeader.Size..]);
                Learn(decoder);
                await lease.EnsureAsync(MemoryFor(segment, content.Length, decoder), cancellationToken).ConfigureAwait(false);
            }

            var opened = content;
            return await ReadyAsync(accepted =>
                new BlockReader(segment, key, header, opened, lease, _options, _pool, BlockBytes(segment.Entry.UncompressedSize), accepted).ReadAsync(cancellationToken)).ConfigureAwait(false);

            async ValueTask<OpenSegment> ReadyAsync(Func<List<string>, IAsyncEnumerable<RecordBlock>> read)
            {
                if (_options.ProveRecords)
                {
                    await ProveAsync(read([])).ConfigureAwait(false);
                    content!.Rewind();
                }

                var blocks = read(notes);
                return new OpenSegment(segment, key, lease, _options.OnRead is { } told ? TimedBlocks.Of(segment, blocks, notes, told, cancellationToken) : blocks, content!, notes);
            }
        }
        catch
        {
            if (content is not null)
            {
                await content.DisposeAsync().ConfigureAwait(false);
            }

            lease.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Whether <paramref name="failure"/>, with which a segment could not be opened, means that the segment itself is lost: damaged, beyond the limits, or missing from an archive that is
    /// there. A storage that cannot be reached, refuses, or only holds the object back is none of that.
    /// </summary>
    /// <exception cref="RestoreException">The storage's own failures.</exception>
    public async ValueTask<bool> IsLostAsync(SegmentReference segment, RestoreException failure, CancellationToken cancellationToken)
    {
        if (failure.Code == ErrorCodes.ArchiveCorrupt || failure.Code == ErrorCodes.ArchiveLimit)
        {
            return true;
        }

        // The manifest is asked for, because an unmounted disk lacks every object.
        return failure.Code == ErrorCodes.SegmentMissing
            && await _storage.StatAsync(segment.Key, cancellationToken).ConfigureAwait(false) is null
            && await _storage.StatAsync(SegmentKey.Manifest(segment.BackupId), cancellationToken).ConfigureAwait(false) is not null;
    }

    private static async ValueTask ProveAsync(IAsyncEnumerable<RecordBlock> blocks)
    {
        await foreach (var block in blocks.ConfigureAwait(false))
        {
            block.Dispose();
        }
    }

    private long MemoryFor(SegmentReference segment, long stored, long decoder)
    {
        var content = stored > 0 && stored <= _options.WholeInMemoryBytes ? stored + 1 : Math.Max(ChunkBytes, ObjectReader.MemoryFor(_storage));
        return content + decoder + (BlockBytes(segment.Entry.UncompressedSize) * (_options.Blocks + 1L));
    }

    /// <summary>Assumes from now on that segments need as much as this one: an archive is usually written at one level.</summary>
    private void Learn(long decoder)
    {
        // Within a part everything was reserved already: a higher estimate would make its segments wait for each other.
        if (_decoderBytes is { } known && decoder > Interlocked.Read(ref known.Value))
        {
            Interlocked.Exchange(ref known.Value, decoder);
        }
    }

    // Every release that wrote binary segments called them so; a legacy JSON segment is parsed whole, whatever its size.
    private static bool IsBinaryByName(string key) => key.Contains(".bin", StringComparison.Ordinal);

    private static bool IsBinary(ReadOnlySpan<byte> start) => start.StartsWith(SegmentHeader.Magic);

    private static SegmentHeader ParseHeader(string key, ReadOnlySpan<byte> start)
    {
        if (start.Length < SegmentHeader.Size)
        {
            throw SegmentDamage.Corrupt(key, $"it has {start.Length} bytes; the smallest segment has {SegmentHeader.SmallestSegment}");
        }

        try
        {
            return SegmentHeader.Parse(start);
        }
        catch (InvalidDataException damage)
        {
            throw SegmentDamage.Corrupt(key, damage.Message, damage);
        }
    }

    private int BlockBytes(long unpacked) =>
        unpacked > 0 ? (int)Math.Clamp(unpacked, Math.Min(SmallestBlock, _options.BlockBytes), _options.BlockBytes) : _options.BlockBytes;

    private async Task<SegmentContent> FetchAsync(SegmentReference segment, string key, SegmentLease lease, List<string> notes, CancellationToken cancellationToken)
    {
        var length = segment.Entry.CompressedSize;
        if (length == 0 || _options.TrustSegments)
        {
            var stat = await _storage.StatAsync(key, cancellationToken).ConfigureAwait(false)
                ?? throw new RestoreException(ErrorCodes.SegmentMissing, "a segment that the manifest lists does not exist", key);
            if (length != 0 && length != stat.Size)
            {
                notes.Add($"{stat.Size} bytes are stored, the manifest says {length}");
            }

            length = stat.Size;
        }

        if (length > _options.Limits.SegmentBytes)
        {
            throw SegmentDamage.Limit(key, $"the segment has {length} bytes; the limit is {_options.Limits.SegmentBytes}");
        }

        if (length < SegmentHeader.SmallestSegment && length < 2)
        {
            throw SegmentDamage.Corrupt(key, $"it has {length} bytes; the smallest segment has {SegmentHeader.SmallestSegment}");
        }

        if (length > _options.WholeInMemoryBytes)
        {
            if (IsBinaryByName(key) || length > _options.Limits.LegacyJsonBytes)
            {
                return await FetchLargeAsync(segment, key, length, notes, cancellationToken).ConfigureAwait(false);
            }

            await lease.ExtendAsync(length, cancellationToken).ConfigureAwait(false);
        }

        await lease.EnsureAsync(MemoryFor(segment, length, 0), cancellationToken).ConfigureAwait(false);
        var buffer = _pool.Rent((int)length + 1);
        try
        {
            var read = await ReadExactlyAsync(key, buffer.Memory[..((int)length + 1)], cancellationToken).ConfigureAwait(false);
            var content = new MemoryContent(buffer, read);
            using var checksums = new SegmentChecksums(segment.Entry.Sha256 is not null);
            checksums.Append(content.Whole.Span);
            CheckSums(segment, key, checksums, IsBinary(content.Start), notes);

            return content;
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }

    private async Task<SegmentContent> FetchLargeAsync(SegmentReference segment, string key, long length, List<string> notes, CancellationToken cancellationToken)
    {
        SpoolFile? spool = null;
        try
        {
            spool = _storage.Properties.RereadsAreCheap ? null : SpoolFile.Create(_options.SpoolDirectory);
            using var checksums = new SegmentChecksums(segment.Entry.Sha256 is not null);
            byte[] start = [];
            long position = 0;
            await foreach (var piece in ObjectReader.ReadChunksAsync(_storage, key, length, _pool, cancellationToken).ConfigureAwait(false))
            {
                if (position == 0)
                {
                    start = piece.Span[..Math.Min(piece.Length, 64)].ToArray();
                    if (!IsBinary(start))
                    {
                        throw SegmentDamage.Corrupt(key, "it does not begin with KBAK, and is too large to be a legacy JSON segment");
                    }
                }

                checksums.Append(piece.Span);
                spool?.Write(position, piece.Span);
                position += piece.Length;
            }

            await CheckEndsAsync(key, length, cancellationToken).ConfigureAwait(false);
            CheckSums(segment, key, checksums, hasFooter: true, notes);
            return spool is { } file
                ? new ChunkedContent(key, length, start, checksums.Crc, _pool.Rent(ChunkBytes), file.ReadAsync, file)
                : new ChunkedContent(key, length, start, checksums.Crc, _pool.Rent(ChunkBytes), (at, memory, token) => _storage.ReadAsync(key, at, memory, token), null);
        }
        catch
        {
            spool?.Dispose();
            throw;
        }
    }

    /// <summary>Fills all but the last byte of <paramref name="destination"/>, which must stay unfilled: an object that grew is noticed.</summary>
    private async ValueTask<int> ReadExactlyAsync(string key, Memory<byte> destination, CancellationToken cancellationToken)
    {
        var length = destination.Length - 1;
        if (destination.Length <= _storage.Properties.PreferredReadBytes)
        {
            CheckLength(key, await _storage.ReadAsync(key, 0, destination, cancellationToken).ConfigureAwait(false), length);
        }
        else
        {
            await ObjectReader.ReadWholeAsync(_storage, key, destination[..length], cancellationToken).ConfigureAwait(false);
            await CheckEndsAsync(key, length, cancellationToken).ConfigureAwait(false);
        }

        return length;
    }

    private async ValueTask CheckEndsAsync(string key, long length, CancellationToken cancellationToken)
    {
        var beyond = await _storage.ReadAsync(key, length, new byte[1], cancellationToken).ConfigureAwait(false);
        CheckLength(key, length + beyond, length);
    }

    private static void CheckLength(string key, long read, long expected)
    {
        if (read != expected)
        {
            throw SegmentDamage.Corrupt(key, read < expected
                ? $"it ends after {read} bytes; the manifest says {expected}"
                : $"it is longer than the {expected} bytes that the manifest says");
        }
    }

    private void CheckSums(SegmentReference segment, string key, SegmentChecksums checksums, bool hasFooter, List<string> notes)
    {
        if (hasFooter && checksums.CheckFooter() is { } damage)
        {
            throw SegmentDamage.Corrupt(key, damage);
        }

        if (checksums.Sha256() is { } actual && actual != segment.Entry.Sha256)
        {
            Mismatch(key, $"its SHA-256 is {actual}, the manifest says {segment.Entry.Sha256}", notes);
        }
    }

    private void CompareHeader(SegmentReference segment, string key, SegmentHeader header, List<string> notes)
    {
        var entry = segment.Entry;
        if (header.RecordCount != entry.RecordCount)
        {
            Mismatch(key, $"it holds {header.RecordCount} records, the manifest says {entry.RecordCount}", notes);
        }

        if (header.RecordCount > 0 && (header.StartOffset != entry.StartOffset || header.EndOffset != entry.EndOffset))
        {
            Mismatch(key, $"it holds offsets {header.StartOffset} to {header.EndOffset}, the manifest says {entry.StartOffset} to {entry.EndOffset}", notes);
        }
    }

    private void Mismatch(string key, string what, List<string> notes)
    {
        if (!_options.TrustSegments)
        {
            throw SegmentDamage.Mismatch(key, what);
        }

        notes.Add(what);
    }
}
