namespace KafkaRestore.Engine.Options;

/// <summary>What may be done to the target before the first record, and with its topics' settings.</summary>
public sealed record PreparationOptions
{
    /// <summary>Create missing target topics.</summary>
    public bool CreateTopics { get; init; }

    /// <summary>Replication factor of created topics; -1 is the broker's default; null is the target profile's, else the archive's, else the broker's default.</summary>
    public short? DefaultReplicationFactor { get; init; }

    /// <summary>Whether partitions that hold records already may be appended to (<c>into_existing: append</c>).</summary>
    public bool AppendToExisting { get; init; }

    /// <summary>Whether the settings that the archive has captured count.</summary>
    public bool RestoreTopicConfigs { get; init; } = true;

    /// <summary>By target topic its settings by name; they win over captured ones.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Overrides { get; init; } = new Dictionary<string, IReadOnlyDictionary<string, string>>();

    /// <summary>What happens to topics that existed before and have other settings.</summary>
    public ExistingTopicPolicy ExistingTopics { get; init; }

    /// <summary>Whether a setting that the target does not take refuses the restore; otherwise it is left out, or brought within the profile's limits, and reported.</summary>
    public bool RefuseUnsupported { get; init; }

    /// <summary>The hosting service whose limits count.</summary>
    public TargetProfile Profile { get; init; }

    /// <summary>The kind of cluster of <see cref="Profile"/>; null is unknown: the tightest limits count.</summary>
    public HostedClusterType? ClusterType { get; init; }

    /// <summary>When the settings that were set aside for the restore are put back.</summary>
    public SettingsPutBack PutBack { get; init; }

    /// <summary>Whether the records of the target topics are to be deleted before the first write (<c>purge_topics</c>).</summary>
    public bool PurgeTopics { get; init; }

    /// <summary>Whether that was confirmed for this run (<c>--purge</c>); nothing is deleted without it.</summary>
    public bool PurgeConfirmed { get; init; }
}

/// <summary>What happens to topics that existed before the restore and have other settings than the archive or the overrides.</summary>
public enum ExistingTopicPolicy
{
    /// <summary>They are left as they are, and the differences reported.</summary>
    ValidateOnly,

    /// <summary>They are changed, and what would do harm is set aside during the restore.</summary>
    Apply,

    /// <summary>The restore is refused.</summary>
    Fail,
}

/// <summary>A hosting service with limits of its own.</summary>
public enum TargetProfile
{
    /// <summary>None.</summary>
    None,

    /// <summary>Confluent Cloud.</summary>
    ConfluentCloud,
}

/// <summary>Kinds of clusters of a hosting service.</summary>
public enum HostedClusterType
{
    /// <summary>Basic.</summary>
    Basic,

    /// <summary>Standard.</summary>
    Standard,

    /// <summary>Enterprise.</summary>
    Enterprise,

    /// <summary>Dedicated.</summary>
    Dedicated,
}

/// <summary>When the settings that were set aside are put back.</summary>
public enum SettingsPutBack
{
    /// <summary>As soon as everything is restored.</summary>
    AtEnd,

    /// <summary>When someone asks for it (<c>apply-pending</c>).</summary>
    OnRequest,
}
