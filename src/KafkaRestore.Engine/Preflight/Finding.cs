using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Preflight;

/// <summary>Something that a check before the first write has found.</summary>
/// <param name="Severity">Whether it refuses the run.</param>
/// <param name="Kind">What it is.</param>
/// <param name="What">What was found, in this case.</param>
/// <param name="Where">The topic, partition or object; null when <paramref name="What"/> says it.</param>
/// <param name="Hint">What to do; null for the kind's general remedy.</param>
/// <param name="Code">The error that it is; null for one that refuses nothing.</param>
public sealed record Finding(Severity Severity, FindingKind Kind, string What, string? Where = null, string? Hint = null, ErrorCode? Code = null)
{
    /// <summary>The topic setting that is the reason, where it is one: whoever sets it aside settles the finding.</summary>
    public string? Setting { get; init; }

    /// <summary>What to do; null when there is nothing to be done.</summary>
    public string? Remedy => Hint ?? Code?.Remedy ?? (Severity == Severity.Info ? null : Kind.Remedy);

    /// <summary>An error that is <paramref name="failure"/>.</summary>
    public static Finding From(RestoreException failure) => FindingKinds.Of(failure.Code).Error(failure.Message, failure.Where, failure.Hint, failure.Code);

    /// <summary>One line for a person.</summary>
    public string Describe() =>
        $"{(Code is null ? "" : Code.Word + ": ")}{What}{(Where is null ? "" : $" ({Where})")}{(Remedy is { } remedy ? ". " + remedy : "")}";
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
