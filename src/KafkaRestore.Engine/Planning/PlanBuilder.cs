using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Selection;
using KafkaRestore.Engine.Times;
using KafkaRestore.Kafka;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Planning;

/// <summary>Makes a <see cref="RestorePlan"/> from what the archive holds and what was asked for.</summary>
public static class PlanBuilder
{
    /// <summary>Makes the plan.</summary>
    /// <param name="manifest">The archive.</param>
    /// <param name="options">What is asked for.</param>
    /// <param name="times">What is known of the times in its segments; null is nothing.</param>
    /// <exception cref="RestoreException">NOTHING_SELECTED, PLAN_CONFLICT, INTERNAL_TOPIC, CONFIG_INVALID.</exception>
    public static RestorePlan Build(Manifest manifest, RestoreOptions options, TimeIndex? times = null)
    {
        var warnings = new List<string>();
        if (times?.Failure is { } unusable)
        {
            warnings.Add($"the time index is not used, so every selected segment is read: {unusable.Describe()}");
        }
        else if (times?.Damage is { } damage)
        {
            warnings.Add($"the time index is not whole: {damage} ({times.FileName})");
        }

        var rules = RulesOf(manifest, options.Selection, options.Headers);
        var topics = SelectTopics(manifest, options, warnings);
        var mapping = new TargetMapping(options.Mapping, options.Selection.SourcePartitions);
        mapping.Check(manifest, topics, warnings);

        var sources = new Dictionary<TargetPartition, List<LaneSource>>();
        var spread = new SortedDictionary<string, List<LaneSource>>(StringComparer.Ordinal);
        foreach (var topic in topics)
        {
            foreach (var partition in topic.Partitions.Where(mapping.Selects))
            {
                if (partition.Segments.Count > 0)
                {
                    var source = new LaneSource
                    {
                        Topic = topic.Name,
                        Partition = partition.PartitionId,
                        Segments = partition.Segments,
                        Completeness = PartitionCompleteness.Of(partition),
                    };
                    ListOf(topic.Name, partition.PartitionId).Add(WindowSlack.Divide(manifest.BackupId, source, rules, times));
                }
            }
        }

        if (sources.Count == 0 && spread.Count == 0 && topics.Any(topic => topic.Partitions.Any(partition => partition.Segments.Count > 0)))
        {
            throw new RestoreException(ErrorCodes.NothingSelected,
                $"none of the selected topics has a record in the source partitions {string.Join(", ", options.Selection.SourcePartitions!.Order().Take(20))}",
                "restore.source_partitions");
        }

        var lanes = sources.Select(pair => new LanePlan { Target = pair.Key, Sources = InOrder(pair.Value) }).ToList();
        foreach (var (topic, list) in spread)
        {
            var repartitioning = mapping.RepartitioningOf(topic)!;
            lanes.AddRange(Spread(topic, InOrder(list), repartitioning));
            warnings.Add($"{topic} gets the records of {list.Count} source partition(s), one after the other, spread over {repartitioning.TargetPartitions} partition(s) {HowSpread(repartitioning.Strategy)}");
            if (options.Skips.DamagedSegments)
            {
                warnings.Add($"on_damaged_segment: skip has no effect on {topic}, which is repartitioned: a damaged segment stops it");
            }
        }

        foreach (var merged in lanes.Where(lane => lane.Repartitioning is null && lane.Sources.Count > 1).OrderBy(lane => lane.Target.ToString(), StringComparer.Ordinal))
        {
            warnings.Add($"{merged.Target} gets {merged.Sources.Count} source partitions, one after the other: {string.Join(", ", merged.Sources)}");
        }

        var ordered = LaneOrder.Sort(lanes, options.Execution.Priority);
        var topicPlans = PlanTopics(topics, lanes, mapping);
        return new RestorePlan
        {
            BackupId = manifest.BackupId,
            ArchiveCreatedAt = manifest.CreatedAt,
            Rules = rules,
            Topics = topicPlans,
            Lanes = ordered,
            Warnings = warnings,
            Hash = PlanHash.Of(manifest.BackupId, rules, topicPlans, lanes),
            Times = times,
        };

        List<LaneSource> ListOf(string topic, int partition)
        {
            var target = mapping.TargetOf(topic, partition);
            if (mapping.RepartitioningOf(target.Topic) is null)
            {
                return sources.TryGetValue(target, out var own) ? own : sources[target] = [];
            }

            return spread.TryGetValue(target.Topic, out var shared) ? shared : spread[target.Topic] = [];
        }
    }

