using System.Runtime.CompilerServices;
using System.Threading.Channels;
using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Engine.Lanes.Skipping;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Engine.Lanes.Stream;

/// <summary>
/// All records of one source partition in source order, as the archive holds them. The next segments are fetched and proven while the current
/// one is being read; memory is reserved in reading order, so the segment being read never waits for one behind it.
/// </summary>
/// <param name="backupId">The archive's id.</param>
/// <param name="source">The source.</param>
/// <param name="rules">What every record passes through.</param>
/// <param name="reader">Reads segments within its budget.</param>
/// <param name="counters">Counts what is read and left out.</param>
/// <param name="pool">Where memory is rented.</param>
/// <param name="readFrom">Segments wholly below this offset are passed over; of others, records below it are still given.</param>
/// <param name="countFrom">What is left out here below this offset is counted already.</param>
/// <param name="skips">What is left out; null is nothing.</param>
/// <param name="unread">Which segments need not be read; null: all must.</param>
internal sealed class SourceStream(
    string backupId,
    LaneSource source,
    StreamRules rules,
    SegmentReader reader,
    SourceCounters counters,
    BufferPool pool,
    long readFrom = 0,
    long countFrom = 0,
    StreamSkips? skips = null,
    UnreadSegments? unread = null)
{
    private const int SegmentsAhead = 3;
    private readonly StreamSkips _skips = skips ?? StreamSkips.None;

    public async IAsyncEnumerable<SourceBlock> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var ahead = Channel.CreateBounded<Opened>(SegmentsAhead);
        var opening = OpenAllAsync(ahead.Writer, stop.Token);
        var order = new OffsetOrder(source);
        try
        {
            await foreach (var next in ahead.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                if (next.Merge is { } merge)
                {
                    await foreach (var block in merge.ReadAsync(cancellationToken).ConfigureAwait(false))
                    {
                        if (block.Block is { } merged)
                        {
                            order.Follow(merged, merge.FirstKey, scan: false);
                        }

                        yield return block;
                    }

                    order.Reach(merge.Reached);

                    continue;
                }

                if (next.IsUnread)
                {
                    counters.SegmentUnread(next.Entry.StartOffset >= countFrom ? next.Entry.RecordCount : 0);
                    order.Reach(next.Entry.EndOffset);
                    yield return new SourceBlock(null, next.Entry.EndOffset + 1);
                    continue;
                }

                var (segment, lost) = next.Segment is { } trial ? await trial.ConfigureAwait(false) : default;
                if (segment is null)
                {
                    yield return Pass(next.Entry, lost);
                    continue;
                }

                await using (segment.ConfigureAwait(false))
                {
                    // A difference from the manifest is noted on opening; without one the manifest's offsets are the segment's.
                    var differs = segment.Notes.Count > 0;
                    await foreach (var block in segment.Blocks.WithCancellation(cancellationToken).ConfigureAwait(false))
                    {
                        order.Follow(block, segment.Key, scan: differs);
                        yield return new SourceBlock(block, null);
                    }

                    if (!differs && segment.Reference.Entry.RecordCount > 0)
                    {
                        order.Reach(segment.Reference.Entry.EndOffset);
                    }

                    counters.SegmentRead(segment.StoredBytes, segment.Key, segment.Notes);
                }
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await opening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await CloseAllAsync(ahead.Reader).ConfigureAwait(false);
        }
    }

    private async Task OpenAllAsync(ChannelWriter<Opened> ahead, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var run in SegmentRun.Of(source.Segments))
            {
                if (IsPassed(run))
                {
                    continue;
                }

                var isLost = run.Count == 1 && _skips.HasSegment(source, source.Segments[run.First]);
                if (isLost || IsUnread(run))
                {
                    await ahead.WriteAsync(new Opened(source.Segments[run.First], null, null, IsUnread: !isLost), cancellationToken).ConfigureAwait(false);
                    continue;
                }

                if (!await ahead.WaitToWriteAsync(cancellationToken).ConfigureAwait(false))
                {
                    return;
                }

                var need = run.Count == 1 ? reader.MemoryFor(Reference(run.First)) : OverlapMerge.MemoryFor(backupId, source, run, reader);
                var reservation = await reader.Budget.ReserveAsync(need, cancellationToken).ConfigureAwait(false);
                var opened = run.Count == 1
                    ? new Opened(source.Segments[run.First], Task.Run(() => SegmentTrial.OpenAsync(reader, Reference(run.First), reservation, _skips.Allowed.DamagedSegments, cancellationToken), CancellationToken.None), null)
                    : new Opened(source.Segments[run.First], null, new OverlapMerge(backupId, source, run, rules.Generation, reader, reservation, counters, pool, _skips, countFrom));
                await ahead.WriteAsync(opened, CancellationToken.None).ConfigureAwait(false);
            }

            ahead.Complete();
        }
        catch (Exception failure)
        {
            ahead.Complete(failure);
        }
    }

    /// <summary>Whether an earlier run has read all of <paramref name="run"/>; then it is counted as read.</summary>
    private bool IsPassed(SegmentRun run)
    {
        // Segments that may hold other offsets than the manifest says are read again: their records below the position are dropped one by one.
        var segments = source.Segments.Skip(run.First).Take(run.Count);
        if (readFrom == 0 || reader.TrustsSegments || segments.Any(segment => segment.EndOffset >= readFrom))
        {
            return false;
        }

        foreach (var segment in segments.Where(segment => !_skips.HasSegment(source, segment)))
        {
            counters.SegmentPassed(segment.CompressedSize);
        }

        return true;
    }

    /// <summary>A segment that is left out whole.</summary>
    private SourceBlock Pass(SegmentEntry segment, Skip? found)
    {
        // Where segments are taken at their word, those that an earlier run has passed come again.
        if (segment.EndOffset >= readFrom)
        {
            counters.Damaged(segment.RecordCount);
        }

        return new SourceBlock(null, segment.EndOffset + 1, found);
    }

    /// <summary>Whether a run need not be read. A segment whose records an earlier run has counted in part must be: the index knows only their sum.</summary>
    private bool IsUnread(SegmentRun run) =>
        !reader.TrustsSegments && unread?.In(run) is { } segment && (countFrom <= segment.StartOffset || countFrom > segment.EndOffset);

    private SegmentReference Reference(int index) => new(backupId, source.Topic, source.Partition, source.Segments[index]);

    private static async Task CloseAllAsync(ChannelReader<Opened> ahead)
    {
        while (ahead.TryRead(out var left))
        {
            left.Merge?.Abandon();
            if (left.Segment is not { } task)
            {
                continue;
            }

            try
            {
                if ((await task.ConfigureAwait(false)).Segment is { } opened)
                {
                    await opened.DisposeAsync().ConfigureAwait(false);
                }
            }
            catch (Exception)
            {
                // A segment ahead that failed to open was never needed; the lane ends for another reason.
            }
        }
    }

    /// <summary>A run whose turn comes.</summary>
    /// <param name="Entry">The first segment.</param>
    /// <param name="Segment">Opens it; null when it is noted as left out, or in a merge.</param>
    /// <param name="Merge">Merges it with others; null when it stands for itself.</param>
    /// <param name="IsUnread">Whether it is not opened, because it holds no record of the time window.</param>
    private readonly record struct Opened(SegmentEntry Entry, Task<SegmentTrial>? Segment, OverlapMerge? Merge, bool IsUnread = false);
}
