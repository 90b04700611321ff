using KafkaRestore.Archive.KafkaBackup.Segments;

namespace KafkaRestore.Engine.Times;

/// <summary>What is known of the times in a topic's segments.</summary>
/// <param name="Topic">Source topic.</param>
/// <param name="Segments">Segments selected.</param>
/// <param name="SegmentsKnown">Segments whose times are known.</param>
/// <param name="RecordsKnown">Records in these.</param>
/// <param name="FirstTimestamp">The smallest timestamp known, epoch milliseconds; null when none is.</param>
/// <param name="LastTimestamp">The largest.</param>
/// <param name="SegmentsDisordered">Known segments with a record before or behind the times of their first and last record.</param>
/// <param name="SlackNeededMs">How far before or behind at most, milliseconds; null when none is known.</param>
public sealed record TopicTimes(
    string Topic, long Segments, long SegmentsKnown, long RecordsKnown, long? FirstTimestamp, long? LastTimestamp, long SegmentsDisordered, long? SlackNeededMs)
{
    internal static TopicTimes Of(string topic, IEnumerable<SegmentReference> segments, TimeIndex index)
    {
        var row = new TopicTimes(topic, 0, 0, 0, null, null, 0, null);
        foreach (var segment in segments)
        {
            row = row.With(segment, index.Find(segment));
        }

        return row;
    }

    private TopicTimes With(in SegmentReference segment, SegmentTimes? known)
    {
        var entry = segment.Entry;
        if (known is not { } times)
        {
            return this with { Segments = Segments + 1, SegmentsKnown = SegmentsKnown + (entry.RecordCount == 0 ? 1 : 0) };
        }

        var before = (decimal)Math.Min(entry.FirstTimestamp, entry.LastTimestamp) - times.Smallest;
        var behind = (decimal)times.Largest - Math.Max(entry.FirstTimestamp, entry.LastTimestamp);
        var needed = (long)Math.Clamp(Math.Max(before, behind), 0, long.MaxValue);
        return this with
        {
            Segments = Segments + 1,
            SegmentsKnown = SegmentsKnown + 1,
            RecordsKnown = RecordsKnown + times.Records,
            FirstTimestamp = Math.Min(FirstTimestamp ?? long.MaxValue, times.Smallest),
            LastTimestamp = Math.Max(LastTimestamp ?? long.MinValue, times.Largest),
            SegmentsDisordered = SegmentsDisordered + (needed > 0 ? 1 : 0),
            SlackNeededMs = Math.Max(SlackNeededMs ?? 0, needed),
        };
    }
}
