using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Engine.Lanes.Stream;

namespace KafkaRestore.Engine.State.Segments;

/// <summary>What became of a source's segments since a job recorded them.</summary>
internal enum ArchiveChange
{
    /// <summary>They are the same.</summary>
    Same,

    /// <summary>New ones follow after the last recorded one: the next generation. Others may be lost behind the position.</summary>
    Grown,

    /// <summary>Some are gone, all of them before the lane's position.</summary>
    LostBehind,

    /// <summary>The stream can no longer be the same: see what is lost ahead, changed, or reaching back.</summary>
    Refused,
}

/// <summary>
/// A source's recorded segments beside those that the archive selects now. A value without side effects: the same arguments, the same answer.
/// </summary>
internal sealed class SegmentComparison
{
    private SegmentComparison(
        IReadOnlyList<RecordedSegment> lostBehind,
        IReadOnlyList<RecordedSegment> lostAhead,
        IReadOnlyList<RecordedSegment> changed,
        IReadOnlyList<RecordedSegment> reachingBack,
        IReadOnlyList<GenerationRange> ranges,
        int firstNew,
        int currentCount)
    {
        LostBehind = lostBehind;
        LostAhead = lostAhead;
        Changed = changed;
        ReachingBack = reachingBack;
        Ranges = ranges;
        NewCount = currentCount - firstNew;
        Verdict = lostAhead.Count + changed.Count + reachingBack.Count > 0 ? ArchiveChange.Refused
            : NewCount > 0 ? ArchiveChange.Grown
            : lostBehind.Count > 0 ? ArchiveChange.LostBehind
            : ArchiveChange.Same;
    }

    /// <summary>The judgement.</summary>
    public ArchiveChange Verdict { get; }

    /// <summary>Recorded segments that are gone and lie wholly before the position.</summary>
    public IReadOnlyList<RecordedSegment> LostBehind { get; }

    /// <summary>Recorded segments that are gone and whose records may still be needed.</summary>
    public IReadOnlyList<RecordedSegment> LostAhead { get; }

    /// <summary>Segments whose key is recorded with another content; as recorded.</summary>
    public IReadOnlyList<RecordedSegment> Changed { get; }

    /// <summary>New segments that begin at or before the last recorded source offset: the source's order could not be kept.</summary>
    public IReadOnlyList<RecordedSegment> ReachingBack { get; }

    /// <summary>Which of the current segments belong to which recorded generation, in order; meaningful unless refused.</summary>
    public IReadOnlyList<GenerationRange> Ranges { get; }

    /// <summary>How many of the current segments, the last ones, are new; meaningful unless refused.</summary>
    public int NewCount { get; }

    /// <summary>Compares.</summary>
    /// <param name="recorded">The source as recorded; null for a source that is not recorded: then all its segments are new.</param>
    /// <param name="number">The source's number in its lane.</param>
    /// <param name="current">The segments that the archive selects now, by first offset.</param>
    /// <param name="position">How far the lane has come; null when nothing may be taken as done.</param>
    public static SegmentComparison Of(RecordedSource? recorded, int number, IReadOnlyList<SegmentEntry> current, StreamPosition? position)
    {
        var was = Recorded(recorded);
        var now = new RecordedSegment[current.Count];
        for (var i = 0; i < now.Length; i++)
        {
            now[i] = RecordedSegment.Of(current[i]);
        }

        Array.Sort(now);
        var reached = was.Count == 0 ? long.MinValue : was.Max(member => member.Segment.End);
        List<RecordedSegment> lostBehind = [], lostAhead = [], changed = [], reachingBack = [];
        var kept = new SortedDictionary<int, int>();
        int w = 0, n = 0;
        while (w < was.Count || n < now.Length)
        {
            var order = w == was.Count ? 1 : n == now.Length ? -1 : was[w].Segment.CompareKey(now[n]);
            if (order < 0)
            {
                var (gone, generation) = was[w++];
                (position?.IsPast(generation, number, gone.End) == true ? lostBehind : lostAhead).Add(gone);
            }
            else if (order > 0)
            {
                var fresh = now[n++];
                if (fresh.Start <= reached)
                {
                    reachingBack.Add(fresh);
                }
            }
            else
            {
                var (before, generation) = was[w++];
                if (before != now[n++])
                {
                    changed.Add(before);
                }

                kept[generation] = kept.GetValueOrDefault(generation) + 1;
            }
        }

        var ranges = new List<GenerationRange>();
        var next = 0;
        foreach (var generation in recorded?.Generations ?? [])
        {
            var count = kept.GetValueOrDefault(generation.Number);
            ranges.Add(new GenerationRange(generation.Number, next, count));
            next += count;
        }

        return new SegmentComparison(lostBehind, lostAhead, changed, reachingBack, ranges, next, now.Length);
    }

    private static List<(RecordedSegment Segment, int Generation)> Recorded(RecordedSource? source)
    {
        var all = new List<(RecordedSegment Segment, int Generation)>();
        foreach (var generation in source?.Generations ?? [])
        {
            all.AddRange(generation.Segments.Select(segment => (segment, generation.Number)));
        }

        all.Sort(static (a, b) => a.Segment.CompareTo(b.Segment));
        return all;
    }
}

/// <summary>Neighbouring segments of a source that belong to one generation.</summary>
/// <param name="Generation">Its number.</param>
/// <param name="First">Index of the first among the source's segments.</param>
/// <param name="Count">How many; 0 when the archive has none of them any more.</param>
internal readonly record struct GenerationRange(int Generation, int First, int Count);
