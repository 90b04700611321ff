using KafkaRestore.Engine.Planning;

namespace KafkaRestore.Engine.Verification;

/// <summary>How many records a lane's stream has, where the manifest alone tells.</summary>
internal static class ManifestCount
{
    /// <summary>The count; null where records may be left out on the way or go to another lane, or a segment may hold others than the manifest says, so that it must be read.</summary>
    public static long? Of(LanePlan lane, StreamRules rules, bool trustSegments) =>
        rules is { WindowStart: null, WindowEnd: null, DropControlRecords: false } && !trustSegments && lane.Repartitioning is null && !lane.Sources.Any(Overlaps) ? lane.RecordCount : null;

    private static bool Overlaps(LaneSource source)
    {
        var end = long.MinValue;
        foreach (var segment in source.Segments)
        {
            if (segment.StartOffset <= end)
            {
                return true;
            }

            end = Math.Max(end, segment.EndOffset);
        }

        return false;
    }
}
