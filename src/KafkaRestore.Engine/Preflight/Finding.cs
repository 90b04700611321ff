using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Preflight;

/// <summary>Something that a check before the first write has found.</summary>
/// <param name="Severity">Whether it refuses the run.</param>
/// <param name="Code">Its kind; null for a warning or information without one.</param>
/// <param name="What">What was found.</param>
/// <param name="Where">The topic, partition or object; null when <paramref name="What"/> says it.</param>
/// <param name="Hint">What to do; null for the code's general remedy, or when nothing needs to be done.</param>
public sealed record Finding(Severity Severity, ErrorCode? Code, string What, string? Where = null, string? Hint = null)
{
    /// <summary>What it is about, where something else may settle it.</summary>
    public FindingSubject Subject { get; init; }

    /// <summary>An error of the kind that <paramref name="failure"/> is.</summary>
    public static Finding From(RestoreException failure) =>
        new(Severity.Error, failure.Code, failure.Message, failure.Where, failure.Hint);

    /// <summary>One line for a person.</summary>
    public string Describe() =>
        $"{(Code is null ? "" : Code.Word + ": ")}{What}{(Where is null ? "" : $" ({Where})")}{(Hint ?? Code?.Remedy) switch { null => "", var hint => ". " + hint }}";
}

/// <summary>How serious a finding is.</summary>
public enum Severity
{
    /// <summary>Good to know.</summary>
    Info,

    /// <summary>The run may go on, a person should look.</summary>
    Warning,

    /// <summary>The run is refused; nothing is written.</summary>
    Error,
}

/// <summary>What a finding is about.</summary>
public enum FindingSubject
{
    /// <summary>Nothing that anything else settles.</summary>
    Other,

    /// <summary>The topic's retention, which would delete restored records.</summary>
    Retention,
}
