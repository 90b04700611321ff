using KafkaRestore.Chaos.Tests.Archives;
using KafkaRestore.Kafka;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Chaos.Tests.Scenarios;

/// <summary>What must stand in one target partition: its sources one after the other, each whole and in order.</summary>
internal sealed record ExpectedLane(TargetPartition Target, IReadOnlyList<SourcePartition> Sources, IReadOnlyList<(int Source, RecordData Record)> Stream)
{
    /// <summary>The lanes of a recipe.</summary>
    public static IReadOnlyList<ExpectedLane> Of(Recipe recipe, IReadOnlyList<SourcePartition> sources, IReadOnlyList<string> targetTopics) =>
        [.. sources
            .GroupBy(source => targetTopics[recipe.TargetTopicOf(source.Topic)])
            .SelectMany(topic => Enumerable.Range(0, recipe.TargetPartitions).Select(partition => Of(recipe, [.. topic], new TargetPartition(topic.Key, partition))))
            .Where(lane => lane.Sources.Count > 0)];

    private static ExpectedLane Of(Recipe recipe, IReadOnlyList<SourcePartition> sources, TargetPartition target)
    {
        var own = sources
            .Where(source => (recipe.TargetPartitionOf(source.Partition) ?? target.Partition) == target.Partition)
            .OrderBy(source => source.Topic, StringComparer.Ordinal).ThenBy(source => source.Partition).ToList();
        return new ExpectedLane(
            target,
            own,
            [.. own.SelectMany((source, index) => source.Records
                .Where(record => recipe.Selects(record) && recipe.TargetPartitionOf(source.Partition, record) == target.Partition)
                .Select(record => (index, record)))]);
    }
}
