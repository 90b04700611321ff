using System.Runtime.CompilerServices;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Engine.Lanes.Skipping;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Engine.Lanes.Stream;

/// <summary>
/// Merges segments whose offsets overlap into one ascending stream. Where two hold the same offset, both copies are compared: equal, one is
/// dropped; different, the topic was recreated under one archive id, and the chosen generation's segment wins over the whole overlap. A segment that is lost is left out,
/// where that is allowed; the others still give what they hold.
/// </summary>
/// <remarks>
/// Not guaranteed: that the reservation covers records larger than a block, or compression windows larger than assumed. Every open segment
/// holds its record reached, so none may wait for another to give memory back; what exceeds the reservation is taken at once.
/// </remarks>
internal sealed class OverlapMerge
{
    private readonly string _backupId;
    private readonly LaneSource _source;
    private readonly SegmentRun _run;
    private readonly GenerationChoice _choice;
    private readonly SegmentReader _reader;
    private readonly MemoryReservation _reservation;
    private readonly SourceCounters _counters;
    private readonly BufferPool _pool;
    private readonly List<SegmentCursor> _open = [];
    private readonly StreamSkips _skips;
    private readonly long _countFrom;
    private readonly long _end;
    private int _next;
    private int _duplicates;
    private int _otherGeneration;
    private long _damaged;

    /// <summary>Takes over <paramref name="reservation"/>, of the size that <see cref="MemoryFor"/> says; copies below <paramref name="countFrom"/> are counted already.</summary>
    public OverlapMerge(
        string backupId, LaneSource source, SegmentRun run, GenerationChoice choice, SegmentReader reader, MemoryReservation reservation, SourceCounters counters, BufferPool pool, StreamSkips skips, long countFrom = 0)
    {
        _skips = skips;
        _countFrom = countFrom;
        _backupId = backupId;
        _source = source;
        _run = run;
        _choice = choice;
        _reservation = reservation;
        _counters = counters;
        _pool = pool;
        _next = run.First;
        _end = source.Segments.Skip(run.First).Take(run.Count).Max(segment => segment.EndOffset);
        _reader = reader.Within(new MemoryBudget(long.MaxValue));
    }

    private const int BlockBytes = 128 << 10;

    // The block being filled, those waiting ahead of the sink, and the one being sent.
    private const int BlocksOut = 4;

    /// <summary>What merging takes at most: as many open segments as overlap, and the blocks written that are not yet sent.</summary>
    public static long MemoryFor(string backupId, LaneSource source, SegmentRun run, SegmentReader reader)
    {
        long largest = 0;
        for (var i = run.First; i < run.First + run.Count; i++)
        {
            largest = Math.Max(largest, reader.MemoryFor(new SegmentReference(backupId, source.Topic, source.Partition, source.Segments[i])));
        }

        return (largest * run.Depth) + (BlocksOut * BlockBytes);
    }

    /// <summary>The first segment's object.</summary>
    public string FirstKey => _source.Segments[_run.First].KeyIn(_backupId, _source.Topic, _source.Partition);

    /// <summary>The last offset read; -1 before the first.</summary>
    public long Reached { get; private set; } = -1;

    private string LatestKey => _source.Segments[_next - 1].KeyIn(_backupId, _source.Topic, _source.Partition);

    /// <summary>Gives the memory back when nothing was read and nothing will be.</summary>
    public void Abandon() => _reservation.Dispose();

