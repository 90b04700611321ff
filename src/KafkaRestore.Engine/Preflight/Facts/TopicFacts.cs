using System.Globalization;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Probing;

namespace KafkaRestore.Engine.Preflight.Facts;

/// <summary>All that is known of one target topic, from whoever told. What nobody told is null.</summary>
/// <param name="Plan">The topic as it is needed.</param>
/// <param name="Existing">The topic as it is; null when it does not exist, or may not be seen.</param>
/// <param name="Probed">What the probe says of it.</param>
/// <param name="Trial">What would become of it when it is created.</param>
internal sealed record TopicFacts(TopicPlan Plan, TopicDescription? Existing, ProbedTopic? Probed, TopicTrial? Trial)
{
    /// <summary>Its name.</summary>
    public string Name => Plan.Name;

    /// <summary>Whether it may not be seen.</summary>
    public bool IsHidden => Existing is null && Probed is { IsHidden: true };

    /// <summary>What the principal may do to it.</summary>
    public TargetRights? Rights => Probed?.Rights;

    /// <summary>Whether its settings are known, apart from the few that <see cref="Existing"/> has.</summary>
    public bool HasSettings => Settings is not null;

    /// <summary>Its <c>max.message.bytes</c>.</summary>
    public long? MaxMessageBytes => Existing?.MaxMessageBytes ?? Number("max.message.bytes");

    /// <summary>Whether it sets timestamps itself.</summary>
    public bool AppendsTime => string.Equals(Existing?.TimestampType ?? Setting("message.timestamp.type"), "LogAppendTime", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether it is compacted.</summary>
    public bool IsCompacted => Setting("cleanup.policy")?.Contains("compact", StringComparison.Ordinal) == true;

    /// <summary>Its <c>retention.ms</c> where records are deleted by age; null also where they are not.</summary>
    public long? RetentionMs => Existing?.RetentionMs ?? Deleted("retention.ms");

    /// <summary>Its <c>retention.bytes</c> where partitions are cut to a size; null also where they are not.</summary>
    public long? RetentionBytes => Deleted("retention.bytes");

    /// <summary>Replicas of the partition that has the fewest.</summary>
    public int? Replicas => Probed is { Partitions: { Count: > 0 } partitions } ? partitions.Min(static partition => partition.Replicas.Count) : Trial?.ReplicationFactor;

    private IReadOnlyDictionary<string, string>? Settings => Probed?.Settings ?? Trial?.Settings;

    /// <summary>A setting's value.</summary>
    public string? Setting(string name) => Settings?.GetValueOrDefault(name);

    /// <summary>A setting's value, where it is a number.</summary>
    public long? Number(string name) => long.TryParse(Setting(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private long? Deleted(string name) => Setting("cleanup.policy")?.Contains("delete", StringComparison.Ordinal) == true && Number(name) is >= 0 and var limit ? limit : null;
}