    private static StreamRules RulesOf(Manifest manifest, SelectionOptions selection, HeaderOptions headers) => new()
    {
        WindowStart = selection.TimeWindowStart,
        WindowEnd = selection.TimeWindowEnd,
        WindowSlack = selection is { TimeWindowStart: null, TimeWindowEnd: null } ? null : selection.TimeWindowSlack,
        Generation = selection.Generation,
        DropControlRecords = selection.ControlRecords == ControlRecordChoice.Auto && manifest.MayHoldControlRecords,
        Headers = headers,
    };

    private static IEnumerable<LanePlan> Spread(string topic, List<LaneSource> sources, Repartitioning repartitioning) =>
        Enumerable.Range(0, repartitioning.TargetPartitions)
            .Select(partition => new LanePlan { Target = new TargetPartition(topic, partition), Sources = sources, Repartitioning = repartitioning });

    private static string HowSpread(PartitioningStrategy strategy) =>
        strategy == PartitioningStrategy.Murmur2 ? "by the hash of their keys, those without a key by source offset" : "by source offset, without regard to keys: records of one key may change their order";

    private static List<ManifestTopic> SelectTopics(Manifest manifest, RestoreOptions options, List<string> warnings)
    {
        var patterns = TopicPatternSet.Parse(options.Selection.Include, options.Selection.Exclude);
        var selection = patterns.Select(manifest.Topics.Select(topic => topic.Name));
        foreach (var pattern in selection.UnmatchedInclude)
        {
            warnings.Add($"the include pattern '{pattern}' matches no topic of the archive");
        }

        foreach (var pattern in selection.UnmatchedExclude)
        {
            warnings.Add($"the exclude pattern '{pattern}' matches no topic of the archive");
        }

        foreach (var name in selection.InternalNotNamed)
        {
            warnings.Add($"the internal topic {name} is left out; its records mean nothing to another cluster");
        }

        if (selection.Selected.Count == 0)
        {
            var names = manifest.Topics.Select(topic => topic.Name).Order(StringComparer.Ordinal).ToList();
            throw new RestoreException(ErrorCodes.NothingSelected,
                names.Count == 0
                    ? $"the archive '{manifest.BackupId}' holds no topics"
                    : $"no topic of the archive '{manifest.BackupId}' is selected; it holds {string.Join(", ", names.Take(20))}{(names.Count > 20 ? $" and {names.Count - 20} more" : "")}",
                "target.topics");
        }

        var selected = selection.Selected.ToHashSet(StringComparer.Ordinal);
        return [.. manifest.Topics.Where(topic => selected.Contains(topic.Name)).OrderBy(topic => topic.Name, StringComparer.Ordinal)];
    }

    private static List<LaneSource> InOrder(List<LaneSource> sources)
    {
        sources.Sort(static (a, b) =>
        {
            var byTopic = string.CompareOrdinal(a.Topic, b.Topic);
            return byTopic != 0 ? byTopic : a.Partition.CompareTo(b.Partition);
        });
        return sources;
    }

    private static List<TopicPlan> PlanTopics(List<ManifestTopic> topics, List<LanePlan> lanes, TargetMapping mapping)
    {
        var needed = lanes.GroupBy(lane => lane.Target.Topic, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Max(lane => lane.Target.Partition) + 1, StringComparer.Ordinal);
        return [.. topics
            .GroupBy(topic => mapping.TopicOf(topic.Name), StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => new TopicPlan(
                group.Key,
                [.. group.Select(topic => topic.Name)],
                needed.GetValueOrDefault(group.Key, 1),
                mapping.RepartitioningOf(group.Key)?.TargetPartitions
                    ?? Math.Max(needed.GetValueOrDefault(group.Key, 1), group.Max(topic => mapping.PartitionsFor(topic.PartitionCount))))
            {
                Captured = [.. group.Select(topic => new CapturedTopic(topic.Name, topic.Configurations, topic.SourceReplicationFactor))],
            })];
    }
}
