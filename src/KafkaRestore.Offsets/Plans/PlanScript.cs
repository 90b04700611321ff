using KafkaRestore.Offsets.Scripts;

namespace KafkaRestore.Offsets.Plans;

/// <summary>A plan as a script that carries it out with Kafka's own tool.</summary>
public static class PlanScript
{
    /// <summary>Writes the script.</summary>
    /// <exception cref="Records.Errors.RestoreException">CONFIG_NOT_SUPPORTED: a name that the tool cannot take.</exception>
    public static string Of(OffsetResetPlan plan)
    {
        var text = new StringWriter { NewLine = "\n" };
        var header = new ScriptHeader(plan.OffsetsFrom ?? "a plan", plan.GeneratedAt, plan.BootstrapServers.Count == 0 ? null : string.Join(',', plan.BootstrapServers))
        {
            Remarks =
            [
                $"Translated by: {plan.Strategy}",
                .. plan.Groups.SelectMany(static group => group.Missing, static (group, missing) => $"Not in this script: {group.Group} {missing.Commit.Partition} at {missing.Commit.Offset}: {missing.Reason}"),
                .. plan.Groups.SelectMany(static group => group.Offsets, static (group, offset) => (group.Group, offset)).Where(static one => !string.IsNullOrEmpty(one.offset.Metadata)).Select(static _ => "The tool keeps no metadata of commits; `kafka-restore offset-reset execute` does.").Take(1),
            ],
        };
        ResetScript.Write(text, header, plan.Groups.SelectMany(static group => group.Offsets, static (group, offset) => new ScriptOffset(group.Group, offset.Target.Topic, offset.Target.Partition, offset.Offset, Comment(offset))));
        return text.ToString();
    }

    private static string Comment(PlannedOffset offset) =>
        string.Join("; ", ((string?[])
        [
            offset.From.Count == 0 ? null : $"from {string.Join(", ", offset.From.Select(static commit => $"{commit.Partition} at {commit.Offset}"))}",
            offset.Label is { } label ? PlanWords.Of(label) : null,
            offset.ReadAgain is > 0 ? $"at most {offset.ReadAgain} read again" : null,
            offset.ClampedFrom is { } wanted ? $"{wanted} is not in the log" : null,
        ]).Where(static part => part is not null));
}
