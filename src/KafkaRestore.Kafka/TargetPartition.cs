namespace KafkaRestore.Kafka;

/// <summary>One partition of a topic at the target.</summary>
/// <param name="Topic">The topic's name.</param>
/// <param name="Partition">The partition, from 0.</param>
public readonly record struct TargetPartition(string Topic, int Partition)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Topic}/{Partition}";
}
