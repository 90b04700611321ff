using KafkaRestore.Archive.KafkaBackup.Manifests;

namespace KafkaRestore.Engine.Preflight.Checks;

/// <summary>Holes in the archive, and where none can be ruled out.</summary>
internal sealed class CompletenessCheck : PlanCheck
{
    /// <inheritdoc/>
    protected override IEnumerable<Finding> Find(PreflightContext context)
    {
        var unproven = new List<string>();
        foreach (var source in context.Plan.Sources.Select(static pair => pair.Source).OrderBy(static source => source.Topic, StringComparer.Ordinal).ThenBy(static source => source.Partition))
        {
            if (source.Completeness.State == CompletenessState.NotProvable)
            {
                unproven.Add(source.ToString());
            }

            foreach (var hole in source.Completeness.Holes.Where(static hole => hole.Cause != HoleCause.Unknown))
            {
                yield return hole.Cause == HoleCause.Unexplained
                    ? FindingKinds.ArchiveIncomplete.Warning($"the archive lacks the source offsets {hole.Start} to {hole.End} and does not say why", source.ToString())
                    : FindingKinds.ArchiveGap.Warning($"the archive does not hold the source offsets {hole.Start} to {hole.End}: {hole.Reason}", source.ToString());
            }
        }

        if (unproven.Count > 0)
        {
            yield return FindingKinds.ArchiveNotProvable.Info(
                $"the archive cannot prove that it is complete for {unproven.Count} partition(s); archives made before 0.25 do not record it", Amounts.Some(unproven));
        }
    }
}
