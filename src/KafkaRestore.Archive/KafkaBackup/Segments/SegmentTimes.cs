using KafkaRestore.Records.Layout;

namespace KafkaRestore.Archive.KafkaBackup.Segments;

/// <summary>The times of all records of a segment, which are not those of its first and last one; epoch milliseconds.</summary>
/// <param name="Smallest">The smallest timestamp; means something when <paramref name="Records"/> is above 0.</param>
/// <param name="Largest">The largest timestamp.</param>
/// <param name="Records">How many records were looked at.</param>
public readonly record struct SegmentTimes(long Smallest, long Largest, long Records)
{
    /// <summary>No record seen.</summary>
    public static SegmentTimes None { get; } = new(long.MaxValue, long.MinValue, 0);

    /// <summary>These and those of the records of <paramref name="block"/>.</summary>
    public SegmentTimes With(RecordBlock block)
    {
        var (smallest, largest) = (Smallest, Largest);
        foreach (var record in block)
        {
            var timestamp = record.Timestamp;
            smallest = Math.Min(smallest, timestamp);
            largest = Math.Max(largest, timestamp);
        }

        return new SegmentTimes(smallest, largest, Records + block.Count);
    }
}
