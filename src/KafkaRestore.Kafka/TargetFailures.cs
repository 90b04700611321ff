using KafkaRestore.Records.Errors;

namespace KafkaRestore.Kafka;

/// <summary>The failures that every <see cref="ITargetCluster"/> says in the same words.</summary>
internal static class TargetFailures
{
    /// <summary>A partition that nobody leads.</summary>
    public const string Leaderless = "the partition has no leader: its brokers are away, or have given up a disk that is full or broken";

    /// <summary>A partition that the cluster does not have.</summary>
    public static RestoreException Missing(TargetPartition partition) =>
        new(ErrorCodes.TargetTopicMissing, $"partition {partition} does not exist", partition.ToString());

    /// <summary>A topic that was to be created exists with fewer partitions.</summary>
    public static RestoreException TooFewPartitions(TopicToCreate topic, int found) => new(
        ErrorCodes.TargetPartitions,
        $"topic '{topic.Name}' exists with {found} partitions; {topic.Partitions} are needed",
        topic.Name);

    /// <summary>A topic that the cluster will not have as it was asked for.</summary>
    public static RestoreException CreationRefused(string topic, string reason) => new(
        ErrorCodes.PreflightFailed,
        $"the target refuses to create topic '{topic}': {reason}",
        topic,
        "Correct what the target objects to, or create the topic yourself.");

    /// <summary>A new topic whose partitions are not all ready.</summary>
    public static string WithoutLeaders(TopicToCreate topic, TimeSpan waited) =>
        $"topic '{topic.Name}' has no leader for each of its {topic.Partitions} partitions after {waited.TotalSeconds:0.#} s";
}
