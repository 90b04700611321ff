using System.Runtime.CompilerServices;
using System.Threading.Channels;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Engine.Lanes.Stream;

/// <summary>
/// All records of one source partition in source order, as the archive holds them. The next segments are fetched and proven while the current
/// one is being read; memory is reserved in reading order, so the segment being read never waits for one behind it.
/// </summary>
internal sealed class SourceStream(string backupId, LaneSource source, StreamRules rules, SegmentReader reader, SourceCounters counters, BufferPool pool)
{
    private const int SegmentsAhead = 3;

    public async IAsyncEnumerable<RecordBlock> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
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
                        order.Follow(block, merge.FirstKey, scan: false);
                        yield return block;
                    }

                    order.Reach(merge.Reached);

                    continue;
                }

                var segment = await next.Segment!.ConfigureAwait(false);
                await using (segment.ConfigureAwait(false))
                {
                    // A difference from the manifest is noted on opening; without one the manifest's offsets are the segment's.
                    var differs = segment.Notes.Count > 0;
                    await foreach (var block in segment.Blocks.WithCancellation(cancellationToken).ConfigureAwait(false))
                    {
                        order.Follow(block, segment.Key, scan: differs);
                        yield return block;
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
            foreach (var run in SegmentRuns())
            {
                if (!await ahead.WaitToWriteAsync(cancellationToken).ConfigureAwait(false))
                {
                    return;
                }

                var need = run.Count == 1 ? reader.MemoryFor(Reference(run.First)) : OverlapMerge.MemoryFor(backupId, source, run, reader);
                var reservation = await reader.Budget.ReserveAsync(need, cancellationToken).ConfigureAwait(false);
                var opened = run.Count == 1
                    ? new Opened(Task.Run(() => reader.OpenAsync(Reference(run.First), reservation, cancellationToken), CancellationToken.None), null)
                    : new Opened(null, new OverlapMerge(backupId, source, run, rules.Generation, reader, reservation, counters, pool));
                await ahead.WriteAsync(opened, CancellationToken.None).ConfigureAwait(false);
            }

            ahead.Complete();
        }
        catch (Exception failure)
        {
            ahead.Complete(failure);
        }
    }

    private IEnumerable<SegmentRun> SegmentRuns() => SegmentRun.Of(source.Segments);

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
                await (await task.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
            }
            catch (Exception)
            {
                // A segment ahead that failed to open was never needed; the lane ends for another reason.
            }
        }
    }

    private readonly record struct Opened(Task<OpenSegment>? Segment, OverlapMerge? Merge);
}
