using KafkaRestore.Engine.Preflight.Facts;

namespace KafkaRestore.Engine.Preflight.Checks;

/// <summary>What could not be asked of the target, and why.</summary>
internal sealed class NotCheckedCheck : TargetCheck
{
    /// <inheritdoc/>
    protected override IEnumerable<Finding> Find(PreflightContext context, TargetFacts target)
    {
        if (target.Answer is not { } answer)
        {
            yield return FindingKinds.NotChecked.Info("rights, replicas, disks and most settings of the target were not checked: the protocol client that asks for them cannot be used here");
            yield break;
        }

        foreach (var question in answer.Unanswered.GroupBy(static one => one.What, StringComparer.Ordinal))
        {
            yield return FindingKinds.NotChecked.Info($"{question.Key}: not checked, {question.First().Why}");
        }

        if (answer.Unanswered.Count == 0 && target.Topics.Count > 0 && target.Topics.All(static topic => topic.Rights is null))
        {
            yield return FindingKinds.NotChecked.Info("the rights of the principal: not checked, the cluster does not tell them");
        }
    }
}
