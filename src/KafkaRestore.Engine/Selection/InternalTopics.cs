using System.Collections.Frozen;

namespace KafkaRestore.Engine.Selection;

/// <summary>The topics that Kafka keeps for itself; their records mean nothing to another cluster.</summary>
public static class InternalTopics
{
    private static readonly FrozenSet<string> Names =
        new[] { "__consumer_offsets", "__transaction_state", "__share_group_state", "__cluster_metadata" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether a topic is one of Kafka's own. Two underscores alone make no internal topic.</summary>
    public static bool IsInternal(string topic) => Names.Contains(topic);
}
