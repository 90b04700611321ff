using KafkaRestore.Chaos.Tests.Archives;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Chaos.Tests.Scenarios;

/// <summary>What must stand in one target partition: its sources one after the other, each whole and in order.</summary>
internal sealed record ExpectedLane(int Partition, IReadOnlyList<SourcePartition> Sources, IReadOnlyList<(int Source, RecordData Record)> Stream)
{
    /// <summary>The lanes of a recipe, those without a record included.</summary>
    public static IReadOnlyList<ExpectedLane> Of(Recipe recipe, IReadOnlyList<SourcePartition> sources) =>
        [.. Enumerable.Range(0, recipe.TargetPartitions).Select(partition =>
        {
            var own = sources.Where(source => recipe.TargetOf(source) == partition)
                .OrderBy(source => source.Topic, StringComparer.Ordinal).ThenBy(source => source.Partition).ToList();
            return new ExpectedLane(
                partition,
                own,
                [.. own.SelectMany((source, index) => source.Records.Where(recipe.Selects).Select(record => (index, record)))]);
        })];
}
