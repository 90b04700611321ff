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
            .GroupBy(source => new TargetPartition(targetTopics[recipe.TargetTopicOf(source.Topic)], recipe.TargetPartitionOf(source.Partition)))
            .Select(lane =>
            {
                var own = lane.OrderBy(source => source.Topic, StringComparer.Ordinal).ThenBy(source => source.Partition).ToList();
                return new ExpectedLane(
                    lane.Key,
                    own,
                    [.. own.SelectMany((source, index) => source.Records.Where(recipe.Selects).Select(record => (index, record)))]);
            })];
}
