namespace KafkaRestore.Engine.Options;

/// <summary>What may be done to the target before the first record.</summary>
public sealed record PreparationOptions
{
    /// <summary>Create missing target topics.</summary>
    public bool CreateTopics { get; init; }

    /// <summary>Replication factor of created topics; -1 is the broker's default.</summary>
    public short DefaultReplicationFactor { get; init; } = -1;

    /// <summary>Whether partitions that hold records already may be appended to (<c>into_existing: append</c>).</summary>
    public bool AppendToExisting { get; init; }
}