    public async IAsyncEnumerable<SourceBlock> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        RecordBlock? output = null;
        try
        {
            var used = 0;
            var count = 0;
            while (true)
            {
                while (IsNextDue())
                {
                    if (await OpenNextAsync(cancellationToken).ConfigureAwait(false) is not { } lost)
                    {
                        continue;
                    }

                    // It comes behind everything before it: who notes it must know how far the stream is.
                    if (output is not null)
                    {
                        output.SetContent(count, used);
                        var before = output;
                        output = null;
                        yield return Give(before, Reached + 1);
                    }

                    yield return new SourceBlock(null, Math.Max(Reached + 1, _source.Segments[_run.First].StartOffset), lost);
                }

                if (LowestOffset() is not { } offset)
                {
                    break;
                }

                if (offset <= Reached)
                {
                    throw new RestoreException(ErrorCodes.ArchiveCorrupt,
                        $"a segment holds source offset {offset} of {_source} after {Reached} was read: it begins earlier than the manifest says", LatestKey);
                }

                Reached = offset;
                var chosen = Choose(offset);
                if (chosen is not null)
                {
                    var size = chosen.Current.Encoded.Length;
                    if (output is not null && output.Capacity - used < size)
                    {
                        output.SetContent(count, used);
                        var full = output;
                        output = null;
                        yield return Give(full, offset);
                    }

                    if (output is null)
                    {
                        output = new RecordBlock(_pool.Rent(Math.Max(BlockBytes, size)));
                        used = count = 0;
                    }

                    chosen.Current.Encoded.CopyTo(output.Memory[used..]);
                    used += size;
                    count++;
                }

                Count(offset);
                for (var i = _open.Count - 1; i >= 0; i--)
                {
                    var cursor = _open[i];
                    if (cursor.Offset == offset && !cursor.TryMoveNext() && !await cursor.MoveToNextBlockAsync().ConfigureAwait(false))
                    {
                        await CloseAsync(cursor).ConfigureAwait(false);
                    }
                }
            }

            if (output is not null)
            {
                output.SetContent(count, used);
                var last = output;
                output = null;
                yield return Give(last, Reached + 1);
            }

            if (_damaged > 0)
            {
                // Lost segments at the end of the run count here, for want of a record behind them.
                Count(_end);
                yield return new SourceBlock(null, _end + 1);
            }
        }
        finally
        {
            output?.Dispose();
            foreach (var cursor in _open)
            {
                await cursor.DisposeAsync().ConfigureAwait(false);
            }

            _reservation.Dispose();
        }
    }

    /// <summary>Whether the next segment begins at or before the lowest offset reached.</summary>
    private bool IsNextDue() =>
        _next < _run.First + _run.Count && (LowestOffset() is not { } lowest || _source.Segments[_next].StartOffset <= lowest);

    /// <summary>Every copy of a record below <paramref name="accountedBelow"/> has been counted, and every record that remains is in the blocks given so far.</summary>
    private static SourceBlock Give(RecordBlock block, long accountedBelow) => new(block, accountedBelow);

    /// <summary>Opens the next segment; gives it back when it is lost and nobody has noted that yet.</summary>
    private async ValueTask<Skip?> OpenNextAsync(CancellationToken cancellationToken)
    {
        var entry = _source.Segments[_next];
        if (_skips.HasSegment(_source, entry))
        {
            _next++;
            _damaged += entry.RecordCount;
            return null;
        }

        var segment = new SegmentReference(_backupId, _source.Topic, _source.Partition, entry);
        var reservation = await _reader.Budget.ReserveAsync(_reader.MemoryFor(segment), cancellationToken).ConfigureAwait(false);
        var trial = await SegmentTrial.OpenAsync(_reader, segment, reservation, _skips.Allowed.DamagedSegments, cancellationToken).ConfigureAwait(false);
        _next++;
        if (trial.Segment is not { } opened)
        {
            _damaged += entry.RecordCount;
            return trial.Lost;
        }

        var cursor = new SegmentCursor(opened, cancellationToken);
        _open.Add(cursor);
        if (!await cursor.MoveToNextBlockAsync().ConfigureAwait(false))
        {
            await CloseAsync(cursor).ConfigureAwait(false);
        }

        return null;
    }

    private long? LowestOffset()
    {
        long? lowest = null;
        foreach (var cursor in _open)
        {
            lowest = lowest < cursor.Offset ? lowest : cursor.Offset;
        }

        return lowest;
    }

    private void Count(long offset)
    {
        if (offset >= _countFrom)
        {
            _counters.Duplicate(_duplicates);
            _counters.OtherGeneration(_otherGeneration);
            _counters.Damaged(_damaged);
        }

        _duplicates = 0;
        _otherGeneration = 0;
        _damaged = 0;
    }

    /// <summary>The copy that is taken for <paramref name="offset"/>; null when the chosen generation has no record there.</summary>
    private SegmentCursor? Choose(long offset)
    {
        SegmentCursor? taken = null;
        foreach (var cursor in _open)
        {
            if (cursor.Offset != offset)
            {
                continue;
            }

            if (_choice != GenerationChoice.Refuse && PreferredOver(cursor, offset) is { } preferred)
            {
                if (preferred.Offset == offset && AreEqual(preferred.Current, cursor.Current))
                {
                    _duplicates++;
                }
                else
                {
                    _otherGeneration++;
                }

                continue;
            }

            if (taken is null)
            {
                taken = cursor;
            }
            else if (AreEqual(taken.Current, cursor.Current))
            {
                _duplicates++;
            }
            else
            {
                throw new RestoreException(ErrorCodes.ArchiveGenerations,
                    $"two segments hold different records at source offset {offset} of {_source}: the topic was recreated under one archive id",
                    $"{taken.Segment.Key} (uploaded {taken.Segment.Reference.Entry.UploadedAt}) and {cursor.Segment.Key} (uploaded {cursor.Segment.Reference.Entry.UploadedAt})");
            }
        }

        return taken;
    }

    /// <summary>An open segment of the chosen generation that covers <paramref name="offset"/> in place of <paramref name="cursor"/>; null when there is none.</summary>
    private SegmentCursor? PreferredOver(SegmentCursor cursor, long offset)
    {
        foreach (var other in _open)
        {
            if (other != cursor && Covers(other, offset) && IsPreferred(other, cursor))
            {
                return other;
            }
        }

        return null;
    }

    private static bool Covers(SegmentCursor cursor, long offset)
    {
        var entry = cursor.Segment.Reference.Entry;
        return entry.StartOffset <= offset && offset <= entry.EndOffset;
    }

    // Segments of unknown or equal upload time are of one generation as far as anyone can tell: their copies are compared.
    private bool IsPreferred(SegmentCursor candidate, SegmentCursor over)
    {
        var (a, b) = (candidate.Segment.Reference.Entry.UploadedAt, over.Segment.Reference.Entry.UploadedAt);
        return a > 0 && b > 0 && (_choice == GenerationChoice.Newest ? a > b : a < b);
    }

    private async ValueTask CloseAsync(SegmentCursor cursor)
    {
        _open.Remove(cursor);
        _counters.SegmentRead(cursor.Segment.StoredBytes, cursor.Segment.Key, cursor.Segment.Notes);
        await cursor.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Whether two copies are the same record: key, value, timestamp and own headers; the backup's headers may differ.</summary>
    internal static bool AreEqual(RecordView a, RecordView b)
    {
        if (a.Timestamp != b.Timestamp || a.KeyIsNull != b.KeyIsNull || a.ValueIsNull != b.ValueIsNull
            || !a.Key.SequenceEqual(b.Key) || !a.Value.SequenceEqual(b.Value))
        {
            return false;
        }

        var (trackingA, trackingB) = (TrackingHeaders.Of(a), TrackingHeaders.Of(b));
        if (a.HeaderCount - trackingA.Count != b.HeaderCount - trackingB.Count)
        {
            return false;
        }

        var headersA = a.Headers.GetEnumerator();
        var headersB = b.Headers.GetEnumerator();
        int indexA = -1, indexB = -1;
        while (NextOwn(ref headersA, ref indexA, trackingA))
        {
            if (!NextOwn(ref headersB, ref indexB, trackingB) || !headersA.Current.Encoded.SequenceEqual(headersB.Current.Encoded))
            {
                return false;
            }
        }

        return true;
    }

    private static bool NextOwn(ref RecordHeaders.Enumerator headers, ref int index, TrackingHeaders tracking)
    {
        while (headers.MoveNext())
        {
            index++;
            if (!tracking.Contains(index))
            {
                return true;
            }
        }

        return false;
    }
}
