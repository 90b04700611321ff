using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Running;

namespace KafkaRestore.Metrics.Following;

/// <summary>How far a whole restore is at a moment.</summary>
/// <param name="Planned">Records of the plan.</param>
/// <param name="AccountedFor">Records acknowledged or left out on purpose, in all runs.</param>
/// <param name="Percent">Share of the plan, 0 to 100 in steps of a tenth; 100 only when every lane is done.</param>
/// <param name="RecordsPerSecond">Records acknowledged a second, since this run began.</param>
/// <param name="SecondsLeft">Seconds left at the speed since this run began; null where nobody can say.</param>
internal sealed record RunGauges(long Planned, long AccountedFor, double Percent, double RecordsPerSecond, double? SecondsLeft)
{
    private const double AlmostDone = 99.9;

    /// <summary>How far a run is.</summary>
    public static RunGauges Of(RestoreProgress progress)
    {
        var planned = progress.Plan.RecordCount;
        var accounted = progress.RecordsAccountedFor;
        var before = progress.Lanes.Sum(static lane => lane.RestoredBefore);
        var isDone = progress.Lanes.All(static lane => lane.State == LaneState.Done);
        var seconds = progress.Elapsed.TotalSeconds;
        var accountedPerSecond = seconds > 0 ? Math.Max(0, accounted - before) / seconds : 0;
        return new RunGauges(
            planned,
            accounted,
            isDone ? 100 : planned == 0 ? 0 : Math.Min(AlmostDone, Math.Floor(accounted * 1_000.0 / planned) / 10),
            seconds > 0 ? Math.Max(0, progress.Records - before) / seconds : 0,
            isDone ? 0 : accountedPerSecond > 0 ? Math.Max(0, planned - accounted) / accountedPerSecond : null);
    }
}
