using KafkaRestore.Archive.KafkaBackup.Manifests;

namespace KafkaRestore.Engine.Lanes.Stream;

/// <summary>Neighbouring segments of a source: one that stands for itself, or several whose offsets overlap and must be merged.</summary>
/// <param name="First">Index of the first segment.</param>
/// <param name="Count">How many; 1 is the ordinary case.</param>
/// <param name="Depth">How many of them cover one offset at most: so many are open at once.</param>
internal readonly record struct SegmentRun(int First, int Count, int Depth)
{
    /// <summary>Cuts the segments of a source, sorted by first offset, into runs.</summary>
    public static IEnumerable<SegmentRun> Of(IReadOnlyList<SegmentEntry> segments)
    {
        var first = 0;
        while (first < segments.Count)
        {
            var end = segments[first].EndOffset;
            var next = first + 1;
            while (next < segments.Count && segments[next].StartOffset <= end)
            {
                end = Math.Max(end, segments[next].EndOffset);
                next++;
            }

            yield return new SegmentRun(first, next - first, next - first == 1 ? 1 : DepthOf(segments, first, next));
            first = next;
        }
    }

    private static int DepthOf(IReadOnlyList<SegmentEntry> segments, int first, int next)
    {
        var open = new PriorityQueue<int, long>();
        var depth = 0;
        for (var i = first; i < next; i++)
        {
            while (open.TryPeek(out _, out var end) && end < segments[i].StartOffset)
            {
                open.Dequeue();
            }

            open.Enqueue(i, segments[i].EndOffset);
            depth = Math.Max(depth, open.Count);
        }

        return depth;
    }
}
