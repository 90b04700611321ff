namespace KafkaRestore.Engine.Preparation;

/// <summary>What is decided for one setting of one target topic: a line of the drift table.</summary>
public sealed record SettingDecision
{
    /// <summary>The target topic.</summary>
    public required string Topic { get; init; }

    /// <summary>The setting.</summary>
    public required string Name { get; init; }

    /// <summary>What the archive or the override asks for; null when neither does.</summary>
    public required string? Source { get; init; }

    /// <summary>What the target has, or would give a new topic; null when it does not tell.</summary>
    public required string? Target { get; init; }

    /// <summary>The decision.</summary>
    public required SettingAction Action { get; init; }

    /// <summary>What the topic has of its own in the end; null is the brokers' default.</summary>
    public required string? Final { get; init; }

    /// <summary>What it has while records are restored, where that is another value; null where it is not.</summary>
    public string? WhileRestoring { get; init; }

    /// <summary>Whether limits have changed what was asked for.</summary>
    public bool IsClamped { get; init; }

    /// <summary>Why a setting is left out; null when it is not.</summary>
    public SkipReason? Skipped { get; init; }

    /// <summary>Why, for a person; null when the decision says it.</summary>
    public string? Reason { get; init; }
}

/// <summary>What is done with a setting.</summary>
public enum SettingAction
{
    /// <summary>The topic gets it.</summary>
    Apply,

    /// <summary>The topic keeps what it has.</summary>
    Keep,

    /// <summary>The topic gets the nearest value that is possible.</summary>
    Clamp,

    /// <summary>It is left out.</summary>
    Skip,

    /// <summary>It is set aside while records are restored, and put back afterwards.</summary>
    HoldBack,
}

/// <summary>Why a setting is left out.</summary>
public enum SkipReason
{
    /// <summary>The target does not know it.</summary>
    NotReportedByTarget,

    /// <summary>It cannot be changed at the target.</summary>
    ReadOnly,

    /// <summary>The target does not take this value.</summary>
    Rejected,
}
