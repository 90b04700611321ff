using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Preflight;
using KafkaRestore.Kafka.Settings;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Preparation.Planning;

/// <summary>What planning finds, in the words of preflight.</summary>
internal sealed class PlanningFindings(PreparationOptions options)
{
    private readonly List<Finding> _findings = [];
    private readonly SortedSet<string> _unseen = new(StringComparer.Ordinal);

    public void Warn(string topic, string what, string? hint = null, string? setting = null) =>
        _findings.Add(FindingKinds.TopicSettings.Warning(what, topic, hint) with { Setting = setting });

    public void Refuse(string topic, string what, string? hint = null) => _findings.Add(FindingKinds.TopicSettings.Error(what, topic, hint));

    public void Refuse(string topic, string doing, SettingsFailure failure) => _findings.Add(FindingKinds.TopicSettings.Error(
        $"{doing}: {failure.What}", topic, code: failure.Kind == SettingsFailureKind.Denied ? ErrorCodes.TargetDenied : ErrorCodes.TargetSettings));

    /// <summary>The topic would overwrite timestamps, and this cannot be changed.</summary>
    public void RefuseTimestamps(string topic, string why) => _findings.Add(FindingKinds.TimestampType.Error(
        $"the topic would overwrite every restored timestamp, and {why}", topic));

    /// <summary>A setting that the target does not take is left out, or refuses the run.</summary>
    public void LeftOut(SettingDecision decision)
    {
        if (options.RefuseUnsupported)
        {
            Refuse(decision.Topic, $"{decision.Name}={decision.Source} cannot be had: {decision.Reason}");
        }
    }

    /// <summary>This principal may not see the topic's settings.</summary>
    public void CannotSee(string topic, bool mustSee)
    {
        if (mustSee)
        {
            _findings.Add(FindingKinds.TopicSettings.Error(
                "the topic's settings cannot be read, and restore.existing_topic_config_policy asks for a comparison",
                topic,
                "Allow DescribeConfigs on the topic, or use existing_topic_config_policy: validate_only.",
                ErrorCodes.TargetDenied));
        }
        else
        {
            _unseen.Add(topic);
        }
    }

    /// <summary>All of them.</summary>
    public IReadOnlyList<Finding> ToList() => _unseen.Count == 0 ? _findings :
    [
        .. _findings,
        FindingKinds.TopicSettings.Warning(
            $"the settings of {_unseen.Count} topic(s) cannot be read (no right to DescribeConfigs), so they are not compared with the archive's",
            string.Join(", ", _unseen.Take(10)) + (_unseen.Count > 10 ? ", …" : "")),
    ];
}
