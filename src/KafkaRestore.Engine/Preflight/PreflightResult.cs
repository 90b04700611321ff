using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Preflight.Facts;
using KafkaRestore.Engine.Preparation;
using KafkaRestore.Kafka;

namespace KafkaRestore.Engine.Preflight;

/// <summary>All that the checks before the first write have found.</summary>
public sealed record PreflightResult
{
    /// <summary>Every finding, the errors first.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>The target, when it could be reached.</summary>
    public ClusterDescription? Cluster { get; init; }

    /// <summary>The plan's topics that exist at the target.</summary>
    public IReadOnlyDictionary<string, TopicDescription> ExistingTopics { get; init; } = new Dictionary<string, TopicDescription>();

    /// <summary>The plan's topics that are to be created.</summary>
    public IReadOnlyList<TopicPlan> TopicsToCreate { get; init; } = [];

    /// <summary>What is to be done to the target's topics and their settings; null where they are left alone.</summary>
    public TargetPreparation? Preparation { get; init; }

    /// <summary>Records that are deleted before the first write; null for none.</summary>
    public Purge? Purge { get; init; }

    /// <summary>What is known of the records' times, by target topic; null when nobody has looked.</summary>
    internal IReadOnlyDictionary<string, KnownTimes>? Times { get; init; }

    /// <summary>Whether the run may begin.</summary>
    public bool Passed => Findings.All(finding => finding.Severity != Severity.Error);
}
