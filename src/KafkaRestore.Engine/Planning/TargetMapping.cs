using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Selection;
using KafkaRestore.Kafka;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Planning;

/// <summary>Where source topics and partitions go.</summary>
internal sealed class TargetMapping(MappingOptions options, IReadOnlySet<int>? sourcePartitions)
{
    public string TopicOf(string sourceTopic) => options.Topics.GetValueOrDefault(sourceTopic, sourceTopic);

    public TargetPartition TargetOf(string sourceTopic, int sourcePartition) =>
        new(TopicOf(sourceTopic), options.Partitions.GetValueOrDefault(sourcePartition, sourcePartition));

    /// <summary>How a target topic's records are spread over its partitions; null when they go where the source partition says.</summary>
    public Repartitioning? RepartitioningOf(string targetTopic) => options.Repartitioning.GetValueOrDefault(targetTopic);

    public bool Selects(ManifestPartition partition) => sourcePartitions?.Contains(partition.PartitionId) ?? true;

    /// <summary>Partitions that a created topic needs for a source of <paramref name="sourceCount"/> partitions.</summary>
    public int PartitionsFor(int sourceCount)
    {
        var most = 1;
        for (var partition = 0; partition < sourceCount; partition++)
        {
            if (sourcePartitions?.Contains(partition) ?? true)
            {
                most = Math.Max(most, options.Partitions.GetValueOrDefault(partition, partition) + 1);
            }
        }

        // A filter on source partitions does not make the topic narrower: keys would hash elsewhere.
        return options.Partitions.Count == 0 ? Math.Max(most, sourceCount) : most;
    }

    /// <summary>Refuses what cannot be meant, and warns of what does nothing.</summary>
    public void Check(Manifest manifest, IReadOnlyList<ManifestTopic> selected, List<string> warnings)
    {
        foreach (var (from, to) in options.Topics.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            try
            {
                TopicName.Check(to);
            }
            catch (FormatException problem)
            {
                throw new RestoreException(ErrorCodes.ConfigInvalid, problem.Message, $"restore.topic_mapping.{from}");
            }

            if (!selected.Any(topic => topic.Name == from))
            {
                warnings.Add(manifest.Topics.Any(topic => topic.Name == from)
                    ? $"topic_mapping names '{from}', which is not selected"
                    : $"topic_mapping names '{from}', which is not in the archive");
            }
        }

        foreach (var topic in selected)
        {
            var target = TopicOf(topic.Name);
            if (InternalTopics.IsInternal(target))
            {
                throw new RestoreException(ErrorCodes.InternalTopic, $"'{topic.Name}' would be written into '{target}', which Kafka keeps for itself",
                    "restore.topic_mapping", $"Map '{topic.Name}' to another name.");
            }
        }

        CheckRepartitioning(selected);
        var known = selected.SelectMany(topic => topic.Partitions).Select(partition => partition.PartitionId).ToHashSet();
        var widest = selected.Max(topic => topic.PartitionCount);
        foreach (var partition in (sourcePartitions ?? new HashSet<int>()).Order().Where(partition => partition >= widest && !known.Contains(partition)))
        {
            warnings.Add($"source_partitions names {partition}, which no selected topic has");
        }

        foreach (var partition in options.Partitions.Keys.Order().Where(partition => partition >= widest && !known.Contains(partition)))
        {
            warnings.Add($"partition_mapping names {partition}, which no selected topic has");
        }
    }

    private void CheckRepartitioning(IReadOnlyList<ManifestTopic> selected)
    {
        foreach (var name in options.Repartitioning.Keys.Order(StringComparer.Ordinal).Where(name => !selected.Any(topic => TopicOf(topic.Name) == name)))
        {
            var mapped = selected.FirstOrDefault(topic => topic.Name == name);
            throw new RestoreException(
                ErrorCodes.PlanConflict,
                mapped is null ? $"no selected topic is restored into '{name}'" : $"'{name}' is a source topic, restored into '{TopicOf(name)}'; repartitioning goes by target topic",
                $"restore.repartitioning.{name}",
                mapped is null ? "Name the target topic, or remove the entry." : $"Name '{TopicOf(name)}' instead.");
        }
    }
}
