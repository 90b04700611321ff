namespace KafkaRestore.Engine.State.Segments;

/// <summary>Why a job cannot go on with an archive that has changed: what, in which source, at which offsets. Names a few, counts the rest.</summary>
internal sealed class ArchiveRefusal
{
    private const int MostSources = 5;
    private const int MostSegments = 3;
    private readonly List<string> _reasons = [];
    private int _sources;

    public bool IsEmpty => _sources == 0;

    public void Add(RecordedSource source, SegmentComparison comparison)
    {
        if (comparison.Verdict != ArchiveChange.Refused || _sources++ >= MostSources)
        {
            return;
        }

        Add(source, comparison.LostAhead, "gone before all of their records were restored");
        Add(source, comparison.Changed, "not those that the job began with: same key, other content");
        Add(source, comparison.ReachingBack, "new and begin before the end of what the job began with, so the source's order could not be kept");
    }

    public override string ToString() => string.Join("; ", _reasons) + (_sources > MostSources ? $"; and {_sources - MostSources} more partitions" : "");

    private void Add(RecordedSource source, IReadOnlyList<RecordedSegment> segments, string what)
    {
        if (segments.Count > 0)
        {
            var more = segments.Count > MostSegments ? ", …" : "";
            _reasons.Add($"{source}: {segments.Count} segment(s) are {what} (source offsets {string.Join(", ", segments.Take(MostSegments))}{more})");
        }
    }
}
