using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Engine.Planning;

namespace KafkaRestore.Engine.State.Segments;

/// <summary>
/// Which segments the window's slack leaves out depends on what the time index knows, and that may change between two runs; a job's stream must not. So what a job has recorded is read, and
/// what it has passed over stays left out.
/// </summary>
internal static class SlackDecision
{
    /// <summary>The source with the decision that the job has recorded, where it has one.</summary>
    public static LaneSource Of(LaneSource now, RecordedLane recorded, StreamRules rules)
    {
        if (rules.WindowSlack is null || recorded.Sources.FirstOrDefault(source => source.Topic == now.Topic && source.Partition == now.Partition) is not { } was)
        {
            return now;
        }

        var read = was.Generations.SelectMany(generation => generation.Segments).Select(segment => (segment.Start, segment.Key)).ToHashSet();
        var reached = was.Generations.SelectMany(generation => generation.Segments).Select(segment => segment.End).DefaultIfEmpty(long.MinValue).Max();
        var leftOut = now.LeftOut.Select(segment => segment.StartOffset).ToHashSet();
        return WindowSlack.Divide(now, rules, IsLeftOut);

        bool IsLeftOut(SegmentEntry segment)
        {
            var known = RecordedSegment.Of(segment);
            return !read.Contains((known.Start, known.Key)) && (segment.StartOffset <= reached || leftOut.Contains(segment.StartOffset));
        }
    }
}
