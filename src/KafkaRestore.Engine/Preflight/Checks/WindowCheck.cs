using KafkaRestore.Engine.Reporting;
using KafkaRestore.Engine.Times;

namespace KafkaRestore.Engine.Preflight.Checks;

/// <summary>What a time window leaves out without anyone reading it.</summary>
internal sealed class WindowCheck : PlanCheck
{
    /// <inheritdoc/>
    protected override IEnumerable<Finding> Find(PreflightContext context)
    {
        foreach (var warning in WindowWords.Warnings(context.Plan))
        {
            yield return FindingKinds.WindowSlack.Warning(warning);
        }

        if (WindowWords.Spared(context.Plan, WindowForecast.Of(context.Plan).Segments) is { } spared)
        {
            yield return FindingKinds.WindowSpared.Info(spared);
        }
    }
}
