using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;

namespace KafkaRestore.Offsets.Translation;

/// <summary>Which target topic a source topic goes into, where its partitions keep their numbers.</summary>
public static class TopicRoutes
{
    /// <summary>The routes of a restore; none where partitions are renumbered or repartitioned, as a partition without records then has no place that is sure.</summary>
    public static IReadOnlyDictionary<string, string> Of(RestorePlan plan, MappingOptions mapping) => mapping.Partitions.Count > 0
        ? new Dictionary<string, string>()
        : plan.Topics.SelectMany(static topic => topic.Sources, static (topic, source) => (Source: source, Target: topic.Name))
            .Where(route => !mapping.Repartitioning.ContainsKey(route.Target))
            .DistinctBy(static route => route.Source).ToDictionary(static route => route.Source, static route => route.Target, StringComparer.Ordinal);
}
