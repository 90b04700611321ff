using KafkaRestore.Engine.Times;

namespace KafkaRestore.Engine.Preflight.Checks;

/// <summary>How much is read, and how long that takes at least at the configured limits.</summary>
internal sealed class EstimateCheck : PlanCheck
{
    /// <inheritdoc/>
    protected override IEnumerable<Finding> Find(PreflightContext context)
    {
        if (!context.IsFirstRun || context.Plan.Lanes.Count == 0)
        {
            yield break;
        }

        var spared = WindowForecast.Of(context.Plan);
        var records = context.Plan.RecordCount - spared.Records;
        var bytes = context.Plan.UncompressedBytes - spared.UncompressedBytes;
        yield return FindingKinds.Estimate.Info(
            $"up to {Amounts.Size(context.Plan.StoredBytes)} are read from the storage (egress): {records} record(s), {Amounts.Size(bytes)} uncompressed; {Duration(context, records, bytes)}");
    }

    private static string Duration(PreflightContext context, long records, long bytes)
    {
        var execution = context.Options.Execution;
        var seconds = new[] { (double)records / execution.RecordsPerSecond, (double)bytes / execution.BytesPerSecond }.Max();
        return seconds is { } least
            ? $"at the configured limits that takes {Amounts.Duration(TimeSpan.FromSeconds(Math.Min(least, 1e9)))} at least"
            : "no limit is set: how long it takes depends on the storage and the brokers";
    }
}
