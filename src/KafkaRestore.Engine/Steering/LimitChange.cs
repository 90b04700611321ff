namespace KafkaRestore.Engine.Steering;

/// <summary>One limit of a run that was changed under way.</summary>
/// <param name="Time">When, epoch milliseconds.</param>
/// <param name="Limit">Its configuration key, such as <c>restore.rate_limit_records_per_sec</c>.</param>
/// <param name="From">What held before; null is no limit.</param>
/// <param name="To">What holds from then on; null is no limit.</param>
public sealed record LimitChange(long Time, string Limit, long? From, long? To)
{
    internal const string Section = "restore.";

    /// <summary>What differs between two sets of limits.</summary>
    internal static IEnumerable<LimitChange> Between(RunLimits before, RunLimits after, DateTimeOffset time)
    {
        LimitChange[] all =
        [
            Of(RunLimits.RecordsPerSecondKey, before.RecordsPerSecond, after.RecordsPerSecond),
            Of(RunLimits.BytesPerSecondKey, before.BytesPerSecond, after.BytesPerSecond),
            Of(RunLimits.MaxConcurrentPartitionsKey, before.MaxConcurrentPartitions, after.MaxConcurrentPartitions),
        ];
        return all.Where(change => change.From != change.To);

        LimitChange Of(string key, long? from, long? to) => new(time.ToUnixTimeMilliseconds(), Section + key, from, to);
    }
}
