namespace KafkaRestore.Engine.Preflight.Checks;

/// <summary>What the plan says of itself.</summary>
internal sealed class PlanNotesCheck : PlanCheck
{
    /// <inheritdoc/>
    protected override IEnumerable<Finding> Find(PreflightContext context) => context.Plan.Warnings.Select(static warning => FindingKinds.Plan.Warning(warning));
}
