using KafkaRestore.Engine.Lanes.Stream;
using KafkaRestore.Engine.Planning;

namespace KafkaRestore.Engine.Times;

/// <summary>How much of a plan the time index spares: segments that hold no record of the window.</summary>
/// <param name="Segments">How many segments.</param>
/// <param name="Records">Their records.</param>
/// <param name="UncompressedBytes">Bytes of these.</param>
public readonly record struct WindowForecast(long Segments, long Records, long UncompressedBytes)
{
    /// <summary>Of a whole plan.</summary>
    public static WindowForecast Of(RestorePlan plan)
    {
        var sum = default(WindowForecast);
        foreach (var (_, source) in plan.Sources)
        {
            var of = Of(plan, source);
            sum = new WindowForecast(sum.Segments + of.Segments, sum.Records + of.Records, sum.UncompressedBytes + of.UncompressedBytes);
        }

        return sum;
    }

    /// <summary>Of one source.</summary>
    public static WindowForecast Of(RestorePlan plan, LaneSource source)
    {
        var (segments, records, bytes) = (0L, 0L, 0L);
        foreach (var segment in new UnreadSegments(plan, source).All())
        {
            segments++;
            records += segment.RecordCount;
            bytes += segment.UnpackedBytes;
        }

        return new WindowForecast(segments, records, bytes);
    }
}
