using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Preflight;

/// <summary>A kind of finding. The word is stable: scripts may match it, docs/preflight.md lists it.</summary>
/// <param name="Word">Lower-case words joined by underscores.</param>
/// <param name="Meaning">One sentence: what is the matter.</param>
/// <param name="Remedy">What a person can do about it.</param>
/// <param name="Code">The error that it is where it refuses a run, unless a finding says otherwise; null: PREFLIGHT_FAILED.</param>
public sealed record FindingKind(string Word, string Meaning, string Remedy, ErrorCode? Code = null)
{
    /// <inheritdoc/>
    public override string ToString() => Word;

    internal Finding Error(string what, string? where = null, string? hint = null, ErrorCode? code = null) =>
        new(Severity.Error, this, what, where, hint ?? (code is null ? Remedy : null), code ?? Code ?? ErrorCodes.PreflightFailed);

    internal Finding Warning(string what, string? where = null, string? hint = null) => new(Severity.Warning, this, what, where, hint);

    internal Finding Info(string what, string? where = null, string? hint = null) => new(Severity.Info, this, what, where, hint);

    /// <summary>An error, or a warning where the run can do without what it is about.</summary>
    internal Finding ErrorUnless(bool spared, string what, string? where = null, string? hint = null) => spared ? Warning(what, where, hint) : Error(what, where, hint);
}
