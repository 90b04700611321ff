namespace KafkaRestore.Records.Errors;

/// <summary>
/// A failure that a person can act on: what happened, where, and what to do. Shown as one message, never with a stack trace.
/// Anything else that is thrown is a defect.
/// </summary>
public sealed class RestoreException : Exception
{
    /// <summary>Creates the failure.</summary>
    /// <param name="code">Its kind.</param>
    /// <param name="what">What happened, without a final full stop; never holds a secret.</param>
    /// <param name="where">The object, key, line or partition concerned; null when <paramref name="what"/> says it.</param>
    /// <param name="hint">What to do here; null for the code's general remedy.</param>
    /// <param name="inner">The cause, for logs.</param>
    public RestoreException(ErrorCode code, string what, string? where = null, string? hint = null, Exception? inner = null)
        : base(what, inner)
    {
        Code = code;
        Where = where;
        Hint = hint;
    }

    /// <summary>The kind of failure.</summary>
    public ErrorCode Code { get; }

    /// <summary>The object, key, line or partition concerned.</summary>
    public string? Where { get; }

    /// <summary>What to do; null for the code's general remedy.</summary>
    public string? Hint { get; }

    /// <summary>The whole text for a person: <c>CODE: what (where). hint</c>.</summary>
    public string Describe() =>
        $"{Code.Word}: {Message}{(Where is null ? "" : $" ({Where})")}. {Hint ?? Code.Remedy}";
}
