using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Engine.Lanes.Stream;
using KafkaRestore.Engine.Times;

namespace KafkaRestore.Engine.Planning;

/// <summary>
/// Which segments the window's slack leaves out: those whose first and last timestamps lie further outside than it allows, that no other segment overlaps, and of which the time index
/// knows nothing. What it knows is exact, and goes first.
/// </summary>
internal static class WindowSlack
{
    /// <summary>The source with what is left out apart.</summary>
    public static LaneSource Divide(string backupId, LaneSource source, StreamRules rules, TimeIndex? times) =>
        Divide(source, rules, segment => times?.Find(new SegmentReference(backupId, source.Topic, source.Partition, segment)) is null);

    /// <summary>The same where <paramref name="decide"/> says which of the segments that may be left out are.</summary>
    public static LaneSource Divide(LaneSource source, StreamRules rules, Func<SegmentEntry, bool> decide)
    {
        if (rules.WindowSlack is not { } slack)
        {
            return source;
        }

        IReadOnlyList<SegmentEntry> all = source.LeftOut.Count == 0 ? source.Segments : [.. source.Segments.Concat(source.LeftOut).OrderBy(segment => segment.StartOffset)];
        List<SegmentEntry> read = [], leftOut = [];
        foreach (var run in SegmentRun.Of(all))
        {
            for (var i = run.First; i < run.First + run.Count; i++)
            {
                (run.Count == 1 && LiesOutside(all[i], rules, (long)slack.TotalMilliseconds) && decide(all[i]) ? leftOut : read).Add(all[i]);
            }
        }

        return leftOut.Count == 0 && source.LeftOut.Count == 0 ? source : source.With(read, leftOut);
    }

    private static bool LiesOutside(in SegmentEntry segment, StreamRules rules, long slack)
    {
        // A negative time stands for none.
        if (segment.FirstTimestamp < 0 || segment.LastTimestamp < 0)
        {
            return false;
        }

        var first = Math.Min(segment.FirstTimestamp, segment.LastTimestamp);
        var last = Math.Max(segment.FirstTimestamp, segment.LastTimestamp);
        return rules.IsOutside(first - slack, last > long.MaxValue - slack ? long.MaxValue : last + slack);
    }
}
