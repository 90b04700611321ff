using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Engine.Planning;

namespace KafkaRestore.Engine.Lanes.Stream;

/// <summary>
/// Which segments of a source need not be read, because the time index proves that the window leaves out every record of them. Segments that overlap others are always read: they must
/// be compared.
/// </summary>
internal sealed class UnreadSegments(RestorePlan plan, LaneSource source)
{
    /// <summary>The segment of a run that need not be read; null where the run must be.</summary>
    public SegmentEntry? In(in SegmentRun run)
    {
        if (run.Count > 1 || plan.Times is not { } index)
        {
            return null;
        }

        var segment = source.Segments[run.First];
        return index.Find(new SegmentReference(plan.BackupId, source.Topic, source.Partition, segment)) is { } times && plan.Rules.IsOutside(times.Smallest, times.Largest) ? segment : null;
    }

    /// <summary>All of them.</summary>
    public IEnumerable<SegmentEntry> All()
    {
        if (plan.Times is null)
        {
            yield break;
        }

        foreach (var run in SegmentRun.Of(source.Segments))
        {
            if (In(run) is { } segment)
            {
                yield return segment;
            }
        }
    }
}
