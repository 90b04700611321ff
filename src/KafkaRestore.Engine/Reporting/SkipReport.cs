using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Lanes.Skipping;

namespace KafkaRestore.Engine.Reporting;

/// <summary>What a job has left out because it cannot be read or written. It stays left out in every later run of the job, whatever is repaired.</summary>
/// <param name="Total">How many segments and single records.</param>
/// <param name="Listed">The first of them, <see cref="MostListed"/> at most; the job's state has all.</param>
public sealed record SkipReport(int Total, IReadOnlyList<Skip> Listed)
{
    /// <summary>How many are listed.</summary>
    public const int MostListed = 100;

    internal static SkipReport Of(IReadOnlyList<LaneStatus> lanes) =>
        new(lanes.Sum(lane => lane.Skips.Count), [.. lanes.SelectMany(lane => lane.Skips.First).Take(MostListed)]);
}
