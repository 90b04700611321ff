namespace KafkaRestore.Engine.Options;

/// <summary>Where source topics and partitions go; what is not named keeps its name and number.</summary>
public sealed record MappingOptions
{
    /// <summary>Source topic to target topic, exact names.</summary>
    public IReadOnlyDictionary<string, string> Topics { get; init; } = new Dictionary<string, string>();

    /// <summary>Source partition to target partition, for every topic.</summary>
    public IReadOnlyDictionary<int, int> Partitions { get; init; } = new Dictionary<int, int>();

    /// <summary>Target topics whose records are spread over another number of partitions, by exact name; these take no notice of <see cref="Partitions"/>.</summary>
    public IReadOnlyDictionary<string, Repartitioning> Repartitioning { get; init; } = new Dictionary<string, Repartitioning>();
}
