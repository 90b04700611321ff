using KafkaRestore.Engine.Steering;

namespace KafkaRestore.Jobs.Output;

/// <summary>Limits as a person reads them.</summary>
internal static class LimitText
{
    private const string Unlimited = "no limit";

    public static string Records(long? perSecond) => perSecond is { } limit ? $"{Show.Count(limit, "record")}/s" : Unlimited;

    public static string Bytes(long? perSecond) => perSecond is { } limit ? $"{Show.Size(limit)}/s" : Unlimited;

    public static string Partitions(long? atOnce) => atOnce is { } limit ? $"{Show.Count(limit, "partition")} at once" : Unlimited;

    /// <summary>A change in one line: when, which key, from, to.</summary>
    public static string Of(LimitChange change)
    {
        Func<long?, string> show = change.Limit.EndsWith(RunLimits.RecordsPerSecondKey, StringComparison.Ordinal) ? Records
            : change.Limit.EndsWith(RunLimits.BytesPerSecondKey, StringComparison.Ordinal) ? Bytes
            : Partitions;
        return $"{Show.Time(change.Time)}: {change.Limit}: {show(change.From)} -> {show(change.To)}";
    }
}
