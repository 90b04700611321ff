using KafkaRestore.Engine.Selection;

namespace KafkaRestore.Engine.Planning;

/// <summary>In which order lanes start: those of prioritised topics first, then the largest, so that no long one is left for the end.</summary>
internal static class LaneOrder
{
    public static IReadOnlyList<LanePlan> Sort(IEnumerable<LanePlan> lanes, IReadOnlyList<string> priority)
    {
        var patterns = priority.Select(NamePattern.Parse).ToList();
        return [.. lanes
            .OrderBy(lane => Rank(lane, patterns))
            .ThenByDescending(lane => lane.UncompressedBytes)
            .ThenBy(lane => lane.Target.Topic, StringComparer.Ordinal)
            .ThenBy(lane => lane.Target.Partition)];
    }

    private static int Rank(LanePlan lane, List<NamePattern> patterns)
    {
        var rank = patterns.FindIndex(pattern => pattern.IsMatch(lane.Target.Topic) || lane.Sources.Any(source => pattern.IsMatch(source.Topic)));
        return rank < 0 ? patterns.Count : rank;
    }
}
