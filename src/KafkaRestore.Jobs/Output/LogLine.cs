using KafkaRestore.Records.Errors;

namespace KafkaRestore.Jobs.Output;

/// <summary>How much a line matters.</summary>
internal enum LineLevel
{
    /// <summary>It happened.</summary>
    Info,

    /// <summary>A person should look.</summary>
    Warning,

    /// <summary>Something failed.</summary>
    Error,
}

/// <summary>A line of the log, before it is written for a person or for a program.</summary>
/// <param name="Level">How much it matters.</param>
/// <param name="Text">What it says.</param>
internal sealed record LogLine(LineLevel Level, string Text)
{
    /// <summary>The restore or the service's job that it is about; null where it is about none, or nobody knows.</summary>
    public string? Job { get; init; }

    /// <summary>The target partition that it is about, as <c>topic/partition</c>; null for none.</summary>
    public string? Lane { get; init; }

    /// <summary>Who says it, where that is not this program: <c>kafka client</c>.</summary>
    public string? Source { get; init; }

    /// <summary>The failure that it tells of; null for none.</summary>
    public RestoreException? Failure { get; init; }

    /// <summary>What went wrong behind it, for <c>-v</c>; empty for nothing.</summary>
    public IReadOnlyList<string> Causes { get; init; } = [];

    /// <summary>The level as logs write it.</summary>
    public string LevelWord => Level.ToString().ToLowerInvariant();
}
