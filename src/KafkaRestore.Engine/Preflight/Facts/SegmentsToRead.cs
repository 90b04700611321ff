using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Engine.Lanes.Stream;
using KafkaRestore.Engine.Planning;

namespace KafkaRestore.Engine.Preflight.Facts;

/// <summary>The segments of a source without those that the time index spares.</summary>
internal static class SegmentsToRead
{
    /// <summary>In the source's order.</summary>
    public static IReadOnlyList<SegmentEntry> Of(RestorePlan plan, LaneSource source)
    {
        var unread = new UnreadSegments(plan, source).All().ToHashSet();
        return unread.Count == 0 ? source.Segments : [.. source.Segments.Where(segment => !unread.Contains(segment))];
    }
}
