namespace KafkaRestore.Engine.Options;

/// <summary>How the records of a target topic are spread over its partitions, whatever partitions they come from.</summary>
/// <param name="Strategy">What decides.</param>
/// <param name="TargetPartitions">Over how many partitions, from 1.</param>
public sealed record Repartitioning(PartitioningStrategy Strategy, int TargetPartitions)
{
    /// <summary>The most partitions that are accepted.</summary>
    public const int MostPartitions = 100_000;
}

/// <summary>What decides into which partition a record goes. Neither keeps any state: the same record goes to the same partition in every run.</summary>
public enum PartitioningStrategy
{
    /// <summary>Murmur2 of the key, as Kafka's default partitioner; a record without a key as with <see cref="Automatic"/>.</summary>
    Murmur2,

    /// <summary>A hash of source partition and source offset: even, and without regard to keys.</summary>
    Automatic,
}
