using KafkaRestore.Engine.Preflight.Facts;

namespace KafkaRestore.Engine.Preflight.Checks;

/// <summary>What could not be checked, and why.</summary>
internal sealed class NotCheckedCheck : IPreflightCheck
{
    /// <inheritdoc/>
    public async ValueTask<IEnumerable<Finding>> RunAsync(PreflightContext context, CancellationToken cancellationToken) =>
        [.. await OfArchiveAsync(context, cancellationToken).ConfigureAwait(false), .. OfTarget(context, await context.TargetAsync(cancellationToken).ConfigureAwait(false))];

    private static async ValueTask<IEnumerable<Finding>> OfArchiveAsync(PreflightContext context, CancellationToken cancellationToken)
    {
        var sample = await context.TrySampleAsync(cancellationToken).ConfigureAwait(false);
        return sample is not null && sample.SegmentsSeen < sample.Segments
            ? [FindingKinds.NotChecked.Info($"{sample.SegmentsSeen} of {sample.Segments} segment(s) were looked into, the first and last of partitions: what the others hold was not checked (the command validate --deep reads them)")]
            : [];
    }

    private static IEnumerable<Finding> OfTarget(PreflightContext context, TargetFacts target)
    {
        if (target.Answer is null)
        {
            return [FindingKinds.NotChecked.Info("rights, replicas, disks and most settings of the target were not checked: the protocol client that asks for them cannot be used here")];
        }

        return target.Answer.Unanswered.GroupBy(static one => one.What, StringComparer.Ordinal)
            .Select(static group => FindingKinds.NotChecked.Info($"{group.Key}: not checked, {group.First().Why}"))
            .Concat(context.Plan.Topics.Count > 0 && target.Topics.All(static topic => topic.Rights is null) && target.Answer.Unanswered.Count == 0
                ? [FindingKinds.NotChecked.Info("the rights of the principal: the cluster does not tell them")]
                : []);
    }
}
