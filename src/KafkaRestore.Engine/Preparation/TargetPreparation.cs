using KafkaRestore.Engine.Preflight;
using KafkaRestore.Kafka;

namespace KafkaRestore.Engine.Preparation;

/// <summary>What is to be done to the target's topics: decided as a whole before anything is created or changed.</summary>
public sealed record TargetPreparation
{
    /// <summary>The plan's topics, in its order.</summary>
    public required IReadOnlyList<TopicPreparation> Topics { get; init; }

    /// <summary>The drift table: by topic and name.</summary>
    public required IReadOnlyList<SettingDecision> Decisions { get; init; }

    /// <summary>What was found; an error refuses the run.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }
}

/// <summary>What is to be done to one topic.</summary>
public sealed record TopicPreparation
{
    /// <summary>Its name.</summary>
    public required string Topic { get; init; }

    /// <summary>How it is created, with its final settings; null when it exists.</summary>
    public TopicToCreate? Creation { get; init; }

    /// <summary>Whether it is this job's: created by it, now or in an earlier run.</summary>
    public bool IsCreated { get; init; }

    /// <summary>Settings that an existing topic gets at once and keeps.</summary>
    public IReadOnlyDictionary<string, string?> Applied { get; init; } = new Dictionary<string, string?>();

    /// <summary>Settings that are set aside.</summary>
    public IReadOnlyList<HeldSetting> Held { get; init; } = [];

    /// <summary>How long records are kept in the end, in milliseconds by their timestamps; -1 is for ever, null is unknown.</summary>
    public long? FinalRetentionMs { get; init; }
}

/// <summary>A setting that is set aside while records are restored.</summary>
/// <param name="Name">Its name.</param>
/// <param name="WhileRestoring">What it is meanwhile.</param>
/// <param name="Final">What the topic has of its own afterwards; null is the brokers' default.</param>
/// <param name="Effective">What counts afterwards, the brokers' default included; null is unknown.</param>
public sealed record HeldSetting(string Name, string WhileRestoring, string? Final, string? Effective);
