using System.Globalization;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;

namespace KafkaRestore.Engine.Preparation.Planning;

/// <summary>The settings that a target topic is to have: captured ones, overrides over them, within the limits of the profile.</summary>
internal static class WantedSettings
{
    // Of one cluster's own brokers and replicas, and meaningless to another.
    private static readonly string[] s_ofOneCluster = ["leader.replication.throttled.replicas", "follower.replication.throttled.replicas", "confluent.placement.constraints"];

    /// <summary>The settings by name.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="options">What was asked for.</param>
    /// <param name="replicas">How many replicas it gets; null is unknown, or its own.</param>
    public static IReadOnlyList<WantedSetting> Of(TopicPlan topic, PreparationOptions options, int? replicas)
    {
        var wanted = new SortedDictionary<string, WantedSetting>(StringComparer.Ordinal);
        foreach (var source in options.RestoreTopicConfigs ? topic.Captured : [])
        {
            foreach (var (name, value) in source.Settings.Where(pair => !s_ofOneCluster.Contains(pair.Key, StringComparer.Ordinal)))
            {
                if (!wanted.TryAdd(name, new WantedSetting(name, value, value, null)) && !SettingValue.AreSame(wanted[name].Asked, value))
                {
                    wanted[name] = wanted[name] with { Remark = $"{source.Name} has {value}; the first source topic counts" };
                }
            }
        }

        foreach (var (name, value) in options.Overrides.GetValueOrDefault(topic.Name) ?? new Dictionary<string, string>())
        {
            wanted[name] = new WantedSetting(name, value, value, "from topic_config_overrides");
        }

        return [.. wanted.Values.Select(setting => Clamp(setting, options, replicas))];
    }

    private static WantedSetting Clamp(WantedSetting setting, PreparationOptions options, int? replicas)
    {
        var value = ProfileLimits.Clamp(options.Profile, options.ClusterType, setting.Name, setting.Asked);
        if (!SettingValue.AreSame(value, setting.Asked))
        {
            return setting with { Value = value, Remark = "the limit of target_profile" };
        }

        // A topic with fewer replicas than this takes no record at all.
        return setting.Name == "min.insync.replicas" && replicas is { } most && HarmfulSettings.Number(setting.Asked) > most
            ? setting with { Value = most.ToString(CultureInfo.InvariantCulture), Remark = $"the topic gets {most} replica(s)" }
            : setting;
    }
}

/// <summary>A setting that a topic is to have.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Asked">What the archive or the override says.</param>
/// <param name="Value">What it is to be, within the limits.</param>
/// <param name="Remark">Why it is so; null for nothing to say.</param>
internal sealed record WantedSetting(string Name, string Asked, string Value, string? Remark)
{
    /// <summary>Whether limits have changed it.</summary>
    public bool IsClamped => Asked != Value;
}
