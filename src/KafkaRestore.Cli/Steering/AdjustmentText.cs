
namespace KafkaRestore.Cli.Steering;

/// <summary>The text of <see cref="Adjustment"/>.</summary>
internal static class AdjustmentText
{
    public static string Of(Adjustment adjustment)
    {
        var (before, now) = (adjustment.Before, adjustment.Limits);
        return new TextPage().Fields(
            ("Job", adjustment.JobId),
            ("Run", $"process {adjustment.ProcessId}, since {Show.Time(adjustment.RunningSince)}"),
            ("Records/s", Pair(LimitText.Records(before.RecordsPerSecond), LimitText.Records(now.RecordsPerSecond))),
            ("Bytes/s", Pair(LimitText.Bytes(before.BytesPerSecond), LimitText.Bytes(now.BytesPerSecond))),
            ("At once", Pair(LimitText.Partitions(before.MaxConcurrentPartitions), LimitText.Partitions(now.MaxConcurrentPartitions)))).ToString();
    }

    private static string Pair(string before, string now) => before == now ? now : $"{now} (was {before})";
}
